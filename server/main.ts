/** Front door: options → app → start → signal → drain. Node's version is checked before anything native is loaded. */
import { readFileSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { join } from 'node:path'

// Before anything that takes time: they would open Node's debugger to everybody on this machine, or end what has hardly begun. The file
// that SIGHUP asks for is read at the start anyway.
for (const signal of ['SIGUSR1', 'SIGUSR2', 'SIGHUP']) process.on(signal, () => undefined)

/** better-sqlite3's prebuilt binary and TypeScript without a build both need it. */
const OLDEST_NODE = [22, 18]

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < (OLDEST_NODE[0] as number) || (major === OLDEST_NODE[0] && minor < (OLDEST_NODE[1] as number))) {
  process.stderr.write(
    `evenkeel: Node ${process.versions.node} is too old; "npm start" brings its own, or install Node 22.18 or newer.\n`,
  )
  process.exit(1)
}

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')) as {
  version: string
}
if (process.argv[2] === 'restore') {
  const { restoreCommand } = await import('./restore-command.ts')
  const print = (text: string) => void process.stdout.write(text)
  const complain = (text: string) => void process.stderr.write(text)
  process.exit(restoreCommand(process.argv.slice(3), process.env, Date.now(), { print, complain }))
}
const { readOptions } = await import('./options.ts')
const answer = readOptions(process.argv.slice(2), process.env, version)
if ('exit' in answer) {
  ;(answer.exit === 0 ? process.stdout : process.stderr).write(answer.text)
  process.exit(answer.exit)
}
// A reader that goes away (a closed terminal, a full pipe's end) must not take the balancer with it.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

const { run } = await import('./run.ts')
await run(answer.options, version)
// Where a cache for compiled code is named (NODE_COMPILE_CACHE), it is written now: a killed process would not write it at its end.
setTimeout(flushCompileCache, 3000).unref()
