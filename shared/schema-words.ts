/** What a schema refuses, in words that say what to write instead. Fields with words of their own (addresses, durations) come first. */
import type { z } from 'zod'
import { quoted } from './address-fault.ts'
import { nearest } from './nearest.ts'

type Raw = z.core.$ZodRawIssue

/** The parts of a schema that are read here. */
interface Looked {
  description?: string
  minValue?: number | null
  maxValue?: number | null
  _zod?: {
    def?: { shape?: Record<string, { _zod?: { optin?: string } }>; discriminator?: string; element?: unknown }
    propValues?: Record<string, Set<unknown>>
  }
}

const KINDS: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  record: 'names and values',
}

/** Words of other load balancers for what is called differently here; taken only where the right one is a field. */
const OTHER_WORDS: Record<string, string[]> = {
  name: ['id'],
  servers: ['backends'],
  targets: ['backends'],
  upstreams: ['backends', 'pools'],
  members: ['backends'],
  url: ['address'],
  host: ['address'],
  port: ['address', 'bind'],
  listen: ['bind'],
  maxconn: ['maxConnections', 'connections'],
  maxconns: ['maxConnections', 'connections'],
  down: ['adminState'],
  disabled: ['adminState'],
  state: ['adminState'],
  algorithm: ['strategy'],
  balance: ['strategy'],
  method: ['strategy'],
  servername: ['host'],
  hosts: ['host'],
  hostname: ['host'],
  location: ['path'],
  prefix: ['path'],
  pool: ['action'],
  health: ['healthCheck'],
  check: ['healthCheck'],
  retries: ['retry'],
  cookie: ['sticky', 'name'],
  stickiness: ['sticky'],
  rise: ['healthyAfter'],
  fall: ['unhealthyAfter'],
  inter: ['interval'],
  status: ['expect'],
  frontends: ['listeners'],
}

/** No answer lists more faults than that. */
const MOST_KEYS = 200

function show(value: unknown): string {
  return typeof value === 'string' ? quoted(value) : String(value)
}

