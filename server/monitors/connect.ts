/** Making a connection for a probe: look-up and address policy in one place, and errors of sockets in words. */
import type { LookupFunction } from 'node:net'
import { isIP } from 'node:net'
import type { AddressPolicy } from '../../shared/address-policy.ts'
import type { ProbeFault } from '../../shared/api/live.ts'
import { ProbeFailed, ProbeNotMade, type ProbeParts } from './probe.ts'
import { NameFailed } from './resolver.ts'

/** Errors of sockets that are ours and no evidence about the other side: no descriptors, ports or memory left here. */
const OURS = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM'])

const WORDS: Record<string, readonly [ProbeFault, string]> = {
  ECONNREFUSED: ['refused', 'connection refused'],
  ECONNRESET: ['closed', 'connection reset'],
  EPIPE: ['closed', 'connection closed without an answer'],
  ETIMEDOUT: ['no-connection', 'no answer to the attempt to connect'],
  EHOSTUNREACH: ['no-route', 'no route to the host'],
  EHOSTDOWN: ['no-route', 'the host is down'],
  ENETUNREACH: ['no-route', 'network unreachable'],
  EACCES: ['no-route', 'the system does not permit this connection'],
  EPERM: ['no-route', 'a firewall of this machine does not permit this connection'],
  HPE_HEADER_OVERFLOW: ['not-http', 'the head of the answer is larger than 16 KiB'],
}

/** The addresses of a host that may be contacted. Rejects with `ProbeFailed` when there are none. */
export async function findAddresses(host: string, { resolver, policy }: Pick<ProbeParts, 'resolver' | 'policy'>) {
  const all = await resolver.resolve(host)
  const allowed = all.filter((ip) => policy.refusal(ip) === undefined)
  if (allowed.length === 0)
    throw new ProbeFailed('refused-by-policy', policy.refusal(all[0] ?? '') ?? `${host} has no address`)
  return allowed
}

/** Throws `ProbeFailed` for a literal address that is refused: Node asks no `lookup` for those. */
export function checkLiteral(host: string, policy: AddressPolicy): void {
  const refusal = isIP(host) === 0 ? undefined : policy.refusal(host)
  if (refusal !== undefined) throw new ProbeFailed('refused-by-policy', refusal)
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
  if (error instanceof NameFailed) return new ProbeFailed('name', error.message)
  const { code = '', message } = codeOf(error)
  if (OURS.has(code)) return new ProbeNotMade(`this machine could not connect: ${code}`)
  // Node's words for a connection that ended before the head of an answer.
  if (message === 'socket hang up') return new ProbeFailed('closed', 'connection closed without an answer')
  const known = WORDS[code]
  if (known !== undefined) return new ProbeFailed(...known)
  if (code.startsWith('HPE_')) return new ProbeFailed('not-http', 'the answer is not valid HTTP')
  return new ProbeFailed('other', code || message)
}

/** Several addresses were tried: the first error is about the preferred one. */
function codeOf(error: unknown): { code?: string; message: string } {
  const first = error instanceof AggregateError ? error.errors[0] : error
  if (!(first instanceof Error)) return { message: String(first) }
  return { code: (first as NodeJS.ErrnoException).code, message: first.message }
}
