/** Small values of the whole installation, by key. */
import { type Db, statement } from './handle.ts'

/** Keys in use: one list, so that none is used twice. */
export type MetaKey = 'config-file-hash' | 'sticky-secret' | 'setup-token-hash' | 'installed-at' | 'exchanges-since'

export function getMeta(db: Db, key: MetaKey): string | undefined {
  return statement<{ value: string }>(db, 'SELECT value FROM meta WHERE key = ?').get(key)?.value
}

export function setMeta(db: Db, key: MetaKey, value: string): void {
  statement(
    db,
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  ).run(key, value)
}

export function deleteMeta(db: Db, key: MetaKey): void {
  statement(db, 'DELETE FROM meta WHERE key = ?').run(key)
}

/** The value of a key; made by `make` and stored first when there is none. */
export function getOrCreateMeta(db: Db, key: MetaKey, make: () => string): string {
  const found = getMeta(db, key)
  if (found !== undefined) return found
  const made = make()
  setMeta(db, key, made)
  return made
}
