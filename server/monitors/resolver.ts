/**
 * Looks names up without ever holding up another look-up.
 *
 * `dns.lookup` runs in libuv's pool of four threads, shared with file access: four names whose server is silent would stop every probe.
 * So: literal addresses and `localhost` need no look-up, then the hosts file, then c-ares (`dns.promises.Resolver`), which is plain
 * asynchronous UDP with its own time limits. Only when no name server knows the name is the system's own look-up asked, because it knows
 * more sources (mDNS, NSS modules); at most one runs at a time, so it never takes more than one thread.
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

/** What a name means. */
export interface Found {
  /** IP addresses, the families in turn, IPv4 first. */
  addresses: readonly string[]
  /** How long that is good for, on the clock of `performance`, in milliseconds. */
  until: number
  /** Nobody could tell the addresses of this family. */
  missing?: 4 | 6 | undefined
}

export interface Resolver {
  /** IP addresses of a host, the families in turn, IPv4 first; a literal address is its own answer. Rejects with `NameFailed`. Callers limit the time. */
  resolve(host: string): Promise<readonly string[]>
  /** The same, asked anew whatever is known already. */
  lookUp(host: string): Promise<Found>
  /** Calls off what is under way; those look-ups reject. */
  close(): void
}

export interface ResolverOptions {
  /** Name servers (`ip` or `ip:port`); absent: those of the system. */
  servers?: readonly string[]
  /** Names are asked for as they are written, of these servers and nobody else: no search list, no look-up of the system. */
  exactly?: boolean
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
/** How long what needs no name server is good for: the hosts file may be edited. Milliseconds. */
const LOCAL_MS = 5000
/** Names kept; the oldest goes first. */
const CACHE_SIZE = 4096
/** Codes of c-ares that mean "there is no such address", as opposed to "nobody could tell". */
const ABSENT = new Set(['ENOTFOUND', 'ENODATA', 'NXDOMAIN'])
/** Names are asked for as they are, without the search list. */
const AS_WRITTEN = { search: [], ndots: 1 }
const SILENT = new Set(['ETIMEOUT', 'ECONNREFUSED', 'ECANCELLED'])

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
  const [four = [], six = []] = answers.map((answer) => ('records' in answer ? answer.records : []))
  // In turn, so that a family that leads nowhere costs one try and not many (RFC 8305 §4).
  const records = Array.from({ length: Math.max(four.length, six.length) }, (_, index) => [four[index], six[index]])
    .flat()
    .filter((record) => record !== undefined)
  const untold = answers.findIndex((answer) => 'code' in answer && !ABSENT.has(answer.code))
  if (records.length === 0) return { codes: answers.flatMap((answer) => ('code' in answer ? [answer.code] : [])) }
  const ttlMs = Math.min(...records.map(({ ttl }) => ttl)) * 1000
  const kept = Math.min(LONGEST_CACHE_MS, Math.max(SHORTEST_CACHE_MS, ttlMs))
  const addresses = records.map(({ address }) => address)
  if (untold < 0) return { addresses, until: performance.now() + kept }
  return { addresses, until: performance.now() + SHORTEST_CACHE_MS, missing: untold === 0 ? 4 : 6 }
}

function failure(host: string, codes: string[]): NameFailed {
  if (codes.some((code) => SILENT.has(code))) return new NameFailed('silent', `no name server answered for ${host}`)
  const broken = codes.find((code) => !ABSENT.has(code))
  if (broken !== undefined) return new NameFailed('broken', `the name server could not answer for ${host} (${broken})`)
  return new NameFailed('not-found', `name not found: ${host}`)
}

/** Builds a resolver. It holds nothing open between look-ups. */
export function createResolver(options: ResolverOptions = {}): Resolver {
  const { servers, exactly = false, timeoutMs = 700, tries = 2 } = options
  const systemLookup = 'systemLookup' in options ? options.systemLookup : exactly ? undefined : systemDefault
  const hosts = watchedFile(options.hostsFile ?? '/etc/hosts', parseHosts)
  const rules = watchedFile(options.resolvConf ?? '/etc/resolv.conf', parseSearchRules)
  const cache = new Map<string, Found>()
  const underWay = new Map<string, Promise<Found>>()
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

  async function ask(host: string): Promise<Found> {
    const { value, version } = rules()
    const resolver = current(version)
    const codes: string[] = []
    for (const name of fullNames(host, exactly ? AS_WRITTEN : value)) {
      const found = await query(resolver, name)
      if ('addresses' in found) {
        cache.delete(host)
        if (cache.size >= CACHE_SIZE) cache.delete(cache.keys().next().value as string)
        cache.set(host, found)
        return found
      }
      codes.push(...found.codes)
      // A silent server would be silent for the next name too; waiting for it again only makes the probe late.
      if (found.codes.some((code) => SILENT.has(code))) throw failure(host, codes)
    }
    const known = await askSystem(host)
    if (known !== undefined) return { addresses: known, until: performance.now() + LONGEST_CACHE_MS }
    throw failure(host, codes)
  }

  /** What needs no name server: addresses, names that mean this machine, and the hosts file. */
  function known(name: string): readonly string[] | undefined {
    if (isIP(name) !== 0) return [name]
    if (isLocal(name.replace(/\.$/, ''))) return ['127.0.0.1', '::1']
    return hosts().value.get(name.replace(/\.$/, ''))
  }

  function lookUp(host: string): Promise<Found> {
    const name = host.toLowerCase()
    const addresses = known(name)
    if (addresses !== undefined) return Promise.resolve({ addresses, until: performance.now() + LOCAL_MS })
    let asked = underWay.get(name)
    if (asked === undefined) {
      asked = ask(name).finally(() => underWay.delete(name))
      underWay.set(name, asked)
    }
    return asked
  }

  return {
    lookUp,
    async resolve(host) {
      const name = host.toLowerCase()
      const cached = cache.get(name)
      const good = cached !== undefined && performance.now() < cached.until
      return (good ? cached : await lookUp(name)).addresses
    },
    close() {
      client?.resolver.cancel()
      client = undefined
    },
  }
}
