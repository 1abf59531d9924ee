/**
 * Looks names up without ever holding up another look-up.
 *
 * `dns.lookup` runs in libuv's pool of four threads, shared with file access: four names whose server is silent would stop every probe.
 * So: literal addresses and `localhost` need no look-up, then the hosts file, then c-ares (`dns.promises.Resolver`), which is plain
 * asynchronous UDP with its own time limits. Only when no name server knows the name is the system's own look-up asked, because it knows
 * more sources (mDNS, NSS modules); at most one runs at a time, so it never takes more than one thread.
 *
 * An address that has expired is used on while the name servers are silent (RFC 8767): their outage is no illness of the backends.
 */
import { promises as dns } from 'node:dns'
import { isIP } from 'node:net'
import { fullNames, parseHosts, parseSearchRules, watchedFile } from './system-names.ts'

/** The name could not be turned into an address; the message says why, in words. */
export class NameFailed extends Error {
  override readonly name = 'NameFailed'
  readonly code: 'not-found' | 'silent' | 'broken'

  constructor(code: NameFailed['code'], message: string) {
    super(message)
    this.code = code
  }
}

export interface Resolver {
  /** IP addresses of a host, IPv4 first; a literal address is its own answer. Rejects with `NameFailed`. Callers limit the time. */
  resolve(host: string): Promise<readonly string[]>
  /** Calls off what is under way; those look-ups reject. */
  close(): void
}

export interface ResolverOptions {
  /** Name servers (`ip` or `ip:port`); absent: those of the system. */
  servers?: readonly string[]
  /** Time for one query and how often it is sent. Milliseconds. */
  timeoutMs?: number
  tries?: number
  hostsFile?: string
  resolvConf?: string
  /** The system's own look-up, asked last; undefined: never. */
  systemLookup?: ((host: string) => Promise<string[]>) | undefined
}

/** Longest time an answer is used again, in milliseconds; a shorter TTL of the answer wins. */
const LONGEST_CACHE_MS = 30_000
/** Shortest, so that a TTL of 0 does not make a query of every probe. */
const SHORTEST_CACHE_MS = 1000
/** How long an expired answer may stand in for silent name servers, and how long they are waited for then. Milliseconds. */
const STALE_MS = 3_600_000
const STALE_PATIENCE_MS = 500
/** Names kept; the oldest goes first. */
const CACHE_SIZE = 4096
/** Codes of c-ares that mean "there is no such address", as opposed to "nobody could tell". */
const ABSENT = new Set(['ENOTFOUND', 'ENODATA', 'NXDOMAIN'])
const SILENT = new Set(['ETIMEOUT', 'ECONNREFUSED', 'ECANCELLED'])

interface Found {
  addresses: readonly string[]
  /** On the monotonic clock, milliseconds. */
  until: number
}

const systemDefault = async (host: string) =>
  (await dns.lookup(host, { all: true, order: 'ipv4first' })).map(({ address }) => address)

/** Names that mean this machine, whatever a name server says (RFC 6761 §6.3). */
const isLocal = (name: string) => name === 'localhost' || name.endsWith('.localhost')

type Answer = { records: { address: string; ttl: number }[] } | { code: string }

const asAnswer = (query: Promise<{ address: string; ttl: number }[]>): Promise<Answer> =>
  query.then(
    (records) => ({ records }),
    (error: NodeJS.ErrnoException) => ({ code: error.code ?? 'EFORMERR' }),
  )

/** Asks for both families at once. Rejects with the codes when neither has an address. */
async function query(resolver: dns.Resolver, name: string): Promise<Found | { codes: string[] }> {
  const answers = await Promise.all([
    asAnswer(resolver.resolve4(name, { ttl: true })),
    asAnswer(resolver.resolve6(name, { ttl: true })),
  ])
  const records = answers.flatMap((answer) => ('records' in answer ? answer.records : []))
  if (records.length === 0) return { codes: answers.flatMap((answer) => ('code' in answer ? [answer.code] : [])) }
  const ttlMs = Math.min(...records.map(({ ttl }) => ttl)) * 1000
  const kept = Math.min(LONGEST_CACHE_MS, Math.max(SHORTEST_CACHE_MS, ttlMs))
  return { addresses: records.map(({ address }) => address), until: performance.now() + kept }
}

