/** The report of a soak as Markdown. */
import type { Machine } from '../machine.ts'
import type { Figure } from './figures.ts'
import { judge, type Verdict } from './verdict.ts'

export interface SoakReport {
  machine: Machine
  /** Minutes asked for, and minutes that have passed. */
  minutes: number
  passed: number
  /** The time before this minute is not looked at. */
  warmUp: number
  figures: Figure[]
  requests: number
  /** What must not happen at all. */
  problems: string[]
}

/** Memory holds fifteen minutes of history, in the process and in the pages; before that everything rises. */
const WARM_UP_MINUTES = 20
/** A shorter run has no parts that could be held against each other. */
export const SHORTEST_MINUTES = 60

export const warmUpOf = (minutes: number): number => Math.min(WARM_UP_MINUTES, minutes / 4)

export interface Judged {
  figure: Figure
  verdict: Verdict
}

export function judgeAll({ figures, warmUp, passed }: SoakReport): Judged[] {
  return figures.map((figure) => ({ figure, verdict: judge(figure.readings, warmUp, passed, figure.bound) }))
}

/** What makes the run fail, one line each. */
export function failures(report: SoakReport): string[] {
  const rising = judgeAll(report).filter(({ verdict }) => verdict.word === 'rising')
  return [...report.problems, ...rising.map(({ figure }) => `${figure.name} rises`)]
}

const show = (value: number, digits: number) => (Number.isFinite(value) ? value.toFixed(digits) : '–')

function row({ figure, verdict }: Judged): string {
  const { name, unit, digits, note } = figure
  const cells = [
    `${name}${unit === '' ? '' : ` (${unit}${note === undefined ? '' : `; ${note}`})`}`,
    show(verdict.first, digits),
    show(verdict.second, digits),
    show(verdict.perHour, digits + (digits === 0 ? 1 : 0)),
    show(verdict.bound, digits + (digits === 0 ? 1 : 0)),
    verdict.word === 'rising' ? '**rising**' : verdict.word,
  ]
  return `| ${cells.join(' | ')} |`
}

export function markdown(report: SoakReport): string {
  const { machine, minutes, passed, warmUp } = report
  const done = passed >= minutes - 1
  const bad = failures(report)
  const result =
    bad.length > 0 ? `**Failed:** ${bad.join('; ')}.` : done ? 'Nothing rises.' : 'Nothing has risen so far.'
  const short =
    minutes < SHORTEST_MINUTES
      ? `\nShorter than ${SHORTEST_MINUTES} minutes: memory has hardly filled, and the verdicts mean little.\n`
      : ''
  return `# Soak of ${machine.commit}${machine.changed ? ' (changed)' : ''}, ${machine.date.slice(0, 16).replace('T', ' ')} UTC

${done ? `${Math.round(passed)} minutes` : `${Math.round(passed)} of ${minutes} minutes`} with the demo and two dashboards open; ${report.requests.toLocaleString('en-GB')} requests. ${machine.processor}, ${machine.cores} cores, Node ${machine.node}, ${machine.kernel}; load ${machine.loadBefore.toFixed(1)} before.

${result}
${short}
The first ${show(warmUp, 0)} minutes are not looked at: memory fills with fifteen minutes of history. The rest is cut in two parts. A figure is *rising* when its
slope (Theil–Sen) adds more than the bound within the second part, and the median of the second part is above the first by more than the bound.

| figure | first part | second part | slope an hour | bound | |
| --- | ---: | ---: | ---: | ---: | --- |
${judgeAll(report).map(row).join('\n')}

Processor time is what the process used. The "yardstick" is a fixed piece of work that is timed with each reading: it tells how busy the
rest of the machine was. Figures are not divided by it: beside other work it changed by a third, and what the process used did not.
`
}
