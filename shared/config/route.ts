/** Routes: which requests of a listener go to which pool. First match wins, in order. */
import { z } from 'zod'
import { isHostName } from '../address.ts'
import { hostFault, quoted } from '../address-fault.ts'
import { size } from './measures.ts'
import { id } from './names.ts'

/** Why a text is no host to match, and what to write; undefined when it is one. */
function hostPatternFault(text: string): string | undefined {
  const host = text.startsWith('*.') ? text.slice(2) : text
  if (isHostName(host)) return undefined
  if (text === '*') return 'leave the field out to match every host'
  const example = 'write a host name such as api.example.com or *.example.com'
  const url = /^[a-z]+:\/\/([^/?#]+)/i.exec(text)?.[1]
  const bare = (url ?? host).replace(/[/?#].*$/, '').replace(/:\d*$/, '')
  if (bare !== host && isHostName(bare))
    return `${quoted(text)} is more than a host name; write ${text.startsWith('*.') ? `*.${bare}` : bare}`
  if (host.includes('*')) return `"*" may only stand first, for every sub-domain; ${example}`
  if (/[\s,;|]/.test(host))
    return `${quoted(text)} is not one host name; write several as a list: [a.example.com, b.example.com]`
  return `${hostFault(host)?.replace(/; write (?!xn--).*$/, '') ?? quoted(text)}; ${example}`.replace(
    /(; write xn--\S+); .*$/,
    '$1',
  )
}

const hostPattern = z
  .string()
  .max(253)
  .superRefine((text, context) => {
    const message = hostPatternFault(text)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  })
  .transform((text) => text.toLowerCase())

const pathPattern = z
  .string()
  .max(1024)
  .regex(
    /^\/[\x21\x22\x24\x26-\x29\x2b-\x3a\x3c-\x3e\x40-\x7e]*\*?$/,
    'write a path such as /v1 (exactly that) or /v1/* (everything below), without query, "%" or ";"',
  )
  .refine(
    (path) => !path.includes('//') && !/\/\.{1,2}(\/|$)/.test(path),
    'leave out "//", "/./" and "/../": requests are matched in normal form',
  )

export const routeSchema = z
  .object({
    id: id.describe('Name of the route, unique.'),
    listener: id.describe('The listener whose requests are looked at.'),
    match: z
      .object({
        host: z
          .union([hostPattern, z.array(hostPattern).min(1).max(100)])
          .optional()
          .describe(
            'Host name the request must ask for, or a list of which any will do; *.example.com takes every sub-domain. Absent: any.',
          ),
        path: pathPattern
          .optional()
          .describe('Path the request must have; /v1/* takes /v1 and everything below it. Absent: any.'),
      })
      .strict()
      .default({})
      .describe('Conditions, all of which must hold; none means every request.'),
    action: z
      .discriminatedUnion('type', [
        z.object({ type: z.literal('forward'), pool: id.describe('The pool whose backends answer.') }).strict(),
      ])
      .describe('What happens to a matching request.'),
    maxBody: size({ min: '0B', max: '1024GiB' })
      .optional()
      .describe('Largest request body; then 413. Absent: no limit.'),
  })
  .strict()

export type RouteConfig = z.infer<typeof routeSchema>
