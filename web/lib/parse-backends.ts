/** Reads addresses as people have them: `host:port`, URLs, and the server lines of nginx and HAProxy files. */
import { parseHostPort } from '../../shared/address.ts'

export interface ParsedBackend {
  address: string
  weight?: number
  backup?: boolean
}

export interface ParsedLine {
  /** From 1. */
  line: number
  text: string
  backend?: ParsedBackend
  /** What is wrong and what to write. */
  fault?: string
}

function withPort(text: string, port: number): string | undefined {
  if (parseHostPort(text)) return text
  const guess = text.includes(':') && !text.startsWith('[') ? `[${text}]:${port}` : `${text}:${port}`
  return parseHostPort(guess) ? guess : undefined
}

function fromUrl(text: string): string | undefined {
  try {
    const url = new URL(text)
    if (url.protocol !== 'http:') return undefined
    return withPort(url.host, 80)
  } catch {
    return undefined
  }
}

/** `server name 10.0.0.1:80 weight 2 backup` (HAProxy) and `server 10.0.0.1:80 weight=2 backup;` (nginx). */
function fromServerLine(text: string): ParsedBackend | undefined {
  const words = text.replace(/;.*$/, '').trim().split(/\s+/).slice(1)
  const address =
    words
      .map((word) => (word.includes(':') || /^\d+\.\d+\.\d+\.\d+$/.test(word) ? withPort(word, 80) : undefined))
      .find(Boolean) ?? withPort(words[0] ?? '', 80)
  if (address === undefined) return undefined
  const weight = /\bweight[= ](\d{1,3})\b/.exec(text)?.[1]
  return { address, ...(weight && { weight: Number(weight) }), ...(/\bbackup\b/.test(text) && { backup: true }) }
}

/** One line; empty lines and comments give neither backend nor fault. */
function parseLine(raw: string): Omit<ParsedLine, 'line' | 'text'> {
  const text = raw.replace(/\s+#.*$/, '').trim()
  if (text === '' || text.startsWith('#')) return {}
  if (/^https:/i.test(text)) return { fault: 'backends are spoken to in plain HTTP; write http:// or host:port' }
  if (/^http:/i.test(text)) {
    const address = fromUrl(text)
    return address === undefined ? { fault: 'not a URL with a host' } : { backend: { address } }
  }
  if (/^server\s/i.test(text)) {
    const backend = fromServerLine(text)
    return backend === undefined ? { fault: 'this server line names no address' } : { backend }
  }
  const bare = text.replace(/[,;]$/, '')
  if (parseHostPort(bare)) return { backend: { address: bare } }
  return { fault: 'write host:port, such as 10.0.0.5:3000' }
}

/** Every line that says something; a repeated address is a fault. */
export function parseBackends(text: string): ParsedLine[] {
  const seen = new Set<string>()
  return text
    .split(/\r?\n/)
    .map((raw, index) => ({ line: index + 1, text: raw.trim(), ...parseLine(raw) }))
    .filter((entry) => entry.backend !== undefined || entry.fault !== undefined)
    .map((entry) => {
      const address = entry.backend?.address
      if (address === undefined) return entry
      if (seen.has(address)) return { line: entry.line, text: entry.text, fault: 'this address is there already' }
      seen.add(address)
      return entry
    })
}
