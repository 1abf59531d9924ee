/** Undo: takes saved changes back and keeps whatever has been changed since, by whomever. */
import { isDeepStrictEqual } from 'node:util'
import type { ChangeAnswer } from '../../shared/api/bodies.ts'
import type { ConfigDocument } from '../../shared/config/config.ts'
import { ControlError } from '../errors.ts'
import type { ConfigControl } from './change-config.ts'
import { takeBack } from './take-back.ts'

export interface UndoRequest {
  /** Numbers of the revisions to take back, in any order. */
  revisions: readonly number[]
  author: string
}

export interface Undo {
  /** Takes changes back as one new revision. Errors: `not-found`, `overtaken`, and those of `change`. */
  undo(request: UndoRequest): Promise<ChangeAnswer>
  /** Why they cannot be taken back now, in words; null when they can. Changes nothing. */
  whyNot(revisions: readonly number[]): string | null
}

/** Revisions looked through for the one that overtook a change. */
const LOOK_BACK = 200

export function createUndo({ control, now }: { control: ConfigControl; now: () => number }): Undo {
  function documentOf(number: number): ConfigDocument {
    const stored = control.revision(number)
    if (stored === undefined) throw new ControlError('not-found', `There is no revision ${number} (any more).`)
    return stored.document
  }

  function withoutAll(revisions: readonly number[], document: ConfigDocument): ConfigDocument {
    let merged: unknown = document
    for (const number of [...new Set(revisions)].sort((a, b) => b - a)) {
      if (number < 2)
        throw new ControlError('not-found', 'The first configuration cannot be undone: there is none before it.')
      const result = takeBack(documentOf(number), documentOf(number - 1), merged)
      if (!result.ok) throw overtaken(number, result.path)
      merged = result.value
    }
    return merged as ConfigDocument
  }

  function overtaken(number: number, path: readonly string[]): ControlError {
    const by = changerOf(path, number)
    const who = by === undefined ? '' : ` in revision ${by.number} (${by.author}, ${ago(now() - by.at)})`
    return new ControlError(
      'overtaken',
      `Revision ${number} cannot be undone: ${words(path)} was changed again${who}. Nothing has changed.`,
      { revision: by?.number ?? control.current().revision },
    )
  }

  /** The newest revision after `number` that touched this place. */
  function changerOf(path: readonly string[], number: number) {
    const { revision } = control.current()
    for (let at = revision; at > number && at > revision - LOOK_BACK; at -= 1) {
      const [after, before] = [control.revision(at), control.revision(at - 1)]
      if (after === undefined || before === undefined) return undefined
      if (!isDeepStrictEqual(valueAt(after.document, path), valueAt(before.document, path))) return after
    }
    return undefined
  }

  return {
    undo: ({ revisions, author }) =>
      control.change({
        author,
        edit: (document) => withoutAll(revisions, document),
        summary: (difference) =>
          `undid ${revisions.length === 1 ? 'revision' : 'revisions'} ${list(revisions)} (${difference})`,
      }),
    whyNot(revisions) {
      try {
        withoutAll(revisions, control.current().document)
        return null
      } catch (error) {
        if (error instanceof ControlError) return error.message
        throw error
      }
    },
  }
}

function valueAt(document: unknown, path: readonly string[]): unknown {
  let value = document
  for (const name of path) {
    if (Array.isArray(value)) value = value.find((item) => (item as { id?: unknown } | null)?.id === name)
    else if (typeof value === 'object' && value !== null && Object.hasOwn(value, name))
      value = (value as Record<string, unknown>)[name]
    else return undefined
  }
  return value
}

/** `pools app backends app-1 weight` → "weight of app / app-1". */
function words(path: readonly string[]): string {
  const [kind, id, ...rest] = path
  if (kind === undefined) return 'the configuration'
  if (id === undefined) return `the list of ${kind}`
  const field = (names: readonly string[]) => names.join(' ').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  if (kind === 'pools' && rest[0] === 'backends' && rest[1] !== undefined)
    return rest.length === 2 ? `${id} / ${rest[1]}` : `${field(rest.slice(2))} of ${id} / ${rest[1]}`
  return rest.length === 0 ? id : `${field(rest)} of ${id}`
}

function list(revisions: readonly number[]): string {
  return [...revisions].sort((a, b) => a - b).join(', ')
}

function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s ago`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min ago`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${hours} h ago` : `${Math.round(hours / 24)} days ago`
}
