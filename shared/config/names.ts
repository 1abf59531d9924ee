/** Field types that several parts of the configuration share. */
import { z } from 'zod'
import { parseHostPort } from '../address.ts'
import { parseRange } from '../address-range.ts'

/** An identifier: letters, digits, `-`, `_` and `.`, starting with a letter or digit, at most 64 characters. */
export const id = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'use 1 to 64 letters, digits, "-", "_" or ".", starting with a letter or digit',
  )

/** An address to connect to: `host:port`, `1.2.3.4:80` or `[::1]:80`. */
export const address = z
  .string()
  .max(300)
  .refine(
    (text) => parseHostPort(text) !== undefined,
    'write host:port, such as 10.0.0.5:3000, app.internal:80 or [::1]:8080',
  )

/** An address to listen on; port 0 lets the system choose. */
export const bind = z
  .string()
  .max(300)
  .refine(
    (text) => parseHostPort(text, true) !== undefined,
    'write address:port, such as 0.0.0.0:8080, 127.0.0.1:80 or [::]:8080',
  )

/** An IP address or a range of them: `10.0.0.0/8`, `192.168.1.7`, `fd00::/8`. */
export const addressRange = z
  .string()
  .max(64)
  .refine(
    (text) => parseRange(text) !== undefined,
    'write an IP address or a CIDR range, such as 10.0.0.0/8, 192.168.1.7 or fd00::/8',
  )
