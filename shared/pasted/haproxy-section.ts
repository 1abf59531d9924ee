/** A section of HAProxy (`backend app`, `listen web`): its servers with what `default-server` says; the rest is left out. */
import { parseHostPort } from '../address.ts'
import { readHaproxy } from './haproxy.ts'
import { type Block, type Found, leftOut, type Reading } from './server.ts'
import { wordsOf } from './words.ts'

const SECTION =
  /^\s*(?:backend|listen|frontend|peers|resolvers|cache|userlist|mailers|program|ring|http-errors|fcgi-app)\s+[^\s{]+/
const UNNAMED = /^\s*(?:global|defaults)\s*$/

/** Whether a line begins a section of HAProxy. */
export function beginsSection(line: string): boolean {
  return (
    (SECTION.test(line) || UNNAMED.test(line) || /^\s*default-server\s/.test(line)) &&
    !line.includes('{') &&
    !/:\s*$/.test(line)
  )
}

export const TEMPLATE = '"server-template" stands for several servers; write one server line for each'

/** Their `server` lines name no backends: other HAProxy processes, log and mail servers. */
const OTHER_SERVERS = /^\s*(?:peers|ring|mailers|program|resolvers)\s/

function readLine([keyword, ...rest]: string[], defaults: string[]): Reading | undefined {
  if (keyword === 'server') return readHaproxy(rest, defaults)
  if (keyword === 'server-template') return { fault: TEMPLATE }
  if (keyword !== 'default-server') return leftOut(keyword)
  defaults.push(...rest)
  return undefined
}

/** Reads from a line that begins a section to the next one that begins another, or to an address that stands alone. */
export function readSection(lines: readonly string[], from: number): Block {
  const head = lines[from] as string
  const found: Found[] = []
  const defaults: string[] = []
  let at = from
  for (; at < lines.length; at++) {
    const line = lines[at] as string
    if (at > from && beginsSection(line) && !/^\s*default-server\s/.test(line)) break
    const words = wordsOf(line)
    if (words.length === 0) continue
    if (words.length === 1 && parseHostPort(words[0] as string) !== undefined) break
    const reading = OTHER_SERVERS.test(head) ? leftOut(undefined) : readLine(words, defaults)
    if (reading !== undefined) found.push({ line: at + 1, text: line.trim(), reading })
  }
  return { found, next: at }
}
