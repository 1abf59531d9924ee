/** `/config`: the whole document, read, replaced, checked, exported. */
import { z } from 'zod'
import { configDocumentSchema } from '../../shared/api/bodies.ts'
import type { ConfigDocument } from '../../shared/config/config.ts'
import { exportYaml } from '../control/import-export.ts'
import { API, type App } from './fastify.ts'
import { actor } from './guard.ts'
import type { ApiParts } from './parts.ts'
import { answerChange, requiredBase, setRevision } from './revision-headers.ts'

const exportQuery = z.object({ format: z.enum(['yaml', 'json']).default('yaml') })
/** Described in OpenAPI by the schema; checked by the write path, which tells every fault at once. */
const anyDocument = z.unknown().describe('The whole document; see the schema of `GET /api/v1/config/schema`.')

export function configRoutes(app: App, { control }: ApiParts): void {
  app.get(
    `${API}/config`,
    { schema: { summary: 'The configuration as written; the ETag is its revision' } },
    (request, reply) => {
      const { revision, document } = control.current()
      setRevision(reply, revision)
      if (request.headers['if-none-match'] === `"${revision}"`) return reply.code(304).send()
      return reply.send(document)
    },
  )

  app.put(
    `${API}/config`,
    { schema: { summary: 'Replace the configuration; If-Match is required', body: anyDocument } },
    async (request, reply) => {
      const base = requiredBase(request)
      const document = request.body as ConfigDocument
      return answerChange(reply, await control.change({ base, edit: () => document, author: actor(request) }))
    },
  )

  app.post(
    `${API}/config/validate`,
    {
      schema: { summary: 'Every fault of a document, without applying it', body: anyDocument },
      config: { access: 'viewer' },
    },
    async (request) => {
      const issues = control.validate(request.body)
      return { valid: issues.length === 0, issues }
    },
  )

  app.get(`${API}/config/schema`, { schema: { summary: 'JSON Schema of the configuration' } }, async () =>
    z.toJSONSchema(configDocumentSchema, { io: 'input', unrepresentable: 'any' }),
  )

  app.get(
    `${API}/config/export`,
    { schema: { summary: 'The configuration as a file', querystring: exportQuery } },
    (request, reply) => {
      const { revision, document } = control.current()
      const { format } = request.query
      const body = format === 'yaml' ? exportYaml(document) : `${JSON.stringify(document, null, 2)}\n`
      setRevision(reply, revision)
      return reply
        .type(format === 'yaml' ? 'application/yaml; charset=utf-8' : 'application/json; charset=utf-8')
        .header('content-disposition', `attachment; filename="evenkeel-${revision}.${format}"`)
        .serializer((text: string) => text)
        .send(body)
    },
  )
}
