/** The smallest reader of HTTP/1.1 messages that a raw-socket story needs. Independent of our codec on purpose: it must not share its faults. */

export interface Message {
  /** Request line or status line. */
  readonly line: string
  /** Names in lower case, in order, with repetitions. */
  readonly fields: readonly (readonly [string, string])[]
  /** The head as it came, with the empty line. */
  readonly head: string
  readonly body: string
  /** Field lines behind a chunked body. */
  readonly trailers: readonly string[]
  /** Bytes used. */
  readonly size: number
}

/** Whether a body follows whatever the fields say: answers to HEAD, 1xx, 204 and 304 have none. */
export type Bodiless = (line: string) => boolean

/** Value of the first field of this name, or undefined. */
export function field(message: Pick<Message, 'fields'>, name: string): string | undefined {
  return message.fields.find(([other]) => other === name)?.[1]
}

/** All values of a field. */
export function fieldValues(message: Pick<Message, 'fields'>, name: string): string[] {
  return message.fields.filter(([other]) => other === name).map(([, value]) => value)
}

/** Reads a chunked body; undefined while it is not whole. */
export function unchunk(bytes: string): { body: string; trailers: string[]; size: number } | undefined {
  let at = 0
  let body = ''
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(bytes.slice(at, lineEnd), 16)
    if (!Number.isFinite(size)) throw new Error(`not a chunk size: ${JSON.stringify(bytes.slice(at, lineEnd))}`)
    at = lineEnd + 2
    if (size === 0) break
    if (bytes.length < at + size + 2) return undefined
    body += bytes.slice(at, at + size)
    if (bytes.slice(at + size, at + size + 2) !== '\r\n') throw new Error('a chunk without CR LF')
    at += size + 2
  }
  const trailers: string[] = []
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const line = bytes.slice(at, lineEnd)
    at = lineEnd + 2
    if (line === '') return { body, trailers, size: at }
    trailers.push(line)
  }
}

/** Reads the head at the start of `bytes`; undefined while it is not whole. */
export function readHead(bytes: string): Pick<Message, 'line' | 'fields' | 'head'> | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = bytes.slice(0, end + 4)
  const [line = '', ...rest] = head.slice(0, -4).split('\r\n')
  const fields = rest.map((text) => {
    const colon = text.indexOf(':')
    return [text.slice(0, colon).toLowerCase(), text.slice(colon + 1).trim()] as const
  })
  return { line, fields, head }
}

/** Reads one message. `closed`: no more bytes will come, which ends a body without a length. Undefined while it is not whole. */
export function readMessage(bytes: string, bodiless: Bodiless, closed: boolean, request: boolean): Message | undefined {
  const head = readHead(bytes)
  if (head === undefined) return undefined
  const rest = bytes.slice(head.head.length)
  const none = { ...head, body: '', trailers: [], size: head.head.length }
  if (bodiless(head.line)) return none
  if (field(head, 'transfer-encoding') !== undefined) {
    const read = unchunk(rest)
    return read && { ...head, ...read, size: head.head.length + read.size }
  }
  const length = field(head, 'content-length')
  if (length !== undefined) {
    const size = Number(length)
    if (rest.length < size) return undefined
    return { ...none, body: rest.slice(0, size), size: head.head.length + size }
  }
  if (request) return none
  return closed ? { ...none, body: rest, size: bytes.length } : undefined
}
