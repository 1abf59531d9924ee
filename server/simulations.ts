/** Joins the simulator's parts: the configuration in force, the log, what was counted, and the thread. */
import { seriesColumns } from '../shared/api/series-columns.ts'
import type { ConfigControl } from './control/change-config.ts'
import { createSimulate, type Simulate } from './control/simulation.ts'
import type { CountedSteps } from './control/simulation-traffic.ts'
import type { AvailabilityFacts } from './control/status.ts'
import { createSimulationRunner } from './simulation/run-simulation.ts'
import type { Telemetry } from './telemetry-parts.ts'

export interface SimulationsInput {
  control: ConfigControl
  facts: AvailabilityFacts
  queries: Telemetry['queries']
  workers: number
}

/** As many as the log keeps. */
const WHOLE_LOG = 5000
const SECOND = 1000
const [T, REQUESTS, RETRIES] = (['t', 'requests', 'retries'] as const).map((name) => seriesColumns.indexOf(name)) as [
  number,
  number,
  number,
]

export function createSimulations({ control, facts, queries, workers }: SimulationsInput): {
  simulate: Simulate
  close(): Promise<void>
} {
  const runner = createSimulationRunner()
  // The log begins with this process; counts of an earlier one would have nothing recorded to go with them.
  const begun = Math.ceil(Date.now() / SECOND) * SECOND

  /** Retries are counted as requests of their own, but a request arrives once. */
  async function counted(pool: string, since: number): Promise<CountedSteps> {
    const now = Date.now()
    const { series, step } = await queries.series({ pool, from: Math.max(begun, since), to: now, step: SECOND })
    const points = series.find((one) => one.backend === null)?.points ?? []
    const steps = points.map((point) => ({
      t: point[T] ?? 0,
      requests: (point[REQUESTS] ?? 0) - (point[RETRIES] ?? 0),
    }))
    return { steps: steps.filter(({ t }) => t + step <= now), stepMs: step }
  }

  return {
    simulate: createSimulate({
      config: () => control.current().config,
      facts,
      exchanges: (pool, since) => queries.exchanges({ pool, limit: WHOLE_LOG }).filter(({ at }) => at >= since),
      counted,
      run: runner.run,
      workers,
      now: Date.now,
    }),
    close: runner.close,
  }
}
