/** The report as Markdown, whole and as the short table of the README. */
import type { LoadResult } from './load.ts'
import type { Machine } from './machine.ts'
import type { Memory } from './memory.ts'
import { type Figures, type Profile, rate } from './profiles.ts'
import type { Workers } from './workers.ts'

export interface PickCost {
  name: string
  bestNs: number
  medianNs: number
}

export interface Report {
  machine: Machine
  seconds: number
  rounds: number
  backends: string
  /** Name and version of each peer that was measured. */
  peers: { name: string; version: string }[]
  missing: string[]
  profiles: { profile: Profile; direct?: LoadResult; figures: Figures[] }[]
  memory: Memory[]
  workers: Workers[]
  picks: PickCost[]
  /** What the balancer itself counted as failed over all profiles. */
  failures: Record<string, number>
  problems: string[]
}

const whole = (number: number) => (Number.isFinite(number) ? Math.round(number).toLocaleString('en-GB') : '–')
const fixed = (number: number | undefined, digits: number) =>
  number === undefined || !Number.isFinite(number) ? '–' : number.toFixed(digits)
/** Three figures that mean something: 0.42, 8.12, 26.9, 312. */
const ms = (number: number) => fixed(number, number < 10 ? 2 : number < 100 ? 1 : 0)

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = head.map((_cell, index) => (index === 0 ? '---' : '---:'))
  return [head, rule, ...rows].map(line).join('\n')
}

function profileTable({ profile, direct, figures }: Report['profiles'][number]): string {
  const head = [
    '',
    profile.unit,
    'spread',
    'to nginx',
    'CPU µs',
    'CPU to nginx',
    'core busy',
    'p50 ms',
    'p99 ms',
    'max ms',
    'errors',
  ]
  const rows = figures.map((one) => [
    one.peer === 'evenkeel' ? '**evenkeel**' : one.peer,
    whole(one.median),
    Number.isFinite(one.least) ? `${whole(one.least)}–${whole(one.most)}` : '–',
    fixed(one.ratio, 2),
    fixed(one.cpuMicros, one.cpuMicros !== undefined && one.cpuMicros >= 100 ? 0 : 1),
    fixed(one.cpuRatio, 2),
    one.busy === undefined ? '–' : `${whole(one.busy * 100)} %`,
    ms(one.p50),
    ms(one.p99),
    ms(one.max),
    one.errors + one.bad === 0 ? '0' : `${one.errors} broken, ${one.bad} not 2xx`,
  ])
  const limit = direct
    ? `\n\nStraight to a backend: ${whole(rate(profile, direct))} ${profile.unit}, p99 ${ms(direct.p99)} ms.`
    : ''
  return `### ${profile.title}\n\n${table(head, rows)}${limit}`
}

function memoryTable(memory: readonly Memory[]): string {
  const head = ['', 'at rest', 'each idle client', 'with them → after', 'each WebSocket', 'with them → after']
  const rows = memory.map(({ peer, restMiB, idle, websocket }) => [
    peer,
    `${fixed(restMiB, 1)} MiB`,
    `${fixed(idle.each, 1)} KiB (${idle.held})`,
    `${fixed(idle.during, 1)} → ${fixed(idle.after, 1)} MiB`,
    `${fixed(websocket.each, 1)} KiB (${websocket.held})`,
    `${fixed(websocket.during, 1)} → ${fixed(websocket.after, 1)} MiB`,
  ])
  return `## Memory\n\nResident memory, one worker, all processes of a proxy together.\n\n${table(head, rows)}`
}

function workersTable(workers: readonly Workers[]): string {
  const rows = workers.map(({ clients, connections, second, busy }) => [
    whole(clients),
    second === undefined ? 'not counted' : connections.join(' + '),
    second === undefined ? '–' : `${fixed(second * 100, 0)} %`,
    busy.map((share) => `${fixed(share * 100, 0)} %`).join(' + '),
  ])
  return `## Two workers\n\n${table(['connections', 'by worker', 'share of the second', 'busy'], rows)}`
}

