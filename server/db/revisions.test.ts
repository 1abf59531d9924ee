import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listAudit } from './audit.ts'
import type { Db } from './handle.ts'
import {
  commitRevision,
  currentRevision,
  getRevision,
  latestRevision,
  listRevisions,
  pruneRevisions,
} from './revisions.ts'
import { type TemporaryDatabase, temporaryDatabase } from './testing.ts'

let data: TemporaryDatabase
beforeEach(() => {
  data = temporaryDatabase()
})
afterEach(() => data.remove())

function commit(db: Db, base: number) {
  return commitRevision(db, {
    base,
    document: { pools: [{ id: `pool-${base + 1}` }] },
    author: 'ada',
    summary: `change ${base + 1}`,
    at: 1000 + base,
  })
}

test('a revision and its audit entry are stored together, as written', () => {
  const { db } = data.open()
  expect(currentRevision(db)).toBe(0)
  expect(latestRevision(db)).toBeUndefined()
  expect(commit(db, 0)).toEqual({ ok: true, number: 1 })
  expect(latestRevision(db)).toEqual({
    number: 1,
    at: 1000,
    author: 'ada',
    summary: 'change 1',
    document: { pools: [{ id: 'pool-1' }] },
  })
  expect(listAudit(db, { limit: 10 })).toEqual([
    { id: 1, at: 1000, actor: 'ada', action: 'config.change', subject: 'change 1', revision: 1 },
  ])
})

test('a change made from an old revision is refused and leaves no trace', () => {
  const { db } = data.open()
  commit(db, 0)
  commit(db, 1)
  expect(commit(db, 1)).toEqual({ ok: false, current: 2 })
  expect(listRevisions(db, { limit: 10 }).map(({ number }) => number)).toEqual([2, 1])
  expect(listAudit(db, { limit: 10 })).toHaveLength(2)
})

test('revisions are listed newest first, page by page, and the one in force is never pruned', () => {
  const { db } = data.open()
  for (let base = 0; base < 5; base++) commit(db, base)
  expect(listRevisions(db, { limit: 2, before: 4 }).map(({ number }) => number)).toEqual([3, 2])
  expect(pruneRevisions(db, 2)).toBe(3)
  expect(getRevision(db, 3)).toBeUndefined()
  expect(pruneRevisions(db, 0)).toBe(1)
  expect(latestRevision(db)?.number).toBe(5)
  expect(commit(db, 5)).toEqual({ ok: true, number: 6 })
})

test('a revision that cannot be written is told and not stored', () => {
  const { db } = data.open()
  commit(db, 0)
  db.pragma('query_only = ON')
  expect(() => commit(db, 1)).toThrow(/cannot be written to.*writable/)
  db.pragma('query_only = OFF')
  expect(currentRevision(db)).toBe(1)
})

/** Commits revisions as fast as it can and says each number once it is stored. */
function writer(directory: string) {
  const file = (name: string) => JSON.stringify(join(import.meta.dirname, name))
  const code = `import { writeSync } from 'node:fs'
    import { openDatabase } from ${file('open.ts')}
    import { commitRevision, currentRevision } from ${file('revisions.ts')}
    const { db } = openDatabase(${JSON.stringify(directory)}, { now: Date.now() })
    for (;;) {
      const base = currentRevision(db)
      const document = { pools: Array.from({ length: 50 }, (_, index) => ({ id: 'p' + base + '-' + index })) }
      commitRevision(db, { base, document, author: 'writer', summary: 's', at: base })
      writeSync(1, (base + 1) + '\\n')
    }`
  return spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
}

test('kill -9 in the middle of writing loses no stored revision', { timeout: 60_000 }, async () => {
  for (let round = 0; round < 6; round++) {
    const child = writer(data.directory)
    let told = 0
    let lines = 0
    for await (const line of createInterface({ input: child.stdout })) {
      told = Number(line)
      if (++lines === 3 + round * 7) child.kill('SIGKILL')
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    const { db, close } = data.open()
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(currentRevision(db)).toBeGreaterThanOrEqual(told)
    expect(getRevision(db, told)?.document.pools).toHaveLength(50)
    expect(listAudit(db, { limit: 100_000 })).toHaveLength(currentRevision(db))
    close()
  }
})
