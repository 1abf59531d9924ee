/** What to measure and how long: `npm run bench -- --quick --only small,10k`. */

import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ROOT } from './processes.ts'

export interface BenchOptions {
  seconds: number
  rounds: number
  /** Profiles and parts to measure; empty: all. */
  only: string[]
  /** Proxies to measure; empty: all that are installed. */
  peers: string[]
  readme: boolean
  out: string
}

const PARTS = ['small', '10k', '1m', '1000', 'close', 'websocket', 'pick', 'memory', 'workers']
const PEERS = ['nginx', 'haproxy', 'caddy', 'http-proxy', 'http-proxy-defaults', 'evenkeel']

export const USAGE = `npm run bench -- [options]
  --quick          1 second, 3 rounds
  --seconds N      length of one round of one peer (default 3)
  --rounds N       rounds of each profile (default 5)
  --only a,b       of: ${PARTS.join(' ')}
  --peers a,b      of: ${PEERS.join(' ')}
  --readme         also writes the table between the marks in README.md
  --out DIR        where the report goes (default bench/results)
`

/** A word that names nothing would measure nothing and look like a success. */
function list(text: string | undefined, known: readonly string[]): string[] {
  const words = (text ?? '').split(',').filter(Boolean)
  const strange = words.find((word) => !known.includes(word))
  if (strange !== undefined) throw new Error(`there is no "${strange}"; choose of ${known.join(', ')}`)
  return words
}

function positive(text: string | undefined, otherwise: number, most: number): number {
  const number = Number(text ?? otherwise)
  if (!(number > 0 && number <= most)) throw new Error(`${text} is not a number from 1 to ${most}`)
  return number
}

/** Throws an error with one clear line. */
export function readBenchOptions(args: string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      only: { type: 'string' },
      peers: { type: 'string' },
      readme: { type: 'boolean', default: false },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  return {
    seconds: positive(values.seconds, values.quick ? 1 : 3, 60),
    rounds: Math.round(positive(values.rounds, values.quick ? 3 : 5, 100)),
    only: list(values.only, PARTS),
    peers: list(values.peers, PEERS),
    readme: values.readme,
    out: values.out ?? join(ROOT, 'bench', 'results'),
  }
}
