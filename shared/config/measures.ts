/** Schema fields for durations and sizes; apart from the units themselves, so that who only counts does not load a validator. */
import { z } from 'zod'
import { quoted } from '../address-fault.ts'
import { formatDuration, formatSize, parseDuration, parseSize } from '../units.ts'

/** Both inclusive and written as the field is. */
interface Bounds {
  min: string
  max: string
}

interface Measure {
  noun: string
  examples: string
  parse(text: string): number | undefined
  /** The spelling that somebody probably meant; undefined when there is none. */
  meant(text: string, fits: (spelling: string) => boolean, bounds: Bounds): string | undefined
}

const LONG_UNITS: Record<string, string> = {
  s: 's(?:ec(?:ond)?s?)?',
  ms: '(?:ms(?:ecs?)?|milli(?:second)?s?)',
  m: 'm(?:in(?:ute)?s?)?',
  h: 'h(?:(?:ou)?rs?)?',
  d: 'd(?:ays?)?',
}

/** `90 Sec` → `90s`, `5 minutes` → `5m`. */
function plainUnits(text: string): string {
  return text.toLowerCase().replace(/([\d.]+)\s*([a-z]+)\s*/g, (whole, number: string, unit: string) => {
    const short = Object.keys(LONG_UNITS).find((key) => new RegExp(`^${LONG_UNITS[key]}$`).test(unit))
    return short === undefined ? whole : number + short
  })
}

const durations: Measure = {
  noun: 'a duration',
  examples: 'a number and a unit, such as 250ms, 10s, 2m or 1m30s',
  parse: parseDuration,
  meant(text, fits, { min }) {
    if (/^\d+(?:\.\d+)?$/.test(text)) {
      const number = Number(text)
      const usual = min.replace(/^[\d.]+/, '')
      return [`${number}s`, formatDuration(number), `${number}${usual}`, `${number}m`, `${number}h`, `${number}d`].find(
        fits,
      )
    }
    const plain = plainUnits(text)
    return fits(plain) ? plain : undefined
  },
}

const sizes: Measure = {
  noun: 'a size',
  examples: 'a number and a unit, such as 64KiB, 1MiB or 10MB',
  parse: parseSize,
  meant(text, fits) {
    if (/^\d+$/.test(text))
      return [formatSize(Number(text)), `${Number(text)}KiB`, `${Number(text)}MiB`, `${Number(text)}GiB`].find(fits)
    const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)(b?)$/i.exec(text)
    if (match === null) return undefined
    const [, number, letter, binary, byte] = match as unknown as [string, string, string, string, string]
    const unit = letter === '' ? 'B' : letter.toUpperCase() + (binary !== '' || byte === '' ? 'iB' : 'B')
    return [number + unit].find(fits)
  },
}

function refusal(measure: Measure, text: string, bounds: Bounds): string | undefined {
  const [min, max] = [measure.parse(bounds.min) as number, measure.parse(bounds.max) as number]
  const value = measure.parse(text)
  if (value !== undefined && value >= min && value <= max) return undefined
  if (value !== undefined)
    return `${quoted(text)} is outside ${bounds.min} to ${bounds.max}; write ${value < min ? `${bounds.min} or more` : `${bounds.max} or less`}`
  const fits = (spelling: string) => {
    const guess = measure.parse(spelling)
    return guess !== undefined && guess >= min && guess <= max
  }
  const meant = text.length > 64 ? undefined : measure.meant(text.trim(), fits, bounds)
  if (/^[\d.]+$/.test(text.trim())) return `${quoted(text)} has no unit; write ${meant ?? measure.examples}`
  return `${quoted(text)} is not ${measure.noun}; write ${meant ?? measure.examples}`
}

function field(measure: Measure, bounds: Bounds) {
  const wrongType = ({ input }: { input?: unknown }) =>
    typeof input === 'number'
      ? (refusal(measure, String(input), bounds) ?? `write ${measure.examples}`).replaceAll('"', '')
      : undefined
  return z.string({ error: wrongType }).superRefine((text, context) => {
    const message = refusal(measure, text, bounds)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  })
}

/** A duration field between two bounds, both inclusive and written as durations. */
export function duration(bounds: Bounds) {
  return field(durations, bounds)
}

/** A size field between two bounds, both inclusive and written as sizes. */
export function size(bounds: Bounds) {
  return field(sizes, bounds)
}
