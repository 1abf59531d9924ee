/**
 * Reads what people paste when they add backends: addresses, plain lists, server lines or whole blocks of nginx and HAProxy, Caddy's
 * `reverse_proxy`, services of a Compose file. What the program of origin means is taken; a word that is not understood is named.
 */
import { formatHostPort, type HostPort } from '../address.ts'
import { quoted } from '../address-fault.ts'
import type { AdminState } from '../config/pool.ts'
import { opensBlock, readBraces } from './blocks.ts'
import { readCaddy } from './caddy.ts'
import { beginsCompose, hasServices, readCompose } from './compose.ts'
import { beginsSection, readSection, TEMPLATE } from './haproxy-section.ts'
import { takeNames } from './names.ts'
import { readPlain } from './plain.ts'
import { type Found, leftOut, type Reading, type Server } from './server.ts'
import { readServerLine } from './server-line.ts'
import { scaleWeights } from './weights.ts'
import { statements } from './words.ts'

/** A backend as the admin API takes it. */
export interface PastedBackend {
  /** Absent: the pool gives a name. */
  id?: string
  address: string
  weight?: number
  backup?: boolean
  maxConnections?: number
  adminState?: AdminState
}

/** What one line says; a line with several addresses gives several. */
export type PastedEntry = {
  /** From 1. */
  line: number
  text: string
} & (
  | { kind: 'backend'; backend: PastedBackend; notes: string[] }
  /** The host names no port; give one to `readPasted`. */
  | { kind: 'port'; host: string; id?: string }
  /** What is wrong and what to write. */
  | { kind: 'fault'; fault: string }
  /** Nothing is wrong, but the line names no server. */
  | { kind: 'left-out'; reason: string }
)

export interface PasteOptions {
  /** Port of the hosts that name none. */
  port?: number | undefined
  /** Names that are taken in the pool. */
  taken?: readonly string[]
}

/** Longer lines are no addresses. */
const LONGEST = 100_000

function readLine(line: string): Reading[] {
  if (line.length > LONGEST)
    return [{ fault: `this line has more than ${LONGEST} characters; write one address per line` }]
  return statements(line).flatMap(({ words, end }): Reading[] => {
    const [keyword, ...rest] = words
    if (keyword === undefined) return []
    if (keyword === 'server') return [readServerLine(rest, end === ';')]
    if (keyword === 'server-template') return [{ fault: TEMPLATE }]
    if (keyword === 'upstream' && rest.length > 0) return [leftOut(keyword)]
    if (keyword === 'reverse_proxy' || keyword === 'to') return readCaddy(rest)
    if (leftOut(keyword).leftOut !== leftOut(undefined).leftOut) return [leftOut(keyword)]
    if (words.every((word) => /^[[\]{}(),]+$/.test(word))) return []
    return readPlain(words)
  })
}

function readAll(lines: readonly string[]): Found[] {
  const services = hasServices(lines)
  const found: Found[] = []
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] as string
    const block = line.trim() === '' || line.length > LONGEST ? undefined : blockReader(lines, at, services)
    if (block === undefined) {
      for (const reading of readLine(line)) found.push({ line: at + 1, text: line.trim(), reading })
      at++
    } else {
      const { found: inside, next } = block(lines, at, services)
      for (const one of inside) found.push(one)
      at = Math.max(next, at + 1)
    }
  }
  return found
}

function blockReader(lines: readonly string[], at: number, services: boolean) {
  const line = lines[at] as string
  if (beginsCompose(lines, at, services)) return readCompose
  if (beginsSection(line)) return readSection
  if (opensBlock(line)) return readBraces
  return undefined
}

function backendOf(server: Server, address: string, id: string | undefined): PastedBackend {
  const { weight, backup, maxConnections, adminState } = server
  return {
    ...(id !== undefined && { id }),
    address,
    ...(weight !== undefined && { weight }),
    ...(backup === true && { backup }),
    ...(maxConnections !== undefined && maxConnections > 0 && { maxConnections }),
    ...(adminState !== undefined && { adminState }),
  }
}

/** Everything that the text says, in its order. Pure; takes any text, in time that grows with its length. */
export function readPasted(text: string, { port, taken = [] }: PasteOptions = {}): PastedEntry[] {
  const found = readAll(text.replace(/^\ufeff/, '').split(/\r\n|[\r\n\u2028\u2029]/))
  const servers = found.flatMap(({ reading }) => ('server' in reading ? [reading.server] : []))
  const names = takeNames(servers, taken)
  scaleWeights(servers)
  const lineOf = new Map<string, number>()
  return found.map(({ line, text, reading }): PastedEntry => {
    const place = { line, text }
    if ('fault' in reading) return { ...place, kind: 'fault', fault: reading.fault }
    if ('leftOut' in reading) return { ...place, kind: 'left-out', reason: reading.leftOut }
    const { server } = reading
    const usual = server.port ?? port
    const id = names.get(server)
    if (usual === undefined) return { ...place, kind: 'port', host: server.host, ...(id !== undefined && { id }) }
    const address = formatHostPort({ host: server.host, port: usual } satisfies HostPort)
    const first = lineOf.get(address.toLowerCase())
    if (first !== undefined) {
      const where = first === line ? 'twice on this line' : `on line ${first} already`
      return { ...place, kind: 'fault', fault: `${quoted(address)} stands ${where}; leave one out` }
    }
    lineOf.set(address.toLowerCase(), line)
    return { ...place, kind: 'backend', backend: backendOf(server, address, id), notes: server.notes }
  })
}
