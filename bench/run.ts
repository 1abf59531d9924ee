/** Measures Evenkeel beside every proxy that is installed, on loopback, and writes a report. `npm run bench`; see bench/README.md. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { generator } from './load.ts'
import { describeMachine } from './machine.ts'
import { measureMemory } from './memory.ts'
import { type BenchOptions, readBenchOptions, USAGE } from './options.ts'
import { caddy } from './peers/caddy.ts'
import { evenkeel, type RunningEvenkeel } from './peers/evenkeel.ts'
import { haproxy } from './peers/haproxy.ts'
import { httpProxy, httpProxyDefaults } from './peers/http-proxy.ts'
import { nginx, nginxVersion, startNginxBackends } from './peers/nginx.ts'
import type { Peer, RunningPeer, Site } from './peers/peer.ts'
import { freePorts, LOAD_CORE, listening, ROOT, start, stopAll } from './processes.ts'
import { figures, profiles } from './profiles.ts'
import { markdown, type PickCost, type Report, shortTable } from './report.ts'
import { direct, measureProfile } from './rounds.ts'
import { measureWorkers } from './workers.ts'

const BACKENDS = 3
const peers: readonly Peer[] = [nginx, haproxy, caddy, httpProxy, httpProxyDefaults, evenkeel]
const say = (text: string) => void process.stderr.write(`${text}\n`)
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

async function startSite(): Promise<Site> {
  const ports = await freePorts(2 * BACKENDS)
  const [files, echoes] = [ports.slice(0, BACKENDS), ports.slice(BACKENDS)]
  const own = (name: string, of: readonly number[]) => {
    const args = [join(ROOT, 'bench', 'servers', name), ...of.map(String)]
    return start(name, process.execPath, args, { core: LOAD_CORE })
  }
  if (nginxVersion() !== undefined) await startNginxBackends(files, LOAD_CORE)
  else await listening(own('files.ts', files), files)
  await listening(own('echo.ts', echoes), echoes)
  return { files, echoes }
}

/** Runs one part; what goes wrong in it is told in the report and stops nothing else. */
async function part(report: Report, name: string, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    report.problems.push(`${name}: ${messageOf(error)}`)
    say(`${name}: ${messageOf(error)}`)
  }
}

async function measureLoad(report: Report, options: BenchOptions, chosen: readonly Peer[], site: Site): Promise<void> {
  const wanted = profiles.filter(({ id }) => options.only.length === 0 || options.only.includes(id))
  if (wanted.length === 0) return
  const running = new Map<string, RunningPeer>()
  for (const peer of chosen)
    await part(report, peer.name, async () => {
      running.set(peer.name, await peer.start(site, { workers: 1, pinned: true }))
    })
  for (const profile of wanted)
    await part(report, profile.title, async () => {
      const limit = await direct(profile, site, options.seconds)
      const series = await measureProfile(profile, running, options.rounds, options.seconds, say)
      for (const { peer, problem } of series)
        if (problem !== undefined) report.problems.push(`${profile.title}, ${peer}: ${problem}`)
      report.profiles.push({ profile, direct: limit, figures: figures(profile, series) })
    })
  const own = running.get('evenkeel') as RunningEvenkeel | undefined
  if (own) {
    await part(report, 'What Evenkeel counted', async () => {
      report.failures = await own.failures()
    })
  }
  for (const { process } of running.values()) await process.stop()
}

async function measurePicks(): Promise<PickCost[]> {
  const args = [join(ROOT, 'bench', 'micro', 'pick.ts'), '16', '--json']
  const running = start('pick', process.execPath, args, { core: LOAD_CORE })
  await running.ended
  if (!running.output().startsWith('{')) throw new Error(running.complaints())
  return (JSON.parse(running.output()) as { results: PickCost[] }).results
}

async function measure(options: BenchOptions): Promise<Report> {
  const asked = peers.filter(({ name }) => options.peers.length === 0 || options.peers.includes(name))
  const versions = asked.map((peer) => ({ peer, version: peer.version() }))
  const chosen = versions.filter(({ version }) => version !== undefined).map(({ peer }) => peer)
  const report: Report = {
    machine: describeMachine(),
    seconds: options.seconds,
    rounds: options.rounds,
    backends: nginxVersion() === undefined ? 'three small Node servers' : 'one nginx worker on three ports',
    peers: versions.flatMap(({ peer, version }) => (version === undefined ? [] : { name: peer.name, version })),
    missing: versions.filter(({ version }) => version === undefined).map(({ peer }) => peer.name),
    profiles: [],
    memory: [],
    workers: [],
    picks: [],
    failures: {},
    problems: [],
  }
  say(`Load: ${generator}. Measured: ${report.peers.map(({ name, version }) => `${name} ${version}`).join(', ')}.`)
  if (report.missing.length > 0) say(`Not installed: ${report.missing.join(', ')}.`)
  const site = await startSite()
  const wants = (name: string) => options.only.length === 0 || options.only.includes(name)
  await measureLoad(report, options, chosen, site)
  if (wants('memory'))
    for (const peer of chosen.filter(({ name }) => name === 'nginx' || name === 'evenkeel'))
      await part(report, `Memory of ${peer.name}`, async () => {
        say(`memory: ${peer.name}`)
        report.memory.push(await measureMemory(peer, site, options.seconds < 2 ? 1500 : 4000))
      })
  if (wants('workers') && chosen.includes(evenkeel))
    await part(report, 'Two workers', async () => {
      say('two workers')
      report.workers = await measureWorkers(site)
    })
  if (wants('pick'))
    await part(report, 'Choosing a backend', async () => {
      say('pick')
      report.picks = await measurePicks()
    })
  return report
}

const MARKS = /(<!-- bench -->)[\s\S]*?(<!-- \/bench -->)/

function writeReadme(report: Report, file: string): void {
  const path = join(ROOT, 'README.md')
  const text = readFileSync(path, 'utf8')
  if (!MARKS.test(text)) {
    say('README.md has no <!-- bench --> … <!-- /bench --> to write between.')
    return
  }
  const link = relative(ROOT, file).replaceAll('\\', '/')
  writeFileSync(
    path,
    text.replace(MARKS, (_all, open, close) => `${open}\n${shortTable(report, link)}\n${close}`),
  )
}

function write(report: Report, options: BenchOptions): void {
  mkdirSync(options.out, { recursive: true })
  const file = join(options.out, `${report.machine.date.slice(0, 10)}-${report.machine.commit}`)
  writeFileSync(`${file}.md`, markdown(report))
  writeFileSync(`${file}.json`, `${JSON.stringify(report, null, 1)}\n`)
  if (options.readme) writeReadme(report, `${file}.md`)
  process.stdout.write(markdown(report))
  say(`Written: ${file}.md and .json`)
}

let stopping = false
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)
  process.on(signal, () => {
    if (stopping) return
    stopping = true
    void stopAll().finally(() => process.exit(code))
  })

try {
  const options = readBenchOptions(process.argv.slice(2))
  if (options === 'help') process.stdout.write(USAGE)
  else write(await measure(options), options)
} catch (error) {
  if (!stopping) {
    say(`bench: ${messageOf(error)}`)
    process.exitCode = 1
  }
} finally {
  // After a signal the handler ends everything and exits; a second end would race with it.
  if (!stopping) await stopAll()
}
