/** Which backends a chart shows when there are more than it can: the worst ones, each in the place it had before. Pure. */
import type { SeriesAnswer } from '../../../shared/api/series.ts'
import { seriesColumns } from '../../../shared/api/series-columns.ts'

const [REQUESTS, S5XX, OURS] = (['requests', 's5xx', 'ours'] as const).map((name) => seriesColumns.indexOf(name)) as [
  number,
  number,
  number,
]

/**
 * At most `most` backends: those with the most errors in the range; among equals those shown before stay, then those with the most
 * requests. A name keeps its place in `before` as long as it is shown, so that lines keep their colours.
 */
export function worstBackends(
  answer: SeriesAnswer | undefined,
  most: number,
  before: readonly string[] = [],
): string[] {
  const ranked = (answer?.series ?? []).flatMap(({ backend, points }) => {
    if (backend === null) return []
    const sum = (column: number) => points.reduce((all, point) => all + (point[column] ?? 0), 0)
    return [
      { backend, errors: sum(S5XX) + sum(OURS), shown: before.includes(backend) ? 1 : 0, requests: sum(REQUESTS) },
    ]
  })
  const chosen = ranked
    .sort((a, b) => b.errors - a.errors || b.shown - a.shown || b.requests - a.requests)
    .slice(0, most)
    .map(({ backend }) => backend)
  const stay = before.map((name) => (chosen.includes(name) ? name : undefined)).slice(0, chosen.length)
  const kept = new Set(stay)
  const fresh = chosen.filter((name) => !kept.has(name)).sort()
  return Array.from({ length: chosen.length }, (_, index) => stay[index] ?? (fresh.shift() as string))
}
