import { describe, expect, it } from 'vitest'
import { parseConfigText } from './import-export.ts'

describe('anchors, aliases and merge keys', () => {
  it.each([
    ['an alias', 'a: &x [1, 2]\nb: *x', { a: [1, 2], b: [1, 2] }],
    ['an alias of a text', 'a: &x 10s\nb: *x', { a: '10s', b: '10s' }],
    ['a merge key', 'a: &x { p: 1, q: 2 }\nb:\n  <<: *x\n  q: 3', { a: { p: 1, q: 2 }, b: { p: 1, q: 3 } }],
    [
      'what the object says comes first, wherever it stands',
      'a: &x { q: 2 }\nb: { q: 3, <<: *x }',
      { a: { q: 2 }, b: { q: 3 } },
    ],
    [
      'a list of sources: the earlier wins',
      'a: &x { p: 1 }\nb: &y { p: 2, q: 2 }\nc: { <<: [*x, *y] }',
      { a: { p: 1 }, b: { p: 2, q: 2 }, c: { p: 1, q: 2 } },
    ],
    [
      'two merge keys',
      'a: &x { p: 1 }\nb: &y { q: 2 }\nc:\n  <<: *x\n  <<: *y',
      { a: { p: 1 }, b: { q: 2 }, c: { p: 1, q: 2 } },
    ],
    [
      'a merge of a merge',
      'a: &x { p: 1 }\nb: &y { <<: *x, q: 2 }\nc: { <<: *y }',
      { a: { p: 1 }, b: { p: 1, q: 2 }, c: { p: 1, q: 2 } },
    ],
    [
      'an anchor that is given anew',
      'a: &x 1\nb: &y { k: *x }\nc: &x 2\nd: *y\ne: *x',
      { a: 1, b: { k: 1 }, c: 2, d: { k: 1 }, e: 2 },
    ],
    ['an alias as a name', 'a: &x name\n*x : 1', { a: 'name', name: 1 }],
    ['"<<" in quotes is a name', '"<<": 1', { '<<': 1 }],
    ['<< as a value is a text', 'a: <<', { a: '<<' }],
    ['numbers as names', '80: a', { 80: 'a' }],
    ['an empty document', '', null],
  ])('%s', (_, text, value) => expect(parseConfigText(text)).toEqual(value))

  it.each([
    ['an alias before its anchor', 'a: *x\nb: &x 1', 'line 1, column 4: there is no anchor &x before *x'],
    ['an alias in what it names', 'a: &x\n  b: [*x]', 'line 2, column 7: *x stands inside of what it names'],
    ['two that name each other', 'a: &x [&y [*x]]', 'line 1, column 12: *x stands inside'],
    ['a merge of itself', 'a: &x\n  <<: *x', '*x stands inside of what it names'],
    ['a merge of a text', 'a: &x 1\nb:\n  <<: *x', 'line 3, column 3: "<<" takes in objects; write <<: *name'],
    ['a name that is an object', '? { a: 1 }\n: 2', 'a field needs a name'],
    ['no name', ': 2', 'a field needs a name'],
    ['a prototype', '__proto__: { admin: true }', 'line 1, column 1: a field cannot be called "__proto__"'],
    ['fifty levels', `${'['.repeat(50)}${']'.repeat(50)}`, 'nested more than 40 deep'],
    ['five thousand levels', `${'- '.repeat(5000)}a`, 'line 1'],
  ])('refuses %s', (_, text, words) => expect(() => parseConfigText(text)).toThrow(words))

  it('refuses a few lines that stand for billions of values, at once', () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const item = level === 0 ? '"lol"' : `*l${level - 1}`
      return `l${level}: &l${level} [${Array(10).fill(item).join(', ')}]`
    })
    expect(() => parseConfigText(levels.join('\n'))).toThrow(
      /line 6, column \d+: with its aliases written out the document has more than 2097152 characters; use fewer aliases/,
    )
    const merges = Array.from({ length: 30 }, (_, level) =>
      level === 0
        ? 'm0: &m0 { a: 1 }'
        : `m${level}: &m${level} { a${level}: { <<: *m${level - 1} }, b${level}: { <<: *m${level - 1} } }`,
    )
    expect(() => parseConfigText(merges.join('\n'))).toThrow('written out')
  })

  it('takes hundreds of pools that share their settings', () => {
    const pools = Array.from({ length: 400 }, (_, index) => `  - { <<: *usual, id: p${index} }`)
    const text = `pools:\n  - &usual { id: first, timeouts: { head: 1m30s }, retry: { attempts: 2 } }\n${pools.join('\n')}`
    const { pools: read } = parseConfigText(text) as { pools: unknown[] }
    expect(read).toHaveLength(401)
    expect(read[400]).toEqual({ id: 'p399', timeouts: { head: '1m30s' }, retry: { attempts: 2 } })
  })
})
