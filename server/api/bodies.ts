/** Reading what clients send: JSON and YAML with bounded depth, checked by zod, handed on as it was sent. */
import type { FastifyRequest, FastifySchemaCompiler } from 'fastify'
import type { z } from 'zod'
import { parseConfigText } from '../control/import-export.ts'
import { check } from '../control/issues.ts'
import { DEEPEST } from '../control/yaml-value.ts'
import { ControlError } from '../errors.ts'
import type { App } from './fastify.ts'

/** Whether JSON text nests deeper than `limit`; reads it once and stops at the first such place. */
export function nestsDeeper(text: string, limit: number): boolean {
  let depth = 0
  let inString = false
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (inString) {
      if (code === 0x5c) index++
      else if (code === 0x22) inString = false
    } else if (code === 0x22) inString = true
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > limit) return true
    } else if (code === 0x7d || code === 0x5d) depth--
  }
  return false
}

/** Takes JSON (prototype keys refused) and YAML; an empty body is no body. */
export function readBodies(app: App): void {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'string' },
    (request: FastifyRequest, text: string, done) => {
      if (text === '') return done(null, undefined)
      if (nestsDeeper(text, DEEPEST))
        return done(new ControlError('invalid-json', `The body is nested more than ${DEEPEST} deep.`))
      return parseJson(request, text, done)
    },
  )
  app.addContentTypeParser(
    ['application/yaml', 'application/x-yaml', 'text/yaml'],
    { parseAs: 'string' },
    (_request: FastifyRequest, text: string, done) => {
      try {
        done(null, parseConfigText(text))
      } catch (error) {
        done(error as Error)
      }
    },
  )
}

/**
 * Checks with zod. Bodies are handed on as they were sent, because the document keeps what was written and defaults stay out
 * of it; parameters and queries are handed on converted.
 */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart }) =>
  (data) => {
    const checked = check(schema, data)
    if (checked.ok) return { value: httpPart === 'body' ? data : checked.value }
    const { issues } = checked
    const words = issues.map((issue) => (issue.path ? `${issue.path}: ${issue.message}` : issue.message))
    return { error: new ControlError('invalid-request', `${words.slice(0, 3).join('; ')}.`, { issues }) }
  }
