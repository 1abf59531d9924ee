/** Services of a Compose file: each is reached by its name and the port of its container (compose-spec, `ports` and `expose`). */
import { type Block, type Found, NO_SERVER, type Server } from './server.ts'
import { wordsOf } from './words.ts'

const KEY = /^([\w.-]+):(?:\s|$)/
const HEAD = /^services:\s*(?:#.*)?$/

function indentOf(line: string): number {
  let at = 0
  while (line.charAt(at) === ' ') at++
  return at
}

function isBlank(line: string): boolean {
  const text = line.trim()
  return text === '' || text.startsWith('#') || text === '---' || text === '...'
}

function nextLine(lines: readonly string[], from: number): string | undefined {
  for (let at = from; at < lines.length; at++) if (!isBlank(lines[at] as string)) return lines[at]
  return undefined
}

/** Whether a Compose file begins here: `services:`, a top-level key before it, or a service with its keys below it. */
export function beginsCompose(lines: readonly string[], from: number, hasServices: boolean): boolean {
  const line = lines[from] as string
  if (HEAD.test(line)) return true
  if (hasServices && indentOf(line) === 0 && KEY.test(line)) return true
  const key = /^\s*[\w.-]+:\s*(?:#.*)?$/.test(line)
  const below = key ? nextLine(lines, from + 1) : undefined
  return below !== undefined && indentOf(below) > indentOf(line) && KEY.test(below.trim())
}

/** Whether the text has the head of a Compose file. */
export function hasServices(lines: readonly string[]): boolean {
  return lines.some((line) => HEAD.test(line))
}

interface Port {
  container: number
  published?: string
}

/** `8080:80`, `127.0.0.1:8001:80/tcp`, `3000`; undefined for UDP and what has no single port. */
function shortPort(text: string): Port | undefined {
  const [ports, protocol] = text.split('/') as [string, string?]
  if (protocol !== undefined && protocol !== 'tcp') return undefined
  const cut = ports.lastIndexOf(':')
  const container = /^\d{1,5}$/.test(ports.slice(cut + 1)) ? Number(ports.slice(cut + 1)) : 0
  if (container < 1 || container > 65_535) return undefined
  return cut < 0 ? { container } : { container, published: ports.slice(0, cut).replace(/^.*:/, '') }
}

class Service {
  readonly found: Found
  private readonly server: Server
  private port: Port | undefined
  /** The list that its lines are in: `ports`, `expose` or another. */
  private list = ''

  constructor(name: string, line: number) {
    this.server = { host: name, id: name, notes: [] }
    this.found = { line, text: `${name}:`, reading: { server: this.server } }
  }

  /** Takes a line of the service; false when it says nothing about ports. */
  take(line: string): boolean {
    const text = line.trim()
    const key = KEY.exec(text)?.[1]
    if (key !== undefined && key !== 'target' && key !== 'published' && key !== 'protocol' && key !== 'mode') {
      this.list = key
      if (key !== 'ports' && key !== 'expose') return false
      for (const word of wordsOf(text.slice(key.length + 1))) this.ports(word)
      return true
    }
    if (this.list !== 'ports' && this.list !== 'expose') return false
    const words = wordsOf(text.replace(/^-\s*/, ''))
    if (words[0] === 'target:') this.ports(words[1] ?? '')
    else if (words[0] === 'published:' && this.port !== undefined) this.port.published ??= words[1] ?? ''
    else if (words.length === 1 && !words[0]?.endsWith(':')) this.ports(words[0] as string)
    return true
  }

  private ports(list: string): void {
    for (const one of list.replace(/^\[|\]$/g, '').split(',')) {
      // The first port is the one that the service is for; what is published comes before what is only exposed.
      if (this.port?.published === undefined) {
        const port = shortPort(one)
        if (port !== undefined && (this.port === undefined || port.published !== undefined)) this.port = port
      }
    }
  }

  /** Puts the port in, when the whole service was read. */
  end(): void {
    this.server.port = this.port?.container
    if (this.port?.published)
      this.server.notes.push(`inside the Compose network; from the host it is port ${this.port.published}`)
  }
}

/** Reads to the end of what belongs to the Compose file; `withHead` says that the text has a line `services:`. */
export function readCompose(lines: readonly string[], from: number, withHead: boolean): Block {
  const found: Found[] = []
  const headed = withHead && indentOf(lines[from] as string) === 0
  let inServices = !headed
  let level = headed ? -1 : indentOf(lines[from] as string)
  let service: Service | undefined
  let at = from
  for (; at < lines.length; at++) {
    const line = lines[at] as string
    if (isBlank(line)) continue
    const indent = indentOf(line)
    const text = line.trim()
    const key = KEY.exec(text)?.[1]
    if (indent < Math.max(level, 0) || (indent === 0 && key === undefined && !text.startsWith('-'))) break
    if (headed && indent === 0 && key !== undefined) {
      inServices = HEAD.test(text)
      level = -1
    } else if (inServices && level < 0) level = indent
    if (inServices && indent === level && key !== undefined) {
      service?.end()
      service = new Service(key, at + 1)
      found.push(service.found)
    } else if (!inServices || service === undefined || indent <= level || !service.take(line)) {
      if (indent === 0 && !headed) break
      found.push({ line: at + 1, text, reading: { leftOut: NO_SERVER } })
    }
  }
  service?.end()
  return { found, next: Math.max(at, from + 1) }
}
