import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { forwardedPath, matchPath, pathBehindHost, withOneSlash } from './normal-path.ts'

const SEED = 20_261_129

describe('the path that is forwarded', () => {
  it.each([
    '/',
    '/a/b',
    '/a.b/c..d',
    '/.well-known/x',
    '/a;v=1/b',
    '/a%2Fb',
    '/a%2fb',
    '/%E4%20%e4',
    '/...',
    '/a/',
    "/a@b:c!$&'()*+,=",
    '/unsafe/300x200/https://images.example.com/a.png',
    '/bucket//k',
    '//k',
    '/a///b//',
    '/%61dmin',
    '/%7Euser',
    '/a"<>^`{|}b',
    '/a\\b',
    '/%252e%252e/x',
    '/%2Fadmin',
    '/%5cadmin',
    '/a%2F/',
    '/a%2Eb/%2ewell-known',
  ])('is %s, byte for byte', (path) => {
    expect(forwardedPath(path)).toBe(path)
  })

  it.each([
    ['/a/../b', '/b'],
    ['/a/./b', '/a/b'],
    ['/../../a', '/a'],
    ['/a/..', '/'],
    ['/a/b/..', '/a/'],
    ['/a/.', '/a/'],
    ['/.', '/'],
    ['/..', '/'],
    ['/a//../b', '/b'],
    ['/a//b/../c', '/a//c'],
    ['/a/b//..', '/a/'],
    ['/a//b/..', '/a//'],
    ['/public//../../admin', '/admin'],
    ['/.//a', '//a'],
    ['/%2e%2E/admin', '/admin'],
    ['/public/%2e./admin', '/admin'],
    ['/x/.%2E/%7Euser//%2f', '/%7Euser//%2f'],
    ['/a%2Fb/../c', '/c'],
    ['/a;x/../b', '/b'],
    ['/;x/..;', undefined],
    ['/..;/admin', undefined],
    ['/.;x/admin', undefined],
    ['/%2e%2e;x/admin', undefined],
    ['/..%3Bx/admin', undefined],
    ['/..%2Fadmin', undefined],
    ['/a%2f..%2fadmin', undefined],
    ['/a%2f%2e%2e', undefined],
    ['/..\\admin', undefined],
    ['/a\\..\\admin', undefined],
    ['/a\\%2e%2e', undefined],
    ['/..%5cadmin', undefined],
    ['/%00', undefined],
    ['/a%', undefined],
    ['/a%4', undefined],
    ['/a%zz', undefined],
    ['/a%4/b', undefined],
    ['/a b', undefined],
    ['/a#b', undefined],
    ['/ä', undefined],
    ['/ā', undefined],
    ['a', undefined],
    ['', undefined],
  ])('of %s is %s', (path, forwarded) => {
    expect(forwardedPath(path)).toBe(forwarded)
  })
})

describe('the match form', () => {
  it.each([
    ['/a/b', '/a/b'],
    ['//a///b//', '/a/b/'],
    ['/bucket//k', '/bucket/k'],
    ['/%61dmin', '/admin'],
    ['/%7euser', '/~user'],
    ['/admin%2Fsecret', '/admin/secret'],
    ['/admin%2fsecret', '/admin/secret'],
    ['/%2Fadmin', '/admin'],
    ['/a/%2F/b', '/a/b'],
    ['/img/https%3A%2F%2Fa%2Fb', '/img/https:/a/b'],
    ['/admin%5Csecret', '/admin/secret'],
    ['/admin\\secret', '/admin/secret'],
    ['/admin;x=1/secret', '/admin/secret'],
    ['/admin%3Bx/secret', '/admin/secret'],
    ['/;x/admin', '/admin'],
    ['/%40scope/a', '/@scope/a'],
    ['/a%20%e4%25', '/a%20%E4%25'],
  ])('of %s is %s', (forwarded, match) => {
    expect(matchPath(forwarded)).toBe(match)
  })

  it.each([
    '/admin/x',
    '//admin/x',
    '/./admin/x',
    '/a/../admin/x',
    '/%61dmin/x',
    '/admin%2fx',
    '/admin;a/x',
    '/;/admin/x',
    '/admin\\x',
    '/%2e/admin/x',
  ])('lets %s not pass a guard of /admin/*', (path) => {
    expect(matchPath(forwardedPath(path) as string)).toBe('/admin/x')
  })
})

describe('a path that begins with two slashes', () => {
  it.each([
    ['/a/b', ''],
    ['/', ''],
    ['//', '/'],
    ['//a', '/'],
    ['//a/admin//x', '/admin/x'],
    ['///a/%61dmin', '/admin'],
    ['/\\a/admin', '/admin'],
    ['//a\\admin', '/admin'],
    ['/%2Fa/admin', ''],
  ])('%s may also be read as %s', (path, other) => {
    expect(pathBehindHost(path)).toBe(other)
  })

  it('can be written with one', () => {
    expect(['//a//b?c=//d', '/\\/a', '/a//b'].map(withOneSlash)).toEqual(['/a//b?c=//d', '/a', '/a//b'])
  })
})

