/** A health monitor whose probes do as they are told, for tests with fake timers. */
import type { ProbeResult } from '../../shared/api/live.ts'
import { type Config, type ConfigDocument, configSchema } from '../../shared/config/config.ts'
import { seededRandom } from '../core/clock.ts'
import { createHealthMonitor, type HealthChange, type HealthMonitor } from './health-monitor.ts'
import { type Probe, ProbeNotMade } from './probe.ts'

export type PoolInput = NonNullable<ConfigDocument['pools']>[number]

/** How a backend answers probes: words of a failure, 'pass', 'hang' (until the timeout of 3 s) or 'impossible' (our own trouble). */
type Behaviour = 'pass' | 'hang' | 'impossible' | (string & {})

const TIMEOUT_MS = 3000

/** A configuration of these pools, defaults filled in. */
export function config(...pools: PoolInput[]): Config {
  return configSchema.parse({ version: 1, pools })
}

/** A pool of `count` backends b0, b1, … on ports 3000, 3001, … */
export const pool = (id: string, count: number, more: Partial<PoolInput> = {}): PoolInput => ({
  id,
  backends: Array.from({ length: count }, (_, n) => ({ id: `b${n}`, address: `10.0.0.${(n % 250) + 1}:${3000 + n}` })),
  ...more,
})

/** A monitor whose probes do as they are told, by port; time is that of the fake timers. */
export class HealthWorld {
  readonly behaviours = new Map<number, Behaviour>()
  readonly probed: { port: number; at: number }[] = []
  readonly changes: string[] = []
  readonly details: HealthChange['detail'][] = []
  readonly troubles: string[] = []
  results = 0
  atOnce = 0
  mostAtOnce = 0
  wall = 1_700_000_000_000
  readonly monitor: HealthMonitor

  constructor(lastProbes?: () => ProbeResult[]) {
    this.monitor = createHealthMonitor({
      clock: { now: () => performance.now() },
      wallClock: () => this.wall,
      random: seededRandom(7),
      probes: { of: (check) => (check.type === 'none' ? null : this.probe), close: () => undefined },
      lastProbes,
      onProbe: () => this.results++,
      onTrouble: (_, backend, problem) => this.troubles.push(`${backend}: ${problem}`),
      onChange: ({ pool, backend, from, to, reason, detail }) => {
        this.changes.push(`${pool}/${backend} ${from}>${to}: ${reason}`)
        this.details.push(detail)
      },
    })
  }

  private readonly probe: Probe = {
    probe: async ({ port }, signal) => {
      const behaviour = this.behaviours.get(port) ?? 'pass'
      this.probed.push({ port, at: performance.now() })
      this.atOnce++
      this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce)
      await new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, behaviour === 'hang' ? TIMEOUT_MS : 2)
        signal?.addEventListener('abort', () => {
          clearTimeout(timer)
          reject(new ProbeNotMade('called off'))
        })
      }).finally(() => this.atOnce--)
      if (behaviour === 'impossible') throw new ProbeNotMade('no descriptors left')
      const passed = behaviour === 'pass'
      return {
        at: this.wall,
        passed,
        tookMs: 2,
        detail: passed ? 'status 200' : behaviour === 'hang' ? 'no answer within 3 s' : behaviour,
      }
    },
  }

  health(poolId: string, backend: string) {
    return this.monitor.fact(poolId, backend)?.health
  }

  timesOf(port: number): number[] {
    return this.probed.filter((probe) => probe.port === port).map(({ at }) => at)
  }
}
