/** People who may sign in. Names differ by more than the case of ASCII letters. Passwords arrive already hashed. */
import type { Role, UserSummary } from '../../shared/api/bodies.ts'
import { type Db, inTransaction, statement } from './handle.ts'

export interface UserRecord extends UserSummary {
  passwordHash: string
}

export interface NewUser {
  name: string
  role: Role
  passwordHash: string
  /** Epoch milliseconds. */
  createdAt: number
}

const COLUMNS = 'name, role, password_hash AS passwordHash, created_at AS createdAt, last_sign_in_at AS lastSignInAt'

/** False when the name is taken. */
export function insertUser(db: Db, user: NewUser): boolean {
  return (
    statement(
      db,
      'INSERT INTO users (name, role, password_hash, created_at) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO NOTHING',
    ).run(user.name, user.role, user.passwordHash, user.createdAt).changes === 1
  )
}

/** Creates the first user; false when there already is one, so that set-up can happen once only. */
export function insertFirstUser(db: Db, user: NewUser): boolean {
  return inTransaction(db, () => countUsers(db) === 0 && insertUser(db, user))
}

export function getUser(db: Db, name: string): UserRecord | undefined {
  return statement<UserRecord>(db, `SELECT ${COLUMNS} FROM users WHERE name = ?`).get(name)
}

/** By name. */
export function listUsers(db: Db): UserSummary[] {
  return statement<UserSummary>(
    db,
    'SELECT name, role, created_at AS createdAt, last_sign_in_at AS lastSignInAt FROM users ORDER BY name',
  ).all()
}

export function countUsers(db: Db): number {
  return statement<{ count: number }>(db, 'SELECT COUNT(*) AS count FROM users').get()?.count ?? 0
}

export function countAdmins(db: Db): number {
  return statement<{ count: number }>(db, "SELECT COUNT(*) AS count FROM users WHERE role = 'admin'").get()?.count ?? 0
}

/** False when there is no such user. */
export function setPasswordHash(db: Db, name: string, passwordHash: string): boolean {
  return statement(db, 'UPDATE users SET password_hash = ? WHERE name = ?').run(passwordHash, name).changes === 1
}

/** False when there is no such user, or when the last admin would stop being one. */
export function setUserRole(db: Db, name: string, role: Role): boolean {
  return inTransaction(
    db,
    () =>
      (role === 'admin' || !isLastAdmin(db, name)) &&
      statement(db, 'UPDATE users SET role = ? WHERE name = ?').run(role, name).changes === 1,
  )
}

export function setLastSignIn(db: Db, name: string, at: number): void {
  statement(db, 'UPDATE users SET last_sign_in_at = ? WHERE name = ?').run(at, name)
}

/** Removes a user and their sessions. False when there is no such user, or it is the last admin. */
export function deleteUser(db: Db, name: string): boolean {
  return inTransaction(
    db,
    () => !isLastAdmin(db, name) && statement(db, 'DELETE FROM users WHERE name = ?').run(name).changes === 1,
  )
}

/** True when nobody would be admin without this user. */
export function isLastAdmin(db: Db, name: string): boolean {
  return getUser(db, name)?.role === 'admin' && countAdmins(db) === 1
}