/** How servers read a path: each takes segments from its text in another way, and then resolves what is a dot segment to it. */
const decoded = (text: string) =>
  text.replace(/%[0-9A-Fa-f]{2}/g, (coded) => String.fromCharCode(Number.parseInt(coded.slice(1), 16)))
const resolve = (text: string, merging: boolean) => {
  const out: string[] = []
  for (const segment of text.split('/').slice(1)) {
    if (segment === '..') out.pop()
    else if (segment !== '.' && !(merging && segment === '')) out.push(segment)
  }
  return `/${out.join('/')}`
}
const withoutParameters = (text: string) => text.replace(/;[^/]*/g, '')
const readers: Record<string, (path: string) => string> = {
  'as it is': (path) => path,
  'nginx, Go: decoded, merged, resolved': (path) => resolve(decoded(path), true),
  'RFC 3986: resolved, not merged': (path) => resolve(path, false),
  'Tomcat: parameters off, decoded, resolved': (path) => resolve(decoded(withoutParameters(path)), true),
  'decoded, parameters off, resolved': (path) => resolve(withoutParameters(decoded(path)), true),
  'IIS: backslashes are slashes': (path) => resolve(decoded(path).replaceAll('\\', '/'), true),
  'all of it': (path) => resolve(withoutParameters(decoded(path).replaceAll('\\', '/')), true),
  'a URL parser': (path) => {
    if (!URL.canParse(path, 'http://own.example')) return '/'
    return resolve(decoded(new URL(path, 'http://own.example').pathname), true)
  },
}

const piece = fc.constantFrom(
  ...['/', '/', '.', '..', '/..', '/.', 'a', 'admin', 'admin/', '%2e', '%2E', '%2f', '%5c', ';', '%3b', '%61dmin'],
  ...['%25', '\\', 'x', '//', '/../', '/admin', '..;', '%', '%00', ':', '@'],
)
const paths = fc.array(piece, { maxLength: 12 }).map((pieces) => `/${pieces.join('')}`)
/** The one reading that routes do not take: decision 8 says why. */
const SLASH_IN_PARAMETERS = /(?:;|%3b)[^/]*(?:%2f|%5c|\\)/i
const isDots = (segment: string) => /^(?:\.|%2e){1,2}$/i.test(segment)

describe('whatever is sent', () => {
  it('goes on as it came, unless there are dot segments; and a second pass changes nothing', () => {
    let resolved = 0
    fc.assert(
      fc.property(paths, (sent) => {
        const forwarded = forwardedPath(sent)
        if (forwarded === undefined) return
        if (sent.split('/').some(isDots)) resolved += 1
        else expect(forwarded).toBe(sent)
        expect(forwarded.split('/').some(isDots)).toBe(false)
        expect(forwardedPath(forwarded)).toBe(forwarded)
        // Every segment that is left came like this, in this order.
        const left = forwarded.split('/').slice(1)
        const came = sent.split('/').slice(1)
        let at = 0
        for (const segment of left.filter((text) => text !== '')) {
          at = came.indexOf(segment, at) + 1
          expect(at).toBeGreaterThan(0)
        }
      }),
      { seed: SEED, numRuns: 4000 },
    )
    expect(resolved).toBeGreaterThan(400)
  })

  it('has the match form of what was sent, resolved in the match form', () => {
    fc.assert(
      fc.property(paths, (sent) => {
        const forwarded = forwardedPath(sent)
        if (forwarded === undefined) return
        const match = matchPath(forwarded)
        expect(matchPath(match.replaceAll('%', '%25')).replaceAll('%25', '%')).toBe(match)
        expect(match).toMatch(/^\/(?!.*(?:^|\/)\.\.?(?:\/|$))(?!.*\/\/)/)
        // Dot segments first with slashes merged, as the match form takes them: the same route either way.
        const merged = sent.replace(/\/+/g, '/')
        expect(matchPath(forwardedPath(merged) as string)).toBe(match)
      }),
      { seed: SEED, numRuns: 4000 },
    )
  })

  it('reaches /admin at no backend, however that reads paths, without the route of /admin', () => {
    let guarded = 0
    fc.assert(
      fc.property(paths, (sent) => {
        const forwarded = forwardedPath(sent)
        if (forwarded === undefined || SLASH_IN_PARAMETERS.test(sent)) return
        const takes = (path: string) => path === '/admin' || path.startsWith('/admin/')
        const route = takes(matchPath(forwarded))
        const other = pathBehindHost(forwarded)
        const goes = other !== '' && takes(other) !== route ? withOneSlash(forwarded) : forwarded
        expect(takes(matchPath(goes))).toBe(route)
        for (const [name, read] of Object.entries(readers)) {
          const reached = takes(read(goes).replace(/\/+/g, '/'))
          if (reached) guarded += 1
          expect(reached && !route ? `${name} reads ${goes} as ${read(goes)}` : '').toBe('')
        }
      }),
      { seed: SEED, numRuns: 8000 },
    )
    expect(guarded).toBeGreaterThan(500)
  })
})
