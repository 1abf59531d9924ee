/** Schema fields for durations and sizes; apart from the units themselves, so that who only counts does not load a validator. */
import { z } from 'zod'
import { bytes, ms, parseDuration, parseSize } from '../units.ts'

/** A duration field between two bounds, both inclusive and written as durations. */
export function duration(bounds: { min: string; max: string }) {
  return z.string().superRefine((text, context) => {
    const value = parseDuration(text)
    if (value === undefined) {
      context.addIssue({
        code: 'custom',
        message: `"${text}" is not a duration; write a number and a unit, such as 250ms, 10s or 2m`,
      })
    } else if (value < ms(bounds.min) || value > ms(bounds.max)) {
      context.addIssue({ code: 'custom', message: `${text} is outside ${bounds.min} to ${bounds.max}` })
    }
  })
}

/** A size field between two bounds, both inclusive and written as sizes. */
export function size(bounds: { min: string; max: string }) {
  return z.string().superRefine((text, context) => {
    const value = parseSize(text)
    if (value === undefined) {
      context.addIssue({
        code: 'custom',
        message: `"${text}" is not a size; write a number and a unit, such as 64KiB or 1MiB`,
      })
    } else if (value < bytes(bounds.min) || value > bytes(bounds.max)) {
      context.addIssue({ code: 'custom', message: `${text} is outside ${bounds.min} to ${bounds.max}` })
    }
  })
}
