/** Numbers and times as people read them. English, short, and of steady width: show them with tabular figures. */

const MISSING = '–'
const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const STEPS = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const

/** Three significant figures without trailing noise: 1.23, 12.3, 123. */
function significant(value: number): string {
  if (value >= 99.95) return value.toFixed(0)
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2)
}

function scaled(value: number, from: number): string {
  if (Math.abs(value) < from) return grouped.format(value)
  const [step, unit] = STEPS.find(([size]) => Math.abs(value) >= size * 0.9995) ?? STEPS[3]
  return `${value < 0 ? '-' : ''}${significant(Math.abs(value) / step)}${unit}`
}

/** A count: 0, 950, 9,999, 12.3k, 1.20M. */
export function formatCount(value: number | null | undefined): string {
  return value == null || !Number.isFinite(value) ? MISSING : scaled(value, 10_000)
}

/** A rate per second without its unit: 0, 0.4, 42, 1,234, 12.3k. */
export function formatRate(value: number | null | undefined): string {
  if (value == null || !Number.isFinite(value)) return MISSING
  if (value > 0 && value < 9.95) return value.toFixed(1)
  return scaled(value, 10_000)
}

/** Milliseconds: 0.4 ms, 4.2 ms, 42 ms, 1.24 s, 2.0 min. */
export function formatMs(value: number | null | undefined): string {
  if (value == null || !Number.isFinite(value)) return MISSING
  if (value < 9.95) return `${value.toFixed(1)} ms`
  if (value < 999.5) return `${value.toFixed(0)} ms`
  if (value < 59_995) return `${significant(value / 1000)} s`
  return `${(value / 60_000).toFixed(1)} min`
}

/** Bytes in binary units: 0 B, 512 B, 1.50 KiB, 12.3 MiB. */
export function formatBytes(value: number | null | undefined): string {
  if (value == null || !Number.isFinite(value)) return MISSING
  let rest = value
  for (const unit of ['B', 'KiB', 'MiB', 'GiB', 'TiB']) {
    if (rest < 1023.5 || unit === 'TiB') return `${unit === 'B' ? rest.toFixed(0) : significant(rest)} ${unit}`
    rest /= 1024
  }
  return MISSING
}

/** A share from 0 to 1: 0 %, <0.1 %, 2.4 %, 42 %, 100 %. Never rounds a failure away or up to all. */
export function formatShare(value: number | null | undefined): string {
  if (value == null || !Number.isFinite(value)) return MISSING
  const percent = value * 100
  if (percent === 0) return '0 %'
  if (percent > 0 && percent < 0.1) return '<0.1 %'
  if (percent < 9.95) return `${percent.toFixed(1)} %`
  if (percent < 100 && percent > 99) return `${Math.min(99.9, percent).toFixed(1)} %`
  return `${percent.toFixed(0)} %`
}

/** A span of time in its two largest units: 12 s, 4 min 10 s, 2 h 5 min, 3 d 4 h. */
export function formatSpan(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ]
  const first = parts.findIndex(([count]) => count > 0)
  if (first === -1) return '0 s'
  return parts
    .slice(first, first + 2)
    .filter(([count], index) => index === 0 || count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}

/** How long ago, coarse: now, 12 s ago, 4 min ago, 2 h ago, 3 d ago. */
export function formatAgo(at: number, now: number): string {
  const ms = now - at
  if (ms < 2000) return 'now'
  const [count, unit] =
    ms < 60_000
      ? [ms / 1000, 's']
      : ms < 3_600_000
        ? [ms / 60_000, 'min']
        : ms < 86_400_000
          ? [ms / 3_600_000, 'h']
          : [ms / 86_400_000, 'd']
  return `${Math.floor(count)} ${unit} ago`
}

const two = (value: number) => String(value).padStart(2, '0')

/** Local time of day: 15:04:05. */
export function formatTime(at: number): string {
  const date = new Date(at)
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** Local day: 2026-11-23. */
export function formatDay(at: number): string {
  const date = new Date(at)
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** Local day and time: 2026-11-23 15:04:05. */
export function formatDateTime(at: number): string {
  return `${formatDay(at)} ${formatTime(at)}`
}

/** A count with its noun: 1 pool, 3 pools. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}
