/** `npm run soak`: installs what is missing, then watches the whole for hours. Everything after `--` goes to bench/soak/run.ts. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { findChromium } from './chromium.mjs'
import { buildPage, install, nodeBinary, requireNode, root } from './prepare.mjs'

requireNode()
install()
buildPage()
const chromium = findChromium()
if (chromium === undefined) {
  process.stderr.write('soak: no Chromium was found and none could be installed: set EVENKEEL_CHROMIUM to one.\n')
  process.exit(1)
}

const soak = spawn(nodeBinary(), [join(root, 'bench', 'soak', 'run.ts'), ...process.argv.slice(2)], {
  // The channel carries no messages: when we are gone, however that came about, the run sees it close, and ends what it started.
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  env: { ...process.env, EVENKEEL_CHROMIUM: chromium },
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => soak.kill(signal))
soak.on('exit', (code) => process.exit(code ?? 1))
soak.on('error', (error) => {
  process.stderr.write(`soak: could not be started: ${error.message}\n`)
  process.exit(1)
})
