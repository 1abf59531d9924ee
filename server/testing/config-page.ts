/** Writes `docs/configuration.md` from the schema: every field with its type, bounds, default and help text. */
import type { z } from 'zod'
import { configSchema } from '../../shared/config/config.ts'

/** The parts of a zod definition that are read here. */
interface Def {
  type: string
  innerType?: Schema
  in?: Schema
  element?: Schema
  shape?: Record<string, Schema>
  options?: Schema[]
  discriminator?: string
  entries?: Record<string, string>
  values?: unknown[]
  defaultValue?: unknown
}
interface Schema extends Pick<z.ZodType, 'safeParse' | 'description'> {
  def: Def
  minValue?: number | null
  maxValue?: number | null
}

interface Field {
  /** Innermost schema. */
  schema: Schema
  text: string
  fallback: string
}

const WRAPPERS = new Set(['default', 'prefault', 'optional', 'pipe', 'nullable'])

function unwrap(outer: Schema): Field {
  let schema = outer
  let text = outer.description ?? ''
  let fallback = outer.def.type === 'optional' ? 'absent' : 'required'
  while (WRAPPERS.has(schema.def.type)) {
    if (schema.def.type === 'default' || schema.def.type === 'prefault')
      fallback = JSON.stringify(schema.def.defaultValue)
    schema = (schema.def.innerType ?? schema.def.in) as Schema
    text ||= schema.description ?? ''
  }
  return { schema, text, fallback }
}

/** Bounds of a duration or size are told by the refusal of something far too large. */
function textKind(schema: Schema): string {
  for (const [kind, huge] of [
    ['duration', '9999999d'],
    ['size', '99999999GiB'],
  ] as const) {
    const message = schema.safeParse(huge).error?.issues[0]?.message ?? ''
    const bounds = /is outside (\S+) to (\S+);/.exec(message)
    if (bounds) return `${kind}, ${bounds[1]} to ${bounds[2]}`
  }
  return 'text'
}

function kindOf(schema: Schema): string {
  const { def } = schema
  if (def.type === 'string') return textKind(schema)
  if (def.type === 'number') return `number, ${schema.minValue} to ${schema.maxValue}`
  if (def.type === 'boolean') return 'true or false'
  if (def.type === 'enum')
    return Object.values(def.entries ?? {})
      .map((value) => `\`${value}\``)
      .join(', ')
  if (def.type === 'literal') return (def.values ?? []).map((value) => `\`${value}\``).join(' or ')
  if (def.type === 'array') return `list of ${kindOf(unwrap(def.element as Schema).schema)}`
  if (def.type === 'union') return (def.options ?? []).map((one) => kindOf(unwrap(one).schema)).join(' or ')
  if (def.type === 'record') return 'names and values'
  return def.type
}

function row(name: string, kind: string, fallback: string, text: string): string {
  return `| \`${name}\` | ${kind} | ${fallback === 'required' || fallback === 'absent' ? fallback : `\`${fallback}\``} | ${text} |`
}

/** Rows of one object; plain objects and unions inside are entered, lists of objects get a section of their own. */
function rows(schema: Schema, prefix: string, lists: Map<string, Schema>): string[] {
  return Object.entries(schema.def.shape ?? {}).flatMap(([key, outer]) => {
    const { schema: inner, text, fallback } = unwrap(outer)
    const name = prefix + key
    const element = inner.def.type === 'array' ? unwrap(inner.def.element as Schema).schema : undefined
    if (element?.def.type === 'object') {
      lists.set(name, element)
      return [row(name, 'list, see below', fallback, text)]
    }
    if (inner.def.type === 'object') return [row(name, 'object', fallback, text), ...rows(inner, `${name}.`, lists)]
    if (inner.def.type !== 'union' || inner.def.discriminator === undefined)
      return [row(name, kindOf(inner), fallback, text)]
    return [row(name, `object, \`type\` is one of ${types(inner)}`, fallback, text), ...variants(inner, name, lists)]
  })
}

