/** `npm run bench`: installs what is missing, then measures on the pinned Node. Everything after `--` goes to bench/run.ts. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { buildPage, install, nodeBinary, requireNode, root } from './prepare.mjs'

requireNode()
install()
// The balancer is measured as it is run, and it serves its page.
buildPage()

const bench = spawn(nodeBinary(), [join(root, 'bench', 'run.ts'), ...process.argv.slice(2)], { stdio: 'inherit' })
// The measuring process ends what it started; this one only stays until it has. It may hear Ctrl-C twice, which is one wish.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => bench.kill(signal))
bench.on('exit', (code) => process.exit(code ?? 1))
bench.on('error', (error) => {
  process.stderr.write(`bench: could not be started: ${error.message}\n`)
  process.exit(1)
})
