/** `npm start`: installs and builds what is missing, then becomes the balancer. Everything after `--` goes to the server. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { buildPage, install, requireNode, serverCommand } from './prepare.mjs'

requireNode()
install()
buildPage()

const { file, args, env } = serverCommand(process.argv.slice(2))
const server = spawn(file, args, {
  stdio: 'inherit',
  env,
  // A group of its own: a terminal sends Ctrl-C to the whole group, npm passes it on as well, and the server must hear it once.
  detached: process.platform !== 'win32',
})

/** A signal that arrives twice at once (from the terminal and from npm) is one wish; a second one later means "now". */
const SAME_WISH_MS = 500
let lastAt = 0
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    const now = Date.now()
    if (signal !== 'SIGHUP' && now - lastAt < SAME_WISH_MS) return
    lastAt = now
    // A terminal that is closed sends SIGHUP and means "stop"; from anywhere else it means "apply the file again".
    server.kill(signal === 'SIGHUP' && process.stdout.isTTY ? 'SIGTERM' : signal)
  })
}
server.on('exit', (code, signal) => {
  process.exit(code ?? 128 + (constants.signals[signal] ?? 0))
})
server.on('error', (error) => {
  process.stderr.write(`evenkeel: the server could not be started: ${error.message}\n`)
  process.exit(1)
})
