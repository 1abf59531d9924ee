/** Making a connection for a probe: look-up and address policy in one place, and errors of sockets in words. */
import type { LookupFunction } from 'node:net'
import { isIP } from 'node:net'
import type { AddressPolicy } from './address-policy.ts'
import { ProbeFailed, ProbeNotMade, type ProbeParts } from './probe.ts'
import { NameFailed } from './resolver.ts'

/** Errors of sockets that are ours and no evidence about the other side: no descriptors, ports or memory left here. */
const OURS = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM'])

const WORDS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection closed without an answer',
  ETIMEDOUT: 'no answer to the attempt to connect',
  EHOSTUNREACH: 'no route to the host',
  EHOSTDOWN: 'the host is down',
  ENETUNREACH: 'network unreachable',
  EACCES: 'the system does not permit this connection',
  EPERM: 'a firewall of this machine does not permit this connection',
  HPE_HEADER_OVERFLOW: 'the head of the answer is larger than 16 KiB',
}

/** Refuses an address by policy. */
function refusal(ip: string): ProbeFailed {
  return new ProbeFailed(
    `${ip} is a link-local or cloud metadata address, which is not contacted unless an option allows it`,
  )
}

/** The addresses of a host that may be contacted. Rejects with `ProbeFailed` when there are none. */
export async function findAddresses(host: string, { resolver, policy }: Pick<ProbeParts, 'resolver' | 'policy'>) {
  const all = await resolver.resolve(host)
  const allowed = all.filter((ip) => !policy.refuses(ip))
  if (allowed.length === 0) throw refusal(all[0] ?? host)
  return allowed
}

/** Throws `ProbeFailed` for a literal address that is refused: Node asks no `lookup` for those. */
export function checkLiteral(host: string, policy: AddressPolicy): void {
  if (isIP(host) !== 0 && policy.refuses(host)) throw refusal(host)
}

/** A `lookup` for `net.connect` and `http.request`; the connection then tries the addresses in order. */
export function lookupThrough(parts: Pick<ProbeParts, 'resolver' | 'policy'>): LookupFunction {
  return (host, options, callback) => {
    findAddresses(host, parts).then(
      (addresses) => {
        const found = addresses.map((address) => ({ address, family: isIP(address) }))
        const [first] = found
        if (options.all) callback(null, found)
        else callback(null, first?.address ?? '', first?.family)
      },
      (error: Error) => callback(error as NodeJS.ErrnoException, []),
    )
  }
}

/** Turns whatever a socket or parser threw into `ProbeFailed` with words, or into `ProbeNotMade` when the trouble is ours. */
export function inWords(error: unknown): ProbeFailed | ProbeNotMade {
  if (error instanceof ProbeFailed || error instanceof ProbeNotMade) return error
  if (error instanceof NameFailed) return new ProbeFailed(error.message)
  const { code = '', message } = codeOf(error)
  if (OURS.has(code)) return new ProbeNotMade(`this machine could not connect: ${code}`)
  // Node's words for a connection that ended before the head of an answer.
  if (message === 'socket hang up') return new ProbeFailed('connection closed without an answer')
  const words = WORDS[code] ?? (code.startsWith('HPE_') ? 'the answer is not valid HTTP' : undefined)
  return new ProbeFailed(words ?? (code || message))
}

/** Several addresses were tried: the first error is about the preferred one. */
function codeOf(error: unknown): { code?: string; message: string } {
  const first = error instanceof AggregateError ? error.errors[0] : error
  if (!(first instanceof Error)) return { message: String(first) }
  return { code: (first as NodeJS.ErrnoException).code, message: first.message }
}