function types(union: Schema): string {
  return (union.def.options ?? []).map((option) => `\`${option.def.shape?.type?.def.values?.[0]}\``).join(', ')
}

function variants(union: Schema, name: string, lists: Map<string, Schema>): string[] {
  return (union.def.options ?? []).flatMap((option) => {
    const { type, ...rest } = option.def.shape ?? {}
    const label = `${name} (${String(type?.def.values?.[0])}).`
    return rows({ ...option, def: { ...option.def, shape: rest } }, label, lists)
  })
}

const behindProxy = `## The dashboard behind another proxy

These are options of the process, not of the document. Traffic, health checks and the API are the same with and without them.

**At a host of its own** (\`https://lb.example.com/\`): let the proxy pass \`Host\` on as it came, and name the host.

\`\`\`
evenkeel --admin 127.0.0.1:7070 --admin-host lb.example.com

location / {                          # nginx
  proxy_pass http://127.0.0.1:7070;
  proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_buffering off;
}
\`\`\`

**Below a path** (\`https://www.example.com/lb/\`): name the path, by \`--admin-path /lb/\` or \`EVENKEEL_ADMIN_PATH\`. The proxy may leave it in the address
(\`proxy_pass http://127.0.0.1:7070/lb/;\`) or take it away (\`proxy_pass http://127.0.0.1:7070/;\`): everything answers to both, also \`/metrics\`, \`/healthz\` and
\`/readyz\`. The cookie is set for the path, so people sign in below it; without the option the page stays blank, because it looks for its files at the root.

\`\`\`
evenkeel --admin 127.0.0.1:7070 --admin-host www.example.com --admin-path /lb/

location /lb/ {                       # nginx
  proxy_pass http://127.0.0.1:7070/lb/;
  proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_buffering off;
}
\`\`\`

- Changes are refused when they come from a page of another site. Over TLS and on localhost the browser says so itself (\`Sec-Fetch-Site\`), whatever the
  proxy makes of \`Host\`. Over plain HTTP \`Origin\` has to name the host that reached us, or one given by \`--admin-host\` (with its port, when it has one:
  \`lb.example.com:8443\`); the refusal says which.
- \`X-Forwarded-For\` tells that the client is not on this machine: without it \`/metrics\` is open to everybody who may use the proxy.
- The live figures are one long response (\`text/event-stream\`): a proxy must not collect it. It says so itself to nginx (\`X-Accel-Buffering: no\`).
- Of the descriptors the process may have, connections to the dashboard get an eighth, between 16 and 8000. When they are used up, idle connections are closed for new ones.`

/** The whole page. */
export function configurationPage(): string {
  const head = '| field | type | default | meaning |\n| --- | --- | --- | --- |'
  const sections: string[] = []
  const pending = new Map<string, Schema>([['', configSchema as unknown as Schema]])
  for (const [name, schema] of pending) {
    const title = name === '' ? '## The document' : `## Each of \`${name}\``
    const found = new Map<string, Schema>()
    sections.push(`${title}\n\n${head}\n${rows(schema, '', found).join('\n')}`)
    for (const [key, element] of found) pending.set(name === '' ? key : `${name}.${key}`, element)
  }
  const intro = `# Configuration

One document, as YAML or JSON. A field that is left out has its default; unknown fields are refused. \`GET /api/v1/config/schema\` gives
the same as JSON Schema. This page is written from the schema; a test fails when they differ.

**Durations** are written with a unit: \`250ms\`, \`10s\`, \`2m\`, \`1m30s\`, \`1h\`, \`14d\`. **Sizes** likewise: \`64KiB\` and \`10MiB\` count by 1024,
\`10kB\` and \`10MB\` by 1000. **Addresses** are \`host:port\`; IPv6 stands in brackets (\`[::1]:8080\`), and IPv4 has no leading zeros.

**YAML** is read as version 1.2, with anchors (\`&name\`), aliases (\`*name\`) and merge keys (\`<<: *name\`). They are written out when the
file is read, so an export has none; written out, a document may have 2 MiB, like the file itself.`
  return `${[intro, ...sections, behindProxy].join('\n\n')}\n`
}
