/** Routes: which requests of a listener go to which pool. First match wins, in order. */
import { z } from 'zod'
import { isHostName } from '../address.ts'
import { size } from './measures.ts'
import { id } from './names.ts'

const hostPattern = z
  .string()
  .max(253)
  .refine(
    (text) => isHostName(text.startsWith('*.') ? text.slice(2) : text),
    'write a host name such as api.example.com or *.example.com',
  )
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
        host: hostPattern
          .optional()
          .describe('Host name the request must ask for; *.example.com takes every sub-domain. Absent: any.'),
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
