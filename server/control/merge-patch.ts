/** JSON merge patch (RFC 7396): objects merge, null removes, everything else replaces. Names of prototype fields are refused. */
import { ControlError } from '../errors.ts'

type Fields = Record<string, unknown>
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The patched value; `target` is not changed. Errors: `invalid-request` for a prototype field. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch
  const result: Fields = isFields(target) ? { ...target } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (FORBIDDEN.has(name)) throw new ControlError('invalid-request', `A field cannot be called "${name}".`)
    if (value === null) delete result[name]
    else result[name] = mergePatch(Object.hasOwn(result, name) ? result[name] : undefined, value)
  }
  return result
}
