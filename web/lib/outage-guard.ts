/** Asks before the last backend of a pool is taken out, whichever way that is asked for. */
import type { QueryClient } from '@tanstack/react-query'
import type { Status } from '../../shared/api/live.ts'
import { outageOf } from '../../shared/outage.ts'
import { ask } from './ask.ts'
import { keys } from './queries.ts'

/** True when others go on taking traffic, or the person wants it all the same. `verb`: "Drain". */
export async function mayTakeOut(
  client: QueryClient,
  pool: string,
  ids: readonly string[],
  verb: string,
): Promise<boolean> {
  const known = client.getQueryData<Status>(keys.status)?.pools.find((other) => other.id === pool)
  const outage = known && outageOf(known, ids)
  if (outage === undefined) return true
  const [only] = ids
  const what = ids.length === 1 ? `${pool} / ${only}` : `${ids.length} backends of ${pool}`
  return ask({ title: `${verb} ${what}?`, text: outage, action: `${verb} anyway` })
}
