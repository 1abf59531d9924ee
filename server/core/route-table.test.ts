import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RouteConfig } from '../../shared/config/route.ts'
import { buildRouteTable, hostMatches } from './route-table.ts'

const route = (id: string, host?: string | string[], path?: string): RouteConfig => ({
  id,
  listener: 'web',
  match: { host, path },
  action: { type: 'forward', pool: 'app' },
})
const build = (routes: RouteConfig[]) =>
  buildRouteTable(routes, (config) => ({ id: config.id, slot: 0, pool: 0, maxBody: 0 }))

describe('route table', () => {
  const table = build([
    route('api-v1', 'api.example.com', '/v1/*'),
    route('exact', 'api.example.com', '/status'),
    route('sub', '*.example.com'),
    route('assets', undefined, '/assets*'),
    route('rest'),
  ])
  const cases: [string, string, string][] = [
    ['api.example.com', '/v1/users', 'api-v1'],
    ['api.example.com', '/v1', 'api-v1'],
    ['api.example.com', '/v10', 'sub'],
    ['api.example.com', '/status', 'exact'],
    ['api.example.com', '/status/', 'sub'],
    ['a.b.example.com', '/', 'sub'],
    ['example.com', '/', 'rest'],
    ['other.org', '/assets-old/x', 'assets'],
    ['other.org', '/x', 'rest'],
  ]
  it.each(cases)('%s%s → %s', (host, path, expected) => {
    expect(table.match(host, path)?.id).toBe(expected)
  })

  describe('with a list of hosts', () => {
    const several = build([
      route('shop', ['shop.test', 'www.shop.test', '*.shops.test'], '/cart/*'),
      route('www', 'www.shop.test'),
      route('late', ['a.test', 'SHOP.test']),
      route('any', undefined, '/status'),
    ])
    it.each([
      ['shop.test', '/cart/1', 'shop'],
      ['www.shop.test', '/cart', 'shop'],
      ['de.shops.test', '/cart', 'shop'],
      ['de.shops.test', '/', undefined],
      ['www.shop.test', '/', 'www'],
      ['shop.test', '/', 'late'],
      ['a.test', '/status', 'late'],
      ['other.test', '/cart', undefined],
      ['other.test', '/status', 'any'],
    ])('any of them will do: %s%s → %s', (host, path, expected) => {
      expect(several.match(host, path)?.id).toBe(expected)
    })
  })

  it('answers undefined when nothing matches', () => {
    expect(build([route('only', 'a.test')]).match('b.test', '/')).toBeUndefined()
  })

  it('agrees with a plain search in order', () => {
    const hosts = fc.constantFrom('a.test', 'b.a.test', 'c.test', 'x.y.a.test')
    const paths = fc.constantFrom('/', '/v1', '/v1/', '/v1/x', '/v1x', '/v2')
    const host = fc.constantFrom('a.test', '*.a.test', 'c.test', '*.y.a.test')
    const patterns = fc.record({
      host: fc.oneof(fc.constant(undefined), host, fc.array(host, { minLength: 1, maxLength: 3 })),
      path: fc.option(fc.constantFrom('/*', '/v1', '/v1/*', '/v1*', '/'), { nil: undefined }),
    })
    fc.assert(
      fc.property(fc.array(patterns, { maxLength: 8 }), hosts, paths, (list, asked, path) => {
        const routes = list.map((match, index) => route(`r${index}`, match.host, match.path))
        const naive = routes.find(
          ({ match }) =>
            [match.host].flat().some((pattern) => hostMatches(pattern, asked)) && naivePath(match.path, path),
        )
        expect(build(routes).match(asked, path)?.id).toBe(naive?.id)
      }),
    )
  })
})

function naivePath(pattern: string | undefined, path: string): boolean {
  if (pattern === undefined) return true
  if (!pattern.endsWith('*')) return pattern === path
  const prefix = pattern.slice(0, -1)
  return path.startsWith(prefix) || (prefix.endsWith('/') && path === prefix.slice(0, -1)) || prefix === '/'
}
