/** Secrets are stored as their SHA-256 only: they are long and random, so no slow hash is needed. */
import { createHash } from 'node:crypto'

/** The 32 bytes under which a secret is stored and looked up. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
