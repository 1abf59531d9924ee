/** Route matching: first match wins in the order written. Routes are sorted by host beforehand, so a request looks only at those that could match. */
import type { RouteConfig } from '../../shared/config/route.ts'
import type { RouteSnapshot, RouteTable } from './snapshot.ts'

type PathTest =
  | { kind: 'any' }
  | { kind: 'exact'; path: string }
  | { kind: 'below'; path: string; prefix: string }
  | { kind: 'prefix'; prefix: string }

interface Entry {
  /** Place in the order. */
  at: number
  host: string | undefined
  path: PathTest
  route: RouteSnapshot
}

function pathTest(pattern: string | undefined): PathTest {
  if (pattern === undefined || pattern === '/*') return { kind: 'any' }
  if (!pattern.endsWith('*')) return { kind: 'exact', path: pattern }
  const prefix = pattern.slice(0, -1)
  // "/v1/*" takes "/v1" itself too; "/v1*" is a plain prefix.
  return prefix.endsWith('/') ? { kind: 'below', path: prefix.slice(0, -1), prefix } : { kind: 'prefix', prefix }
}

function pathMatches(test: PathTest, path: string): boolean {
  switch (test.kind) {
    case 'any':
      return true
    case 'exact':
      return path === test.path
    case 'below':
      return path.startsWith(test.prefix) || path === test.path
    case 'prefix':
      return path.startsWith(test.prefix)
  }
}

/** Does a host pattern (`api.example.com`, `*.example.com` or none) take this host? `*.` takes sub-domains at any depth, not the domain itself. */
export function hostMatches(pattern: string | undefined, host: string): boolean {
  if (pattern === undefined) return true
  if (!pattern.startsWith('*.')) return pattern === host
  return host.length > pattern.length - 1 && host.endsWith(pattern.slice(1))
}

const named = (entry: Entry) => entry.host !== undefined && !entry.host.startsWith('*.')

class HostIndexedTable implements RouteTable {
  private readonly byHost = new Map<string, Entry[]>()
  private readonly general: Entry[]

  constructor(entries: Entry[]) {
    this.general = entries.filter((entry) => !named(entry))
    for (const entry of entries) {
      if (!named(entry)) continue
      const own = this.byHost.get(entry.host as string)
      if (own === undefined) this.byHost.set(entry.host as string, [entry])
      else own.push(entry)
    }
    for (const [host, own] of this.byHost) {
      const others = this.general.filter((entry) => hostMatches(entry.host, host))
      this.byHost.set(
        host,
        [...own, ...others].sort((a, b) => a.at - b.at),
      )
    }
  }

  match(host: string, path: string): RouteSnapshot | undefined {
    const known = this.byHost.size === 0 ? undefined : this.byHost.get(host)
    const entries = known ?? this.general
    for (let index = 0; index < entries.length; index++) {
      const entry = entries[index] as Entry
      if ((known !== undefined || hostMatches(entry.host, host)) && pathMatches(entry.path, path)) return entry.route
    }
    return undefined
  }
}

/** Any of several hosts will do, so a route stands in the table once for each. */
function hostsOf({ match: { host } }: RouteConfig): (string | undefined)[] {
  return Array.isArray(host) ? [...new Set(host.map((one) => one.toLowerCase()))] : [host?.toLowerCase()]
}

/** Builds the table of one listener. `snapshotOf` gives the compiled route. */
export function buildRouteTable(
  routes: readonly RouteConfig[],
  snapshotOf: (route: RouteConfig) => RouteSnapshot,
): RouteTable {
  return new HostIndexedTable(
    routes.flatMap((config, at) => {
      const path = pathTest(config.match.path)
      const route = snapshotOf(config)
      return hostsOf(config).map((host) => ({ at, host, path, route }))
    }),
  )
}
