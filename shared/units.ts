/** Durations and sizes as people write them (`10s`, `1MiB`) and as the code counts them (milliseconds, bytes). */

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/
const MS_PER: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const SIZE = /^(\d+(?:\.\d+)?)(B|KiB|MiB|GiB)$/
const BYTES_PER: Record<string, number> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }

/** Milliseconds of a duration such as `250ms`, `10s`, `2m`, `1h`, `14d`; undefined when it is not one. */
export function parseDuration(text: string): number | undefined {
  const match = DURATION.exec(text)
  return match ? Math.round(Number(match[1]) * (MS_PER[match[2] as string] as number)) : undefined
}

/** The shortest exact spelling of a duration: 10000 → `10s`, 1500 → `1500ms`. */
export function formatDuration(ms: number): string {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    if (ms >= (MS_PER[unit] as number) && ms % (MS_PER[unit] as number) === 0)
      return `${ms / (MS_PER[unit] as number)}${unit}`
  }
  return `${ms}ms`
}

/** Bytes of a size such as `64KiB`, `1MiB`; undefined when it is not one. */
export function parseSize(text: string): number | undefined {
  const match = SIZE.exec(text)
  return match ? Math.round(Number(match[1]) * (BYTES_PER[match[2] as string] as number)) : undefined
}

/** Milliseconds of a duration that the schema has already accepted. Throws on anything else: that would be our bug. */
export function ms(text: string): number {
  const value = parseDuration(text)
  if (value === undefined) throw new TypeError(`not a duration: ${text}`)
  return value
}

/** Bytes of a size that the schema has already accepted. Throws on anything else: that would be our bug. */
export function bytes(text: string): number {
  const value = parseSize(text)
  if (value === undefined) throw new TypeError(`not a size: ${text}`)
  return value
}
