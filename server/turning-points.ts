/** Notices when a number has become news: what people are told depends on it, and nothing else tells that it has changed. */
import type { Recent, WorkerStatus } from '../shared/api/live.ts'
import { isBusy, mostFail } from '../shared/condition.ts'

export interface TurningParts {
  control: { current(): { config: { pools: readonly { id: string; backends: readonly { id: string }[] }[] } } }
  monitors: { facts: { of(pool: string, backend: string): { slowStart: number } | undefined } }
  telemetry: { recent(pool: string, backend: string): Recent }
  supervisor: { workers(): readonly Pick<WorkerStatus, 'utilization' | 'shortOf'>[] }
}

/** How often load is looked at, in calls: it swings from second to second. */
const LOAD_EVERY = 5

/** Answers a function for once a second: has something turned since the last call? */
export function watchTurningPoints({ control, monitors, telemetry, supervisor }: TurningParts): () => boolean {
  let calls = 0
  let busy = false
  let known = ''
  /** How far each slow start has come, in tenths: the end of one is news too. */
  const warming = ({ id, backends }: { id: string; backends: readonly { id: string }[] }) =>
    backends.flatMap((backend) => {
      const { slowStart = 1 } = monitors.facts.of(id, backend.id) ?? {}
      return slowStart < 1 ? [`${id}/${backend.id}:${Math.floor(slowStart * 10)}`] : []
    })
  return () => {
    const now = supervisor.workers()
    if (calls++ % LOAD_EVERY === 0) busy = isBusy(now)
    const { pools } = control.current().config
    const failing = pools.filter(({ id }) => mostFail(telemetry.recent(id, ''))).map(({ id }) => id)
    const key = [busy, ...now.map(({ shortOf }) => shortOf), ...failing, ...pools.flatMap(warming)].join(' ')
    const turned = key !== known
    known = key
    return turned
  }
}
