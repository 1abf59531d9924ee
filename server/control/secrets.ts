/** Secrets that must outlive a restart. They are in the database, and nowhere else: no export, no log, no answer of the API has them. */
import { randomBytes } from 'node:crypto'
import type { Db } from '../db/handle.ts'
import { getOrCreateMeta } from '../db/meta.ts'

/** What the data plane signs sticky cookies and debug tokens with; made at the first start. */
export function dataPlaneSecret(db: Db): string {
  return getOrCreateMeta(db, 'sticky-secret', () => randomBytes(32).toString('base64url'))
}
