/**
 * What proxies in front of us say about a client: the addresses in X-Forwarded-For, and the Forwarded field (RFC 7239), which says the same
 * in one. Read only when it comes from a trusted proxy, and then from its right end: what stands left of the first address that is not
 * trusted was written by the client itself and proves nothing.
 */
import { addressBytes } from '../../shared/address-range.ts'

/** What a Forwarded field says. */
export interface Forwarded {
  /** Its addresses as X-Forwarded-For spells them: without ports and brackets. What is hidden stays a name: `unknown`, `_gateway`. */
  readonly chain: string
  /** Address of the client; '' when no address is told. */
  readonly client: string
  /** How the client came: 'http', 'https', or '' when that is not told. */
  readonly proto: string
  /** What the client asked for in Host; '' when that is not told. */
  readonly host: string
}

/** Entries that are looked at: no real way here is longer, and a made-up one must not cost much. */
const MOST_HOPS = 100
const WITH_PORT = /^(?:\[([^\]]+)\](?::[^:]*)?|([^:]+):[^:]*)$/
const HIDDEN = /^(?:unknown|_[A-Za-z0-9._-]+)$/i
const HOST = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?$/
const SPACES = /[ \t]*/y
/** One pair: a token, and a token or a quoted string. */
const PAIR = /([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+.^_`|~0-9A-Za-z-]*))/y

/**
 * The address in one entry of such a list, in lower case, without port and brackets: `198.51.100.7:51000` → `198.51.100.7`,
 * `[2001:DB8::7]:443` → `2001:db8::7`; an IPv4-mapped address as IPv4. Undefined for what is no address.
 */
export function nodeAddress(node: string): string | undefined {
  const text = node.trim()
  const parts = addressBytes(text) === undefined || text.startsWith('[') ? WITH_PORT.exec(text) : undefined
  const bare = parts === null || parts === undefined ? text : (parts[1] ?? (parts[2] as string))
  const bytes = addressBytes(bare)
  if (bytes === undefined) return undefined
  return bytes.length === 4 && bare.includes(':') ? bytes.join('.') : bare.toLowerCase()
}

/**
 * Walks a list of nodes from its right end past every trusted proxy. `client`: the first address that is not trusted, or the last that
 * could be read; '' for none. `at`: index of the entry that a trusted proxy wrote about the client's own connection.
 */
function walk(nodes: readonly string[], trusts: (address: string) => boolean): { client: string; at: number } {
  let client = ''
  let at = nodes.length - 1
  const last = Math.max(0, nodes.length - MOST_HOPS)
  for (; at >= last; at--) {
    const address = nodeAddress(nodes[at] as string)
    if (address === undefined) break
    client = address
    if (!trusts(address)) break
  }
  return { client, at: Math.max(at, last) }
}

/** The client behind a trusted peer, by X-Forwarded-For; the peer itself when the field says nothing. */
export function clientBehind(chain: string | undefined, peer: string, trusts: (address: string) => boolean): string {
  if (chain === undefined) return peer
  return walk(chain.split(','), trusts).client || peer
}

/** Position behind spaces and tabs at `at`. */
function behindSpaces(text: string, at: number): number {
  SPACES.lastIndex = at
  SPACES.test(text)
  return SPACES.lastIndex
}

/** Elements of a Forwarded field, each with its pairs by lower-case name; undefined when it is not well-formed or too long. */
function elementsOf(value: string): Record<string, string>[] | undefined {
  const elements: Record<string, string>[] = []
  let element: Record<string, string> = Object.create(null)
  for (let at = 0; ; at++) {
    at = behindSpaces(value, at)
    PAIR.lastIndex = at
    const pair = PAIR.exec(value)
    if (pair !== null) {
      const [, name, quoted, token] = pair
      element[(name as string).toLowerCase()] = quoted?.replace(/\\(.)/g, '$1') ?? (token as string)
      at = behindSpaces(value, PAIR.lastIndex)
    }
    const end = value.charAt(at)
    if (end === ';') continue
    if (end !== ',' && end !== '') return undefined
    // Empty elements of a list count for nothing (RFC 9110 §5.6.1).
    if (Object.keys(element).length > 0) elements.push(element)
    if (elements.length > MOST_HOPS) return undefined
    if (end === '') return elements
    element = Object.create(null)
  }
}

/** What a Forwarded field of a trusted proxy says; undefined when it is not well-formed or says nothing. */
export function readForwarded(value: string, trusts: (address: string) => boolean): Forwarded | undefined {
  const elements = elementsOf(value)
  if (elements === undefined || elements.length === 0) return undefined
  const nodes = elements.map((element) => element.for ?? '')
  const { client, at } = walk(nodes, trusts)
  const { proto = '', host = '' } = elements[at] as Record<string, string>
  const scheme = proto.toLowerCase()
  return {
    chain: nodes
      .filter((node) => node !== '')
      .map((node) => nodeAddress(node) ?? (HIDDEN.test(node) ? node : 'unknown'))
      .join(', '),
    client,
    proto: scheme === 'https' || scheme === 'http' ? scheme : '',
    host: HOST.test(host) ? host : '',
  }
}

/** Does a value of X-Forwarded-Proto say that the client came over TLS? Of several the first counts: it is nearest to the client. */
export function saysTls(proto: string): boolean {
  return /^\s*(?:https|wss)\s*(?:,|$)/i.test(proto)
}
