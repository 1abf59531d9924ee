/** Would a change leave nobody who takes the traffic of a pool? Asked before a backend is drained, disabled, removed or set to weight 0. Pure. */
import type { BackendStatus, PoolStatus } from './api/live.ts'

type Facts = Pick<BackendStatus, 'id' | 'leftOut'> & { drain: { removed: boolean } | null }

/** What would happen, in words; undefined when others go on taking traffic, when a backup stands by, or when nobody takes any already. */
export function outageOf(
  pool: Pick<PoolStatus, 'id'> & { backends: readonly Facts[] },
  takenOut: readonly string[],
): string | undefined {
  const present = pool.backends.filter(({ drain }) => drain?.removed !== true)
  const taking = present.filter(({ leftOut }) => leftOut === null)
  const left = present.filter(({ id }) => !takenOut.includes(id))
  const goesOn = left.some(({ leftOut }) => leftOut === null || leftOut === 'backup')
  if (goesOn || !taking.some(({ id }) => takenOut.includes(id))) return undefined
  const [only] = taking
  const who =
    taking.length === 1 && only !== undefined
      ? `${pool.id} / ${only.id} is the last backend of the pool that takes traffic.`
      : `These are the last ${taking.length} backends of ${pool.id} that take traffic.`
  return `${who} Every request gets 503 until another backend takes traffic.`
}
