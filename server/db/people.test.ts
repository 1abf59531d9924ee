import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Db } from './handle.ts'
import { deleteMeta, getMeta, getOrCreateMeta, setMeta } from './meta.ts'
import { deleteSession, deleteSessionsOf, findSession, insertSession, pruneSessions, touchSession } from './sessions.ts'
import { type TemporaryDatabase, temporaryDatabase } from './testing.ts'
import { deleteToken, findToken, insertToken, listTokens, setTokenUsed } from './tokens.ts'
import {
  countUsers,
  deleteUser,
  getUser,
  insertFirstUser,
  insertUser,
  listUsers,
  setLastSignIn,
  setPasswordHash,
  setUserRole,
} from './users.ts'

let data: TemporaryDatabase
let db: Db
beforeEach(() => {
  data = temporaryDatabase()
  db = data.open().db
})
afterEach(() => data.remove())

const ada = { name: 'Ada', role: 'admin', passwordHash: 'hash', createdAt: 1 } as const
const bob = { name: 'bob', role: 'viewer', passwordHash: 'hash2', createdAt: 2 } as const

function signIn(token: string, userName: string, expiresAt: number) {
  insertSession(db, { token, userName, createdAt: 10, expiresAt, address: '127.0.0.1', userAgent: 'x'.repeat(1000) })
}

/** Every byte of every table, to look for what must not be there. */
function everything(): string {
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[]
  return tables.map((name) => JSON.stringify(db.prepare(`SELECT * FROM "${name}"`).all())).join()
}

test('the first user is created once only', () => {
  expect(insertFirstUser(db, ada)).toBe(true)
  expect(insertFirstUser(db, bob)).toBe(false)
  expect(countUsers(db)).toBe(1)
})

test('names are taken in either case of letters', () => {
  insertUser(db, ada)
  expect(insertUser(db, { ...bob, name: 'ADA' })).toBe(false)
  expect(getUser(db, 'ada')).toEqual({ ...ada, lastSignInAt: null })
})

test('the last admin can neither be removed nor made less', () => {
  insertUser(db, ada)
  insertUser(db, bob)
  expect(deleteUser(db, 'Ada')).toBe(false)
  expect(setUserRole(db, 'Ada', 'viewer')).toBe(false)
  expect(setUserRole(db, 'bob', 'admin')).toBe(true)
  expect(setUserRole(db, 'Ada', 'viewer')).toBe(true)
  expect(deleteUser(db, 'Ada')).toBe(true)
  expect(deleteUser(db, 'nobody')).toBe(false)
})

test('password and last sign-in can be set', () => {
  insertUser(db, ada)
  expect(setPasswordHash(db, 'Ada', 'new')).toBe(true)
  setLastSignIn(db, 'Ada', 99)
  expect(getUser(db, 'Ada')).toMatchObject({ passwordHash: 'new', lastSignInAt: 99 })
  expect(listUsers(db)).toEqual([{ name: 'Ada', role: 'admin', createdAt: 1, lastSignInAt: 99 }])
})

test('a session is found by its token until it expires, with the present role', () => {
  insertUser(db, ada)
  signIn('secret-cookie', 'Ada', 100)
  expect(findSession(db, 'secret-cookie', 50)).toMatchObject({ userName: 'Ada', role: 'admin', lastSeenAt: 10 })
  expect(findSession(db, 'secret-cookie', 100)).toBeUndefined()
  expect(findSession(db, 'other', 50)).toBeUndefined()
  touchSession(db, 'secret-cookie', { lastSeenAt: 90, expiresAt: 200 })
  expect(findSession(db, 'secret-cookie', 150)).toMatchObject({ lastSeenAt: 90, expiresAt: 200 })
  expect(deleteSession(db, 'secret-cookie')).toBe(true)
  expect(deleteSession(db, 'secret-cookie')).toBe(false)
})

test('sessions go with their user, by expiry, or all but one', () => {
  insertUser(db, ada)
  insertUser(db, bob)
  signIn('a1', 'Ada', 100)
  signIn('a2', 'Ada', 300)
  signIn('a3', 'Ada', 300)
  signIn('b1', 'bob', 300)
  expect(pruneSessions(db, 100)).toBe(1)
  expect(deleteSessionsOf(db, 'Ada', 'a2')).toBe(1)
  expect(findSession(db, 'a2', 1)).toBeDefined()
  deleteUser(db, 'bob')
  expect(findSession(db, 'b1', 1)).toBeUndefined()
})

test('neither session tokens nor token secrets are stored', () => {
  insertUser(db, ada)
  signIn('secret-cookie', 'Ada', 100)
  insertToken(db, {
    id: 't1',
    name: 'ci',
    role: 'operator',
    secret: 'ek_secret',
    createdAt: 1,
    createdBy: 'Ada',
    expiresAt: null,
  })
  expect(everything()).not.toMatch(/secret-cookie|ek_secret/)
})

test('a token is found by its secret until it expires or is removed', () => {
  const token = { id: 't1', name: 'ci', role: 'operator', secret: 's', createdAt: 1, createdBy: 'Ada' } as const
  insertToken(db, { ...token, expiresAt: 50 })
  const summary = { id: 't1', name: 'ci', role: 'operator', createdAt: 1, expiresAt: 50, lastUsedAt: null }
  expect(findToken(db, 's', 49)).toEqual(summary)
  expect(findToken(db, 's', 50)).toBeUndefined()
  setTokenUsed(db, 't1', 7)
  expect(listTokens(db)).toEqual([{ ...summary, lastUsedAt: 7 }])
  expect(deleteToken(db, 't1')).toBe(true)
  expect(listTokens(db)).toEqual([])
})

test('meta values are set, made once and removed', () => {
  expect(getMeta(db, 'sticky-secret')).toBeUndefined()
  expect(getOrCreateMeta(db, 'sticky-secret', () => 'one')).toBe('one')
  expect(getOrCreateMeta(db, 'sticky-secret', () => 'two')).toBe('one')
  setMeta(db, 'sticky-secret', 'three')
  expect(getMeta(db, 'sticky-secret')).toBe('three')
  deleteMeta(db, 'sticky-secret')
  expect(getMeta(db, 'sticky-secret')).toBeUndefined()
})