function picksTable(picks: readonly PickCost[]): string {
  const rows = picks.map(({ name, bestNs, medianNs }) => [name, fixed(bestNs, 0), fixed(medianNs, 0)])
  return `## Choosing a backend\n\nNanoseconds for one pick of 16 backends.\n\n${table(['strategy', 'best', 'median'], rows)}`
}

function setting({ machine, peers, missing, backends, seconds, rounds }: Report): string {
  const place = machine.pinned
    ? 'The proxy has one core; load and backends share the other.'
    : 'Nothing is pinned to a core here: proxy, load and backends take each other time.'
  return [
    `- ${machine.date.slice(0, 16).replace('T', ' ')} UTC, commit ${machine.commit}${machine.changed ? ' with changes that are not committed' : ''}`,
    `- ${machine.processor}, ${machine.cores} cores, ${fixed(machine.memoryGiB, 0)} GiB, ${machine.kernel}; load average before: ${fixed(machine.loadBefore, 1)}`,
    `- ${peers.map(({ name, version }) => `${name} ${version}`).join(', ')}; Node ${machine.node}`,
    ...(missing.length === 0 ? [] : [`- Not installed, so not measured: ${missing.join(', ')}`]),
    `- Load: ${machine.generator}; WebSockets: own client. Backends: ${backends}. ${place}`,
    `- ${rounds} rounds of ${seconds} s each, interleaved. Median, least to most; the ratio is the median of the rounds' ratios. p50 and p99 are medians of the rounds, max is the longest of all.`,
    '- CPU µs is the processor time of the proxy for each answer or message. Where "core busy" is far below 100 %, neighbours or the load were the limit, and this is the figure to compare.',
    '- TLS is not measured: there is none yet.',
  ].join('\n')
}

export function markdown(report: Report): string {
  const parts = [`# Evenkeel beside other proxies\n\n${setting(report)}`]
  if (report.profiles.length > 0) parts.push(['## Load', ...report.profiles.map(profileTable)].join('\n\n'))
  const failed = Object.entries(report.failures).filter(([, count]) => count > 0)
  if (failed.length > 0)
    parts.push(
      `Counted by Evenkeel itself: ${failed.map(([kind, count]) => `${count} ${kind}`).join(', ')}. A client that stops in the middle of an answer, as at the end of every round, is one \`aborted\`.`,
    )
  if (report.memory.length > 0) parts.push(memoryTable(report.memory))
  if (report.workers.length > 0) parts.push(workersTable(report.workers))
  if (report.picks.length > 0) parts.push(picksTable(report.picks))
  if (report.problems.length > 0)
    parts.push(`## Not measured\n\n${report.problems.map((text) => `- ${text}`).join('\n')}`)
  return `${parts.join('\n\n')}\n`
}

/** What stands between the marks of the README: medians, and Evenkeel's ratio to nginx. */
export function shortTable(report: Report, link: string): string {
  const names = report.peers.map(({ name }) => name)
  const head = ['', ...names, 'evenkeel to nginx', 'CPU each, evenkeel to nginx', 'p99 nginx / evenkeel']
  const rows = report.profiles.map(({ profile, figures }) => {
    const of = (name: string) => figures.find(({ peer }) => peer === name)
    const [own, base] = [of('evenkeel'), of('nginx')]
    return [
      `${profile.title}, ${profile.unit}`,
      ...names.map((name) => whole(of(name)?.median ?? Number.NaN)),
      fixed(own?.ratio, 2),
      fixed(own?.cpuRatio, 2),
      `${ms(base?.p99 ?? Number.NaN)} / ${ms(own?.p99 ?? Number.NaN)} ms`,
    ]
  })
  const { machine } = report
  const about = `One core for the proxy (${machine.processor}), ${report.rounds} interleaved rounds of ${report.seconds} s, commit ${machine.commit}, ${machine.date.slice(0, 10)}. A shared machine: take the ratios, not the figures. [Everything, with memory](${link}).`
  return `${table(head, rows)}\n\n${about}`
}
