/** Soaks the whole: the real process with the demo, two dashboards in Chromium, readings every half minute, a verdict. `npm run soak`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describeMachine, type Machine } from '../machine.ts'
import { ROOT, stopAll, wait } from '../processes.ts'
import { createFigures } from './figures.ts'
import { readSoakOptions, type SoakOptions, USAGE } from './options.ts'
import { type OpenPages, openPages } from './pages.ts'
import { createReader } from './readings.ts'
import { failures, markdown, type SoakReport, warmUpOf } from './report.ts'
import { startServer } from './server.ts'

const say = (text: string) => void process.stderr.write(`${text}\n`)
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
/** The report is written this often while the run goes on: one that is cut short has not been for nothing. */
const WRITE_EVERY = 10

function fileOf({ out }: SoakOptions, machine: Machine): string {
  const name = `soak-${machine.date.slice(0, 10)}-${machine.commit}.md`
  return out ?? join(ROOT, 'bench', 'results', name)
}

function write(report: SoakReport, file: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, markdown(report))
  writeFileSync(file.replace(/(\.md)?$/, '.json'), `${JSON.stringify(report)}\n`)
}

let pages: OpenPages | undefined

async function soak(options: SoakOptions): Promise<number> {
  const machine = describeMachine()
  const file = fileOf(options, machine)
  const server = await startServer(options)
  pages = await openPages(server)
  const figures = createFigures()
  const reader = createReader(server, pages, figures)
  const began = performance.now()
  const report = (): SoakReport => ({
    machine,
    minutes: options.minutes,
    passed: (performance.now() - began) / 60_000,
    warmUp: warmUpOf(options.minutes),
    figures: figures.all(),
    requests: reader.requests(),
    problems: reader.problems(),
  })
  say(`Soaking process ${server.process.pid} at ${server.admin} for ${options.minutes} minutes; report: ${file}`)
  const end = began + options.minutes * 60_000
  for (let turn = 1; ; turn += 1) {
    await wait(Math.max(0, began + turn * options.everySeconds * 1000 - performance.now()))
    await reader.read((performance.now() - began) / 60_000)
    if (reader.over() || performance.now() + options.everySeconds * 500 >= end) break
    if (turn % WRITE_EVERY === 0) write(report(), file)
  }
  const last = report()
  write(last, file)
  process.stdout.write(markdown(last))
  say(`Written: ${file} and .json`)
  return failures(last).length === 0 ? 0 : 1
}

async function endAll(): Promise<void> {
  await pages?.close().catch(() => undefined)
  await stopAll()
}

let stopping = false
function stop(code: number): void {
  if (stopping) return
  stopping = true
  void endAll().finally(() => process.exit(code))
}
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)
  process.on(signal, () => stop(code))
process.on('disconnect', () => stop(129))

try {
  const options = readSoakOptions(process.argv.slice(2))
  if (options === 'help') process.stdout.write(USAGE)
  else process.exitCode = await soak(options)
} catch (error) {
  if (!stopping) {
    say(`soak: ${messageOf(error)}`)
    process.exitCode = 1
  }
} finally {
  if (!stopping) await endAll()
  // The channel to our starter would keep us alive.
  process.removeAllListeners('disconnect')
  if (process.connected) process.disconnect?.()
}
