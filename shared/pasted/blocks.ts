/** Files with braces, nginx's and Caddy's: an `upstream` with its servers, `reverse_proxy` with its upstreams; the rest is left out. */
import { parseHostPort } from '../address.ts'
import { addressBytes } from '../address-range.ts'
import { readCaddy } from './caddy.ts'
import { readNginx } from './nginx.ts'
import { type Block, type Found, leftOut, type Reading } from './server.ts'
import { readServerLine } from './server-line.ts'
import { statements } from './words.ts'

const OBJECT = 'objects of JSON are not read; write one address per line, such as 10.0.0.5:3000'

/** `proxy_pass http://127.0.0.1:3000;` names a server, `proxy_pass http://app;` an upstream. */
function readPass(url: string): Reading {
  const authority = /^https?:\/\/([^/?#]*)/i.exec(url)?.[1]
  if (authority === undefined || !(parseHostPort(authority) || addressBytes(authority)))
    return { leftOut: 'names no server but a group of servers' }
  return readNginx([url])
}

/** Whether a line opens a block of nginx or Caddy. */
export function opensBlock(line: string): boolean {
  return statements(line).some(({ words, end }) => end === '{' || (words[0] === 'upstream' && words.length === 2))
}

/** No configuration nests its blocks deeper. */
const DEEPEST = 30

interface Open {
  line: number
  words: string[]
}

class BraceReader {
  readonly found: Found[] = []
  /** First words of the blocks that are open. */
  private readonly heads: string[][] = []
  /** Blocks inside of the deepest that is read. */
  private deeper = 0
  /** A statement of nginx may go on over several lines. */
  private open: Open | undefined

  get depth(): number {
    return this.heads.length + this.deeper
  }

  line(text: string, number: number): void {
    for (const { words, end } of statements(text)) {
      if (this.open !== undefined && words[0] === 'server') this.close()
      const statement: Open = this.open ?? { line: number, words: [] }
      for (const word of words) if (!/^[[\](),]+$/.test(word)) statement.words.push(word)
      this.open = undefined
      if (end === '{') this.enter(statement)
      else if (end === '}') {
        this.tell(statement, end)
        if (this.deeper > 0) this.deeper--
        else this.heads.pop()
      } else if (end === ';' || this.endsWithLine(statement)) this.tell(statement, end)
      else if (statement.words.length > 0) this.open = statement
    }
  }

  /** The last statement, which nothing ended. */
  close(): void {
    if (this.open !== undefined) this.tell(this.open, '')
    this.open = undefined
  }

  /** Only in `upstream` blocks do lines without a semicolon go on; Caddy ends statements with the line. */
  private endsWithLine({ words }: Open): boolean {
    return this.heads.at(-1)?.[0] !== 'upstream' && words[0] !== 'upstream'
  }

  private enter(statement: Open): void {
    const { words, line } = statement
    if (this.heads.length === DEEPEST) {
      this.deeper++
      return
    }
    if (words[0] === 'reverse_proxy') this.add(statement, readCaddy(words.slice(1)))
    else if (words.length > 0) this.found.push({ line, text: `${words.join(' ')} {`, reading: leftOut(undefined) })
    this.heads.push(words)
  }

  private tell(statement: Open, end: string): void {
    const [keyword, ...rest] = statement.words
    const head = this.heads.at(-1)?.[0]
    if (keyword === undefined) return
    if (keyword === 'server' && head === 'upstream') this.add(statement, [readNginx(rest)])
    else if (keyword === 'server') this.add(statement, [readServerLine(rest, end === ';')])
    else if (keyword === 'reverse_proxy' || (keyword === 'to' && head === 'reverse_proxy'))
      this.add(statement, readCaddy(rest))
    else if (keyword === 'proxy_pass') this.add(statement, [readPass(rest[0] ?? '')])
    else this.add(statement, [this.inObject(statement.words) ? { fault: OBJECT } : leftOut(keyword)])
  }

  /** Whether it names an address in an object of JSON, whose blocks have no heads. */
  private inObject(words: readonly string[]): boolean {
    const named = this.heads.length === 0 || this.heads.some((head) => head.length > 0)
    return !named && words.some((word) => word.split(/[,\]]/).some((part) => parseHostPort(part) !== undefined))
  }

  private add({ line, words }: Open, readings: Reading[]): void {
    const text = words.join(' ')
    for (const reading of readings) this.found.push({ line, text, reading })
    if (readings.length === 0 && words.length > 1) this.found.push({ line, text, reading: leftOut(undefined) })
  }
}

/** Reads from a line that opens a block to the one that closes it. */
export function readBraces(lines: readonly string[], from: number): Block {
  const reader = new BraceReader()
  let at = from
  let entered = false
  for (; at < lines.length; at++) {
    const line = lines[at] as string
    // `upstream app` may have its brace on the next line; when it has not, nothing was opened.
    if (!entered && at > from && line.trim() !== '' && !line.trim().startsWith('{')) break
    reader.line(line, at + 1)
    entered ||= reader.depth > 0 || line.includes('}')
    if (entered && reader.depth === 0) {
      at++
      break
    }
  }
  reader.close()
  return { found: reader.found, next: at }
}
