/** How long to soak, and where the report goes: `npm run soak -- --minutes 30`. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ROOT } from '../processes.ts'

export interface SoakOptions {
  minutes: number
  everySeconds: number
  /** Path of the Markdown file; the readings go beside it, as JSON. Absent: bench/results, by date and commit. */
  out: string | undefined
  /** Directory of the database. Absent: a temporary one that is removed at the end. */
  data: string | undefined
  /** Port of the dashboard; the listener takes the next one. 0: any that is free. */
  port: number
  workers: number
}

export const USAGE = `npm run soak -- [options]
  --minutes N    how long (default 120)
  --every N      seconds between readings (default 30)
  --out FILE     the report, Markdown; the readings go beside it as JSON (default bench/results/soak-<date>-<commit>.md)
  --data DIR     directory of the database (default: a temporary one)
  --port N       port of the dashboard, and the next one for traffic (default: any)
  --workers N    threads that carry traffic (default 2)
`

function number(text: string | undefined, otherwise: number, least: number, most: number): number {
  const value = Number(text ?? otherwise)
  if (!(value >= least && value <= most)) throw new Error(`${text} is not a number from ${least} to ${most}`)
  return value
}

/** Throws an error with one clear line. */
export function readSoakOptions(args: string[]): SoakOptions | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: 'string' },
      every: { type: 'string' },
      out: { type: 'string' },
      data: { type: 'string' },
      port: { type: 'string' },
      workers: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const from = process.env.INIT_CWD ?? ROOT
  return {
    minutes: number(values.minutes, 120, 0.5, 10_000),
    everySeconds: number(values.every, 30, 1, 600),
    out: values.out === undefined ? undefined : resolve(from, values.out),
    data: values.data === undefined ? undefined : resolve(from, values.data),
    port: Math.round(number(values.port, 0, 0, 65_534)),
    workers: Math.round(number(values.workers, 2, 1, 64)),
  }
}
