/** Passwords and secrets: scrypt for what people choose, SHA-256 for what we made random. Comparisons take constant time. */
import { createHash, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { ControlError } from '../errors.ts'

/** Cost of one hash: 32 MiB (128 × N × r bytes) and about 0.1 s. Twice the N of 2^14 that RFC 7914 calls interactive use. */
const COST = { N: 2 ** 15, r: 8, p: 1 }
const LENGTH = 32
/** At most this many hashes at once, so that guessing cannot take the machine's memory. */
const MOST_AT_ONCE = 2
/** Hashes that may wait; a flood beyond that is refused at once. */
const MOST_WAITING = 64

let running = 0
const waiting: (() => void)[] = []

async function derive(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  if (waiting.length >= MOST_WAITING)
    throw new ControlError('slow-down', 'Too many people sign in at this moment. Wait a few seconds.', {
      retryAfterSeconds: 5,
    })
  if (running >= MOST_AT_ONCE) await new Promise<void>((go) => waiting.push(go))
  else running++
  try {
    return await new Promise((resolve, reject) =>
      scrypt(password.normalize('NFKC'), salt, LENGTH, { ...options, maxmem: 256 * 1024 * 1024 }, (error, key) =>
        error ? reject(error) : resolve(key),
      ),
    )
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}

/** `scrypt$N$r$p$salt$hash` with a fresh salt; salt and hash in base64url. Errors: `slow-down` in a flood. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await derive(password, salt, COST)
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), key.toString('base64url')].join('$')
}

/** Compared against when there is no such user, so that the answer takes as long. No password matches it. */
const nobody = ['scrypt', COST.N, COST.r, COST.p, randomBytes(16).toString('base64url'), ''].join('$')

/** Whether a password fits a stored hash. Undefined stands for "no such user": false, after the same time. */
export async function verifyPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [kind, N, r, p, salt, hash] = (stored ?? nobody).split('$')
  if (kind !== 'scrypt' || !salt) return false
  const key = await derive(password, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) })
  const expected = Buffer.from(hash ?? '', 'base64url')
  return expected.length === key.length && timingSafeEqual(expected, key)
}

/** A random secret of 256 bits, in base64url (43 characters). */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** SHA-256 in hex: enough for secrets with 256 random bits, which cannot be guessed from their hash. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** Whether a secret has this SHA-256, in constant time. */
export function secretMatches(secret: string, hash: string): boolean {
  return timingSafeEqual(Buffer.from(hashSecret(secret), 'hex'), Buffer.from(hash, 'hex'))
}
