/** "Did you mean …?": the known word that a misspelt one most likely stands for. */

const bare = (word: string) => word.toLowerCase().replace(/[-_\s]/g, '')

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`. */
function distance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, (row[j - 1] as number) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] as number) + 1)
      next.push(best)
    }
    before = row
    row = next
  }
  return row[b.length] as number
}

/** The candidate that differs in a third of its letters at most (case, `-` and `_` do not count); undefined when none is near. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = bare(word)
  if (wanted === '' || wanted.length > 64) return undefined
  let found: string | undefined
  let least = Number.POSITIVE_INFINITY
  for (const candidate of candidates) {
    const other = bare(candidate)
    const most = Math.max(1, Math.floor(Math.max(wanted.length, other.length) / 3))
    if (Math.abs(other.length - wanted.length) > most) continue
    const away = distance(wanted, other)
    if (away <= most && away < least) {
      least = away
      found = candidate
    }
  }
  return found
}