function failure(host: string, codes: string[]): NameFailed {
  if (codes.some((code) => SILENT.has(code))) return new NameFailed('silent', `no name server answered for ${host}`)
  const broken = codes.find((code) => !ABSENT.has(code))
  if (broken !== undefined) return new NameFailed('broken', `the name server could not answer for ${host} (${broken})`)
  return new NameFailed('not-found', `name not found: ${host}`)
}

/** The answer, or the expired one when the name servers fail or take long. "There is no such name" is an answer and wins. */
function orStale(asked: Promise<readonly string[]>, stale: readonly string[]): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const patience = setTimeout(() => resolve(stale), STALE_PATIENCE_MS)
    asked
      .then(resolve, (error: NameFailed) => (error.code === 'not-found' ? reject(error) : resolve(stale)))
      .finally(() => clearTimeout(patience))
  })
}

/** Builds a resolver. It holds nothing open between look-ups. */
export function createResolver(options: ResolverOptions = {}): Resolver {
  const { servers, timeoutMs = 700, tries = 2 } = options
  const systemLookup = 'systemLookup' in options ? options.systemLookup : systemDefault
  const hosts = watchedFile(options.hostsFile ?? '/etc/hosts', parseHosts)
  const rules = watchedFile(options.resolvConf ?? '/etc/resolv.conf', parseSearchRules)
  const cache = new Map<string, Found>()
  const underWay = new Map<string, Promise<readonly string[]>>()
  let systemBusy = false
  let client: { resolver: dns.Resolver; version: number } | undefined

  /** A fresh one when resolv.conf has changed, since c-ares reads it once. */
  function current(version: number): dns.Resolver {
    if (client?.version === version) return client.resolver
    const resolver = new dns.Resolver({ timeout: timeoutMs, tries })
    if (servers !== undefined) resolver.setServers(servers)
    client = { resolver, version }
    return resolver
  }

  async function askSystem(host: string): Promise<readonly string[] | undefined> {
    if (systemLookup === undefined || systemBusy) return undefined
    systemBusy = true
    try {
      const addresses = await systemLookup(host)
      return addresses.length > 0 ? addresses : undefined
    } catch {
      return undefined
    } finally {
      systemBusy = false
    }
  }

  async function ask(host: string): Promise<readonly string[]> {
    const { value, version } = rules()
    const resolver = current(version)
    const codes: string[] = []
    for (const name of fullNames(host, value)) {
      const found = await query(resolver, name)
      if ('addresses' in found) {
        cache.delete(host)
        if (cache.size >= CACHE_SIZE) cache.delete(cache.keys().next().value as string)
        cache.set(host, found)
        return found.addresses
      }
      codes.push(...found.codes)
      // A silent server would be silent for the next name too; waiting for it again only makes the probe late.
      if (found.codes.some((code) => SILENT.has(code))) throw failure(host, codes)
    }
    const known = await askSystem(host)
    if (known !== undefined) return known
    throw failure(host, codes)
  }

  return {
    resolve(host) {
      if (isIP(host) !== 0) return Promise.resolve([host])
      const name = host.toLowerCase()
      const listed = hosts().value.get(name.replace(/\.$/, ''))
      if (listed !== undefined && !isLocal(name)) return Promise.resolve(listed)
      if (isLocal(name.replace(/\.$/, ''))) return Promise.resolve(['127.0.0.1', '::1'])
      const cached = cache.get(name)
      if (cached !== undefined && performance.now() < cached.until) return Promise.resolve(cached.addresses)
      const stale = cached !== undefined && performance.now() < cached.until + STALE_MS ? cached.addresses : undefined
      let asked = underWay.get(name)
      if (asked === undefined) {
        asked = ask(name).finally(() => underWay.delete(name))
        underWay.set(name, asked)
      }
      return stale === undefined ? asked : orStale(asked, stale)
    },
    close() {
      client?.resolver.cancel()
      client = undefined
    },
  }
}
