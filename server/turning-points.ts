/** Notices when a number has become news: what people are told depends on it, and nothing else tells that it has changed. */
import type { Recent, WorkerStatus } from '../shared/api/live.ts'
import { isBusy, mostFail } from '../shared/condition.ts'

export interface TurningParts {
  control: { current(): { config: { pools: readonly { id: string }[] } } }
  telemetry: { recent(pool: string, backend: string): Recent }
  supervisor: { workers(): readonly Pick<WorkerStatus, 'utilization' | 'shortOf'>[] }
}

/** How often load is looked at, in calls: it swings from second to second. */
const LOAD_EVERY = 5

/** Answers a function for once a second: has something turned since the last call? */
export function watchTurningPoints({ control, telemetry, supervisor }: TurningParts): () => boolean {
  let calls = 0
  let busy = false
  let known = ''
  return () => {
    const now = supervisor.workers()
    if (calls++ % LOAD_EVERY === 0) busy = isBusy(now)
    const failing = control.current().config.pools.filter(({ id }) => mostFail(telemetry.recent(id, '')))
    const key = [busy, ...now.map(({ shortOf }) => shortOf), ...failing.map(({ id }) => id)].join(' ')
    const turned = key !== known
    known = key
    return turned
  }
}
