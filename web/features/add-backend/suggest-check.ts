/** Whether a better health check can be offered: only one that every backend of the pool would pass. */
import type { ProbeAnswer } from '../../../shared/api/bodies.ts'

type Check = NonNullable<ProbeAnswer['suggested']>
export type HttpCheck = Extract<Check, { type: 'http' }>

/** So many backends are tried; in larger pools nothing is offered. */
export const MOST_TRIED = 50

export interface Question {
  check: HttpCheck
  /** Addresses whose answer to the check is not known yet: members, and new ones that suggested another path. */
  ask: string[]
}

/** The check that the new backends suggest, once all of them have answered; undefined when there is none to try. */
export function questionOf(
  fresh: readonly string[],
  answers: ReadonlyMap<string, ProbeAnswer>,
  members: readonly string[],
): Question | undefined {
  if (fresh.length === 0 || fresh.length + members.length > MOST_TRIED) return undefined
  const given = fresh.map((address) => answers.get(address)?.suggested)
  if (given.some((suggested) => suggested?.type !== 'http')) return undefined
  const [check] = given as HttpCheck[] as [HttpCheck]
  const others = fresh.filter(
    (address) => (answers.get(address)?.suggested as HttpCheck | undefined)?.path !== check.path,
  )
  return { check, ask: [...new Set([...members, ...others])] }
}

export type Offer =
  | { state: 'none' }
  | { state: 'trying'; check: HttpCheck }
  | { state: 'refused'; check: HttpCheck; by: string[] }
  | { state: 'passed'; check: HttpCheck }

/** What the tries came to. */
export function offerOf(question: Question | undefined, tried: ReadonlyMap<string, ProbeAnswer>): Offer {
  if (question === undefined) return { state: 'none' }
  const { check, ask } = question
  const by = ask.filter((address) => tried.get(address)?.passed === false)
  if (by.length > 0) return { state: 'refused', check, by }
  return ask.every((address) => tried.has(address)) ? { state: 'passed', check } : { state: 'trying', check }
}
