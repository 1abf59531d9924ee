import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkImports } from './import-rules.mjs'

let root
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'evenkeel-rules-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function tree(files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return checkImports(root)
}

describe('import rules', () => {
  it('finds fault with a tree in which it read nothing', () => {
    expect(tree({}).faults).toEqual(['no modules were read: the check looked in the wrong place'])
  })

  it('lets the core use shared and nothing else', () => {
    expect(
      tree({
        'shared/units.ts': "import { z } from 'zod'\nexport const a = z\n",
        'server/core/pick.ts': "import { a } from '../../shared/units.ts'\nexport const b = a\n",
      }),
    ).toEqual({ modules: 2, faults: [] })
  })

  it.each([
    ['server/core/pick.ts', "import { readFileSync } from 'node:fs'", 'server/core may import shared'],
    ['server/core/pick.ts', 'export const now = Date.now()', 'asks the machine for time'],
    ['server/dataplane/worker.ts', "import '../control/slots.ts'", 'server/dataplane may import'],
    ['server/control/slots.ts', "import Database from 'better-sqlite3'", 'only server/db may'],
    ['server/control/slots.ts', "const x = await import('fastify')", 'only server/api may'],
    ['web/features/a/a.tsx', "import { b } from '../b/b.tsx'", 'features never import each other'],
    ['web/lib/api.ts', "import { c } from '../../server/errors.ts'", 'the page shares only shared/'],
    ['server/errors.ts', '//\n'.repeat(300), 'has 300 lines'],
  ])('%s: %s', (path, text, fault) => {
    expect(tree({ [path]: `${text}\n`.replace(/\n\n$/, '\n') }).faults.join()).toContain(fault)
  })

  it('names a cycle of values, and lets types point both ways', () => {
    const a = (word) => `import ${word} { B } from './b.ts'\nexport const A = 1\n`
    const b = "import { A } from './a.ts'\nexport const B = A\n"
    expect(tree({ 'server/db/a.ts': a(''), 'server/db/b.ts': b }).faults.join()).toContain('is a cycle')
    expect(tree({ 'server/db/a.ts': a('type') }).faults).toEqual([])
  })
})
