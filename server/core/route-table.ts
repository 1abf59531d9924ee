/** Route matching: first match wins in the order written. Routes are sorted by host beforehand, so a request looks only at those that could match. */
import type { RouteConfig } from '../../shared/config/route.ts'
import type { RouteSnapshot, RouteTable } from './snapshot.ts'

type PathTest =
  | { kind: 'any' }
  | { kind: 'exact'; path: string }
  | { kind: 'below'; path: string; prefix: string }
  | { kind: 'prefix'; prefix: string }

interface Entry {
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

class HostIndexedTable implements RouteTable {
  private readonly byHost: Map<string, Entry[]>
  private readonly general: Entry[]

  constructor(entries: Entry[]) {
    this.general = entries.filter((entry) => entry.host === undefined || entry.host.startsWith('*.'))
    const exact = new Set(
      entries.flatMap((entry) => (entry.host !== undefined && !entry.host.startsWith('*.') ? [entry.host] : [])),
    )
    this.byHost = new Map([...exact].map((host) => [host, entries.filter((entry) => hostMatches(entry.host, host))]))
  }

  match(host: string, path: string): RouteSnapshot | undefined {
    const named = this.byHost.size === 0 ? undefined : this.byHost.get(host)
    const entries = named ?? this.general
    for (let index = 0; index < entries.length; index++) {
      const entry = entries[index] as Entry
      if ((named !== undefined || hostMatches(entry.host, host)) && pathMatches(entry.path, path)) return entry.route
    }
    return undefined
  }
}

/** Builds the table of one listener. `snapshotOf` gives the compiled route. */
export function buildRouteTable(
  routes: readonly RouteConfig[],
  snapshotOf: (route: RouteConfig) => RouteSnapshot,
): RouteTable {
  return new HostIndexedTable(
    routes.map((route) => ({
      host: route.match.host?.toLowerCase(),
      path: pathTest(route.match.path),
      route: snapshotOf(route),
    })),
  )
}
