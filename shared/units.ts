/** Durations and sizes as people write them (`10s`, `1m30s`, `1MiB`, `10MB`) and as the code counts them (milliseconds, bytes). */

const NUMBER = String.raw`(\d+(?:\.\d+)?)`
/** Largest unit first, each once: `1d`, `1h30m`, `1m30s`. */
const DURATION = new RegExp(`^(?=.)(?:${NUMBER}d)?(?:${NUMBER}h)?(?:${NUMBER}m)?(?:${NUMBER}s)?(?:${NUMBER}ms)?$`)
const MS_PER: Record<string, number> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 }
const MS_PER_GROUP = Object.values(MS_PER)
const SIZE = new RegExp(`^${NUMBER}(B|[Kk]B|MB|GB|TB|KiB|MiB|GiB|TiB)$`)
/** Powers of 1000 and of 1024, as IEC 80000-13 has them: 10MB is 10,000,000 bytes, 10MiB is 10,485,760. */
const BYTES_PER: Record<string, number> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
}

/** Milliseconds of a duration such as `250ms`, `10s`, `1m30s`, `1h`, `14d`; undefined when it is not one. */
export function parseDuration(text: string): number | undefined {
  const match = text.length > 64 ? null : DURATION.exec(text)
  if (match === null) return undefined
  let sum = 0
  for (let group = 0; group < MS_PER_GROUP.length; group++)
    sum += Number(match[group + 1] ?? 0) * (MS_PER_GROUP[group] as number)
  return Math.round(sum)
}

/** The shortest exact spelling of a duration: 10000 → `10s`, 1500 → `1500ms`. */
export function formatDuration(ms: number): string {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    if (ms >= (MS_PER[unit] as number) && ms % (MS_PER[unit] as number) === 0)
      return `${ms / (MS_PER[unit] as number)}${unit}`
  }
  return `${ms}ms`
}

/** Bytes of a size such as `64KiB`, `1MiB`, `10MB`; undefined when it is not one. */
export function parseSize(text: string): number | undefined {
  const match = text.length > 64 ? null : SIZE.exec(text)
  return match ? Math.round(Number(match[1]) * (BYTES_PER[match[2] as string] as number)) : undefined
}

/** The shortest exact spelling of a size: 65536 → `64KiB`, 1000 → `1000B`. */
export function formatSize(bytes: number): string {
  for (const unit of ['TiB', 'GiB', 'MiB', 'KiB'] as const) {
    if (bytes >= (BYTES_PER[unit] as number) && bytes % (BYTES_PER[unit] as number) === 0)
      return `${bytes / (BYTES_PER[unit] as number)}${unit}`
  }
  return `${bytes}B`
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
