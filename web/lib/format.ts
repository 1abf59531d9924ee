/** Numbers and times as people read them. Always in the same width class, so that tables do not dance. */

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** 1234 → `1,234`; 12345 → `12.3k`; 1234567 → `1.23M`. */
export function count(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  if (size < 10_000) return whole.format(Math.round(value))
  if (size < 1_000_000) return `${trim(value / 1000, size < 100_000 ? 1 : 0)}k`
  return `${trim(value / 1_000_000, 2)}M`
}

function trim(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.0+$/, '')
}

/** Per second: one decimal below ten. */
export function rate(perSecond: number | null): string {
  if (perSecond === null || !Number.isFinite(perSecond)) return '–'
  return perSecond > 0 && perSecond < 10 ? perSecond.toFixed(1) : count(perSecond)
}

/** 0.0312 → `3.1 %`. */
export function percent(share: number | null): string {
  if (share === null || !Number.isFinite(share)) return '–'
  const value = share * 100
  if (value === 0) return '0 %'
  if (value < 0.1) return '< 0.1 %'
  return `${value.toFixed(value < 10 ? 1 : 0)} %`
}

/** Milliseconds, or a dash when there is nothing to tell. */
export function millis(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–'
  if (value > 0 && value < 0.05) return '< 0.1 ms'
  if (value < 10) return `${value.toFixed(1)} ms`
  return value < 10_000 ? `${whole.format(value)} ms` : `${(value / 1000).toFixed(1)} s`
}

/** Bytes in powers of 1024. */
export function bytes(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return '–'
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let size = value
  let unit = 0
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024
    unit += 1
  }
  return `${size.toFixed(unit === 0 || size >= 100 ? 0 : 1)} ${units[unit]}`
}

/** A length of time: `42 s`, `3 min`, `2 h 5 min`, `3 d`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} d`
}

/** How long ago; `now` in epoch milliseconds. */
export function ago(at: number, now = Date.now()): string {
  const ms = now - at
  return ms < 2000 ? 'just now' : `${duration(ms)} ago`
}

/** What is left until `at`, on the clock that says `now`: `returns in 21 s`. */
export function returnsIn(at: number, now: number): string {
  return at - now < 1000 ? 'returns now' : `returns in ${duration(at - now)}`
}

/** `14:03:07`, with the day in front when it is not today. */
export function clockTime(at: number, now = Date.now()): string {
  const date = new Date(at)
  const time = date.toLocaleTimeString('en-GB')
  if (date.toDateString() === new Date(now).toDateString()) return time
  return `${date.toLocaleDateString('en-GB', { day: '2-digit', month: 'short' })} ${time}`
}

/** Words for a number of things: `1 backend`, `3 backends`. */
export function plural(number: number, word: string): string {
  return `${whole.format(number)} ${word}${number === 1 ? '' : 's'}`
}
