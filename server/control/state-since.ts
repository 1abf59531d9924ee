/**
 * Since when each backend is in the state that an operator has put it in. Health has times of its own; a backend that was disabled a moment
 * ago must not say "17 min ago" because that is when its health last changed.
 */
import { type Config, configSchema } from '../../shared/config/config.ts'
import type { BackendConfig } from '../../shared/config/pool.ts'
import type { ConfigChange, ConfigControl } from './change-config.ts'

/** Revisions looked through at a start; what is older than all of them counts as old as the oldest. */
const LOOK_BACK = 200

/** What of a backend is an operator's doing. */
type Wish = Pick<BackendConfig, 'adminState'> & { taking: boolean }

export interface StateSince {
  /** Since when it has its `adminState`, and takes traffic or none by its weight; epoch milliseconds. Undefined for one that is not configured. */
  of(pool: string, backend: string): number | undefined
}

const wishOf = ({ adminState, weight }: BackendConfig): Wish => ({ adminState, taking: weight > 0 })
const same = (a: Wish | undefined, b: Wish | undefined) => a?.adminState === b?.adminState && a?.taking === b?.taking
const isPlain = (wish: Wish) => wish.adminState === 'active' && wish.taking

function wishesOf(config: Pick<Config, 'pools'>): Map<string, Wish> {
  return new Map(
    config.pools.flatMap((pool) =>
      pool.backends.map((backend) => [`${pool.id}/${backend.id}`, wishOf(backend)] as const),
    ),
  )
}

/** Follows every change from now on. */
export function createStateSince({
  control,
  now,
}: {
  control: Pick<ConfigControl, 'subscribe' | 'revision'>
  now: () => number
}): StateSince {
  const since = new Map<string, number>()

  /** At a start: the revisions tell since when backends have been out. */
  function lookBack(revision: number, wishes: Map<string, Wish>): void {
    const open = new Map([...wishes].filter(([, wish]) => !isPlain(wish)))
    for (let number = revision; number > 0 && number > revision - LOOK_BACK && open.size > 0; number--) {
      const stored = control.revision(number)
      const config = stored && configSchema.safeParse(stored.document).data
      if (stored === undefined || config === undefined) return
      const then = wishesOf(config)
      for (const [key, wish] of open) {
        if (same(then.get(key), wish)) since.set(key, stored.at)
        else open.delete(key)
      }
    }
  }

  control.subscribe(({ before, config, previous, revision }: ConfigChange) => {
    const wishes = wishesOf(config)
    for (const key of since.keys()) if (!wishes.has(key)) since.delete(key)
    if (previous === 0) return lookBack(revision, wishes)
    const earlier = wishesOf(before)
    for (const [key, wish] of wishes) if (!same(earlier.get(key), wish)) since.set(key, now())
  })

  return { of: (pool, backend) => since.get(`${pool}/${backend}`) }
}
