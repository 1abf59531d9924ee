/** Field types that several parts of the configuration share. */
import { z } from 'zod'
import { addressFault, rangeFault } from '../address-fault.ts'

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** An identifier: letters, digits, `-`, `_` and `.`, starting with a letter or digit, at most 64 characters. */
export const id = z.string().regex(ID, 'use 1 to 64 letters, digits, "-", "_" or ".", starting with a letter or digit')

function hostAndPort(place: 'connect' | 'listen') {
  const wrongType = ({ input }: { input?: unknown }) =>
    typeof input === 'number' ? addressFault(String(input), place) : undefined
  return z
    .string({ error: wrongType })
    .max(300)
    .superRefine((text, context) => {
      const message = addressFault(text, place)
      if (message !== undefined) context.addIssue({ code: 'custom', message })
    })
}

/** An address to connect to: `host:port`, `1.2.3.4:80` or `[::1]:80`. */
export const address = hostAndPort('connect')

/** An address to listen on; port 0 lets the system choose. */
export const bind = hostAndPort('listen')

/** An IP address or a range of them: `10.0.0.0/8`, `192.168.1.7`, `fd00::/8`. */
export const addressRange = z
  .string()
  .max(64)
  .superRefine((text, context) => {
    const message = rangeFault(text)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  })