function alternatives(values: readonly unknown[]): string {
  const shown = values.map(show)
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`
}

/** `type: rond-robin`: the value meant, or all there are. */
function valueWanted(input: unknown, values: readonly unknown[]): string {
  if (input === undefined) return `is missing; write ${alternatives(values)}`
  const exact = typeof input === 'object' ? undefined : values.find((value) => String(value) === String(input))
  if (exact !== undefined)
    return typeof exact === 'string' ? `write it in quotes: "${exact}"` : `write ${exact} without quotes`
  const texts = values.filter((value) => typeof value === 'string')
  const meant = typeof input === 'string' ? nearest(input, texts) : undefined
  const known = typeof input === 'object' ? 'is not one of the values' : `${show(input)} is not known`
  return meant === undefined || values.length === 1
    ? `${known}; write ${alternatives(values)}`
    : `${known}; did you mean "${meant}"? Write ${alternatives(values)}`
}

/** `strategy: round-robin` where `strategy: { type: round-robin }` is meant. */
function variantWanted({ _zod }: Looked, input: unknown): string | undefined {
  const { discriminator } = _zod?.def ?? {}
  if (discriminator === undefined) return undefined
  const types = [...(_zod?.propValues?.[discriminator] ?? [])].map(String)
  const meant = (typeof input === 'string' ? nearest(input, types) : undefined) ?? types[0]
  return `{ ${discriminator}: ${meant} }`
}

/** `a number of 0 to 256`, `an object such as { id: …, address: … }`. */
function kindWanted(schema: Looked, expected: string): string {
  const { minValue: min, maxValue: max, _zod } = schema
  if ((expected === 'number' || expected === 'int') && Number.isFinite(min) && Number.isFinite(max))
    return `${KINDS[expected]} of ${min} to ${max}`
  if (expected !== 'object') return KINDS[expected] ?? expected
  const fields = Object.entries(_zod?.def?.shape ?? {})
  const required = fields.filter(([, field]) => field._zod?.optin === undefined).map(([name]) => `${name}: …`)
  const [first] = fields
  if (required.length > 0) return `an object such as { ${required.join(', ')} }`
  return first === undefined ? 'an object' : `an object with fields such as "${first[0]}"`
}

function meaning(schema: Looked): string {
  const text = schema.description?.replace(/\.$/, '')
  return text ? ` (${text.charAt(0).toLowerCase()}${text.slice(1)})` : ''
}

function typeWanted(issue: Extract<Raw, { code: 'invalid_type' }>): string {
  const { input } = issue
  const schema = ((issue as { schema?: unknown }).schema ?? issue.inst ?? {}) as Looked
  const expected = issue.expected as string
  const wanted = variantWanted(schema, input) ?? kindWanted(schema, expected)
  if (input === undefined) return `is missing; write ${wanted}${meaning(schema)}`
  if (input === null)
    return `is empty; write ${wanted}${(issue.path ?? []).length === 0 ? '' : ', or leave the field out'}`
  if (expected === 'string' && (typeof input === 'number' || typeof input === 'boolean'))
    return `write it in quotes: "${input}"`
  if ((expected === 'number' || expected === 'int') && typeof input === 'string')
    return /^-?\d+(?:\.\d+)?$/.test(input.trim())
      ? `write ${input.trim()} without quotes`
      : `${quoted(input)} is not a number; write ${wanted}`
  if (expected === 'boolean' && typeof input === 'string') {
    if (/^(?:true|yes|on|y)$/i.test(input)) return 'write true without quotes'
    if (/^(?:false|no|off|n)$/i.test(input)) return 'write false without quotes'
  }
  if (expected === 'int' && typeof input === 'number') return `${input} is not a whole number; write ${wanted}`
  if (expected === 'array' && (typeof input === 'string' || typeof input === 'number'))
    return `write a list: [${input}]`
  if (expected === 'array') return `write a list, each entry with "-" before it`
  return `write ${wanted}`
}

/** One line for each key, in their order. */
function unknownFields(issue: Extract<Raw, { code: 'unrecognized_keys' }>): string {
  const known = Object.keys((issue.inst as Looked | undefined)?._zod?.def?.shape ?? {})
  return issue.keys
    .slice(0, MOST_KEYS)
    .map((key) => {
      const other = OTHER_WORDS[key.toLowerCase().replace(/[-_]/g, '')]?.find((word) => known.includes(word))
      const meant = nearest(key, known) ?? other
      if (meant !== undefined) return `there is no such field; did you mean "${meant}"?`
      return known.length === 0
        ? 'there is no such field; leave it out'
        : `there is no such field; leave it out, or write ${alternatives(known)}`
    })
    .join('\n')
}

function bound(issue: Extract<Raw, { code: 'too_small' | 'too_big' }>): string {
  const small = issue.code === 'too_small'
  const limit = Number(small ? issue.minimum : issue.maximum)
  const { origin } = issue
  if (origin === 'string') {
    if (small) return limit === 1 ? 'is empty; write a text' : `is too short; write at least ${limit} characters`
    return `is too long; write at most ${limit} characters`
  }
  if (origin === 'array' || origin === 'set')
    return small
      ? `is too short; write at least ${limit === 1 ? 'one entry' : `${limit} entries`}`
      : `is too long; write at most ${limit} entries`
  return `${show(issue.input)} is too ${small ? 'small' : 'large'}; write ${limit} or ${small ? 'more' : 'less'}`
}

/** The message of one issue; undefined leaves it to the schema library. To be given to `safeParse` as `error`. */
export function schemaWords(issue: Raw): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return typeWanted(issue)
    case 'invalid_value':
      return valueWanted(issue.input, issue.values)
    case 'unrecognized_keys':
      return unknownFields(issue)
    case 'too_small':
    case 'too_big':
      return bound(issue)
    case 'invalid_union': {
      const { discriminator, options, input } = issue as {
        discriminator?: string
        options?: unknown[]
        input?: unknown
      }
      if (discriminator === undefined || options === undefined) return undefined
      return valueWanted((input as Record<string, unknown> | undefined)?.[discriminator], options)
    }
    default:
      return undefined
  }
}
