import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { backupName, backupTo } from './backup.ts'
import { writeConfigCopy } from './config-copy.ts'
import { requireReal, standIn } from './handle.ts'
import { DatabaseProblem } from './problem.ts'
import { restore } from './restore.ts'
import { commitRevision, latestRevision } from './revisions.ts'
import { findSession, insertSession } from './sessions.ts'
import { openStore } from './store.ts'
import { type TemporaryDatabase, temporaryDatabase } from './testing.ts'
import { insertUser, listUsers } from './users.ts'

const NOW = 1_800_000_000_000
const document = { version: 1 as const, pools: [{ id: 'app' }] }
const user = { name: 'ada', role: 'admin' as const, passwordHash: 'hash', createdAt: 1 }
const session = { token: 'token', userName: 'ada', createdAt: 1, expiresAt: NOW * 2, address: '', userAgent: '' }

describe('store', () => {
  let data: TemporaryDatabase
  let file: string
  beforeEach(() => {
    data = temporaryDatabase()
    file = join(data.directory, 'evenkeel.db')
  })
  afterEach(() => data.remove())

  /** Two revisions and one user; with a backup and a copy where asked for. */
  function fill(more: { backup?: boolean; copy?: number } = {}) {
    const opened = data.open()
    insertUser(opened.db, user)
    commitRevision(opened.db, { base: 0, document, author: 'ada', summary: 'first', at: 1 })
    if (more.backup) backupTo(opened.db, join(opened.backups, backupName(1000)))
    commitRevision(opened.db, { base: 1, document, author: 'ada', summary: 'second', at: 2 })
    opened.close()
    if (more.copy === undefined) return
    const { copy: revision } = more
    writeConfigCopy(data.directory, { revision, at: 3, author: 'ada', summary: 'copied', document, stickySecret: 's' })
  }
  const destroy = () => writeFileSync(file, Buffer.alloc(40_000, 'nonsense'))
  const open = (configured = false) => openStore(data.directory, { now: NOW, configured })

  it('is the database itself where that can be used', () => {
    fill()
    const store = open()
    expect(standIn(store.db)).toBeUndefined()
    expect(() => requireReal(store.db)).not.toThrow()
    expect(latestRevision(store.db)?.number).toBe(2)
    store.close()
  })

  it('runs the copy where the database is damaged, keeps its hands off the file, and takes the mended one over', () => {
    fill({ copy: 7 })
    destroy()
    const store = open()
    expect(standIn(store.db)?.code).toBe('corrupt')
    expect(standIn(store.db)?.message).toContain('Traffic goes on with revision 7, from the copy beside the database.')
    expect(() => requireReal(store.db)).toThrow(DatabaseProblem)
    expect(latestRevision(store.db)).toMatchObject({ number: 7, document })
    expect(store.retry(NOW + 1)).toBe(false)
    expect(readFileSync(file).equals(Buffer.alloc(40_000, 'nonsense'))).toBe(true)

    expect(restore(data.directory, NOW)).toMatchObject({ revision: 7, from: 'copy', users: 0 })
    expect(store.retry(NOW + 2)).toBe(true)
    expect(standIn(store.db)).toBeUndefined()
    expect(latestRevision(store.db)?.number).toBe(7)
    store.close()
    expect(latestRevision(data.open().db)?.number).toBe(7)
  })

  it('prefers what the database has where that is newer than the copy, and keeps who signs in meanwhile', () => {
    fill({ copy: 1 })
    const bytes = readFileSync(file)
    bytes.fill(0, 0, 100)
    writeFileSync(file, bytes)
    const store = open()
    expect(standIn(store.db)?.message).toContain('revision 2, from the database.')
    expect(listUsers(store.db).map(({ name }) => name)).toEqual(['ada'])
    insertSession(store.db, session)
    expect(findSession(store.db, 'token', NOW)?.userName).toBe('ada')
    expect(restore(data.directory, NOW)).toMatchObject({ revision: 2, from: 'database', users: 1 })
    expect(store.retry(NOW + 1)).toBe(true)
    expect(findSession(store.db, 'token', NOW)?.userName).toBe('ada')
    store.close()
  })

  it('says so when nobody can sign in', () => {
    fill({ copy: 2 })
    destroy()
    const store = open()
    expect(standIn(store.db)?.message).toContain('nobody can sign in with a password')
    store.close()
  })

  it('refuses to start where there is nothing to run, unless a configuration file is', () => {
    destroy()
    expect(() => open()).toThrow('is damaged')
    const store = open(true)
    expect(latestRevision(store.db)).toBeUndefined()
    store.close()
  })

  it('never stands in for what a person must decide: another process has the directory', () => {
    fill({ copy: 2 })
    const first = data.open()
    expect(() => open()).toThrow('already uses the data directory')
    first.close()
  })

  it('restores accounts and configuration from the newest backup where nothing else has them', () => {
    fill({ backup: true })
    destroy()
    const restored = restore(data.directory, NOW)
    expect(restored).toMatchObject({ revision: 1, from: 'backup', users: 1 })
    expect(restored.accountsFrom).toContain(backupName(1000))
    expect(existsSync(restored.setAside as string)).toBe(true)
    const { db } = data.open()
    expect(latestRevision(db)?.summary).toBe('first')
    expect(listUsers(db)).toHaveLength(1)
  })

  it('restores nothing, and leaves everything as it is, where there is nothing to restore from', () => {
    destroy()
    const before = readdirSync(data.directory).filter((name) => name !== 'evenkeel.lock')
    expect(() => restore(data.directory, NOW)).toThrow('No configuration can be read')
    expect(readdirSync(data.directory).filter((name) => name !== 'evenkeel.lock')).toEqual(before)
    expect(readFileSync(file).equals(Buffer.alloc(40_000, 'nonsense'))).toBe(true)
  })
})
