/** `npm start`: installs and builds what is missing, then runs the balancer for as long as its own starter is there. Everything after `--` goes to the server. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { basename } from 'node:path'
import { isatty } from 'node:tty'
import { buildPage, install, requireNode, serverCommand } from './prepare.mjs'

/** How often we look whether npm is still there, in milliseconds: nothing tells a process that its parent has ended. */
const LOOK_MS = 500

const starter = process.ppid
/** npm runs us for as long as it lives itself. A shell that started us may end without meaning anything by it. */
const startedByNpm = process.env.npm_lifecycle_event !== undefined

requireNode()
install()
buildPage()

const { file, args, env } = serverCommand(process.argv.slice(2))
const server = spawn(file, args, {
  // The channel carries no messages: when we are gone, however that came about, the server sees it close, and drains.
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  env,
  // A session of its own: a terminal sends Ctrl-C to the whole group, and the server must hear it once, from us.
  detached: process.platform !== 'win32',
})

/** Standard input as nohup leaves it where it was a terminal: open, but only for writing (Linux tells). */
function inputIsUnreadable() {
  try {
    const [, flags] = /^flags:\s*(\d+)/m.exec(readFileSync('/proc/self/fdinfo/0', 'utf8')) ?? []
    return (Number.parseInt(flags, 8) & 3) === 1
  } catch {
    return false
  }
}

/** Whether we were started to outlive the terminal. Node undoes nohup's "ignore SIGHUP", so npm dies all the same; we go on. */
const nohup = basename(process.env._ ?? '') === 'nohup' || inputIsUnreadable()
const onTerminal = !nohup && [0, 1, 2].some((descriptor) => isatty(descriptor))

let stopping = false
function stop(signal) {
  stopping = true
  server.kill(signal)
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGQUIT']) process.on(signal, () => stop(signal))
// A terminal that is closed sends SIGHUP and means "stop"; from anywhere else it means "apply the file again".
process.on('SIGHUP', () => (onTerminal ? stop('SIGTERM') : server.kill('SIGHUP')))
// What would open Node's debugger, and what would end us, goes to the server, which says that it does nothing with it.
for (const signal of ['SIGUSR1', 'SIGUSR2']) process.on(signal, () => server.kill(signal))

if (startedByNpm && !nohup) {
  const look = setInterval(() => {
    if (process.ppid === starter) return
    clearInterval(look)
    // npm may have ended because of a signal that we have passed on already; a second one would mean "at once".
    if (!stopping) stop('SIGTERM')
  }, LOOK_MS)
}

server.on('exit', (code, signal) => {
  process.exit(code ?? 128 + (constants.signals[signal] ?? 0))
})
server.on('error', (error) => {
  process.stderr.write(`evenkeel: the server could not be started: ${error.message}\n`)
  process.exit(1)
})
