/** Ticks of axes: values that people would choose, one unit and one number of decimals per axis, and round times of the day. Pure. */

export type Unit = 'rate' | 'millis'

export interface ValueAxis {
  /** Upper end of the axis. */
  top: number
  ticks: number[]
  label(value: number): string
}

/** The space does not break: a label stays on its line. */
const SCALES: Record<Unit, { from: number; divide: number; sign: string }[]> = {
  rate: [
    { from: 1e7, divide: 1e6, sign: 'M/s' },
    { from: 1e4, divide: 1e3, sign: 'k/s' },
    { from: 0, divide: 1, sign: '/s' },
  ],
  millis: [
    { from: 2000, divide: 1000, sign: '\u00a0s' },
    { from: 0, divide: 1, sign: '\u00a0ms' },
  ],
}

/** Smallest of 1, 2, 5 times a power of ten that is not below `value`. */
function niceStep(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  const factor = [1, 2, 5, 10].find((each) => each * power >= value * (1 - 1e-9)) ?? 10
  return factor * power
}

/** An axis from 0 for values up to `max` with about four steps. */
export function valueAxis(max: number, unit: Unit): ValueAxis {
  const step = max > 0 && Number.isFinite(max) ? niceStep(max / 4) : 0.5
  const count = Math.max(2, Math.ceil((max > 0 ? max : 1) / step - 1e-9))
  // Multiplied, not added up, and rounded to what the step can say: 0.1 + 0.2 is not 0.3.
  const digits = Math.max(0, -Math.floor(Math.log10(step)))
  const ticks = Array.from({ length: count + 1 }, (_, index) => Number((index * step).toFixed(digits)))
  const top = ticks.at(-1) as number
  const { divide, sign } = SCALES[unit].find((scale) => top >= scale.from) as (typeof SCALES)[Unit][number]
  const decimals = Math.max(0, -Math.floor(Math.log10(step / divide) + 1e-9))
  const label = (value: number) => (value === 0 ? '0' : `${(value / divide).toFixed(decimals)}${sign}`)
  return { top, ticks, label }
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const TIME_STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((each) => each * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((each) => each * MINUTE),
  ...[1, 2, 3, 6, 12].map((each) => each * HOUR),
  ...[1, 2, 7, 14, 28].map((each) => each * DAY),
]
/** Below this length seconds are told. */
const WITH_SECONDS = 10 * MINUTE

export interface TimeTicks {
  ticks: number[]
  label(t: number): string
}

/** Days since the epoch by the local calendar. */
const dayNumber = (date: Date) => Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY)

/** Round times of the local clock between two moments, at most `most` of them. */
export function timeTicks(from: number, to: number, most: number): TimeTicks {
  const step = TIME_STEPS.find((each) => (to - from) / each <= Math.max(1, most)) ?? (TIME_STEPS.at(-1) as number)
  const ticks: number[] = []
  // Day by day, so that a change between summer and winter time moves no tick off its round time.
  for (let day = new Date(new Date(from).setHours(0, 0, 0, 0)); day.getTime() <= to; day = nextDay(day)) {
    if (step >= DAY) {
      if (dayNumber(day) % (step / DAY) === 0) ticks.push(day.getTime())
    } else if (step >= HOUR) {
      for (let hour = 0; hour < 24; hour += step / HOUR) ticks.push(new Date(day).setHours(hour))
    } else {
      const midnight = day.getTime()
      const end = Math.min(to + 1, nextDay(day).getTime())
      for (let t = midnight + Math.max(0, Math.ceil((from - midnight) / step)) * step; t < end; t += step) ticks.push(t)
    }
  }
  const withSeconds = step < MINUTE || to - from < WITH_SECONDS
  return {
    ticks: [...new Set(ticks)].filter((t) => t >= from && t <= to),
    label(t) {
      const date = new Date(t)
      const midnight = date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0
      if (step >= DAY || (midnight && to - from >= 6 * HOUR))
        return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
      const time = date.toLocaleTimeString('en-GB')
      return withSeconds ? time : time.slice(0, 5)
    },
  }
}

function nextDay(day: Date): Date {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1)
}
