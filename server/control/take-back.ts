/**
 * Takes one change of a document back and leaves what has changed since as it is: a three-way merge of the document that the change made,
 * the one before it, and today's. Lists of things with an `id` are merged by id; any other list is one value. Pure.
 */
import { isDeepStrictEqual } from 'node:util'

type Fields = Record<string, unknown>
type Named = { id: string } & Fields

/** The merged value, or the place where today's document is neither as the change left it nor as it was before. */
export type TakenBack =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly path: readonly string[] }

const taken = (value: unknown): TakenBack => ({ ok: true, value })

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isNamedList(value: unknown): value is Named[] {
  return Array.isArray(value) && value.every((item) => isFields(item) && typeof item.id === 'string')
}

const idsOf = (list: readonly Named[]) => list.map(({ id }) => id)
const byId = (list: readonly Named[]) => Object.fromEntries(list.map((item) => [item.id, item]))

/** `after`: as the change left it; `before`: as it was; `now`: today's. Undefined stands for "is not there". */
export function takeBack(after: unknown, before: unknown, now: unknown, path: readonly string[] = []): TakenBack {
  if (isDeepStrictEqual(after, before) || isDeepStrictEqual(now, before)) return taken(now)
  if (isDeepStrictEqual(now, after)) return taken(before)
  if (isNamedList(after) && isNamedList(before) && isNamedList(now)) return takeListBack(after, before, now, path)
  if (isFields(after) && isFields(before) && isFields(now)) return takeFieldsBack(after, before, now, path)
  return { ok: false, path }
}

function takeFieldsBack(after: Fields, before: Fields, now: Fields, path: readonly string[]): TakenBack {
  const merged: Fields = {}
  for (const name of new Set([...Object.keys(now), ...Object.keys(before)])) {
    const field = takeBack(after[name], before[name], now[name], [...path, name])
    if (!field.ok) return field
    if (field.value !== undefined) merged[name] = field.value
  }
  return taken(merged)
}

function takeListBack(after: Named[], before: Named[], now: Named[], path: readonly string[]): TakenBack {
  const items = takeFieldsBack(byId(after), byId(before), byId(now), path)
  if (!items.ok) return items
  const merged = items.value as Record<string, Named>
  const order = orderOf(idsOf(after), idsOf(before), idsOf(now), new Set(Object.keys(merged)))
  return order === undefined ? { ok: false, path } : taken(order.map((id) => merged[id]))
}

/** Today's order with what comes back put behind its old neighbour; the old order where the change was one of order alone. */
function orderOf(after: string[], before: string[], now: string[], merged: ReadonlySet<string>): string[] | undefined {
  const common = (list: string[]) => list.filter((id) => after.includes(id) && before.includes(id) && now.includes(id))
  const [ofAfter, ofBefore, ofNow] = [common(after), common(before), common(now)]
  const moved = !isDeepStrictEqual(ofAfter, ofBefore)
  // Both have changed the order: which one is meant cannot be told.
  if (moved && !isDeepStrictEqual(ofNow, ofAfter)) return undefined
  const queue = [...ofBefore]
  const order = (moved ? now.map((id) => (ofBefore.includes(id) ? (queue.shift() as string) : id)) : now).filter((id) =>
    merged.has(id),
  )
  for (const [index, id] of before.entries()) {
    if (!merged.has(id) || order.includes(id)) continue
    const neighbour = before.slice(0, index).findLast((other) => order.includes(other))
    order.splice(neighbour === undefined ? 0 : order.indexOf(neighbour) + 1, 0, id)
  }
  return order
}
