/** The parts of the system's name look-up that need no name server: the hosts file, and the search list of resolv.conf. */
import { readFileSync, statSync } from 'node:fs'
import { isIP } from 'node:net'

/** Names of the hosts file in lower case and their addresses in order. */
export type HostsTable = ReadonlyMap<string, readonly string[]>

/** How short names are completed. */
export interface SearchRules {
  /** Domains to append, in order. */
  search: readonly string[]
  /** A name with at least this many dots is tried as it is first. */
  ndots: number
}

const fieldsOf = (line: string) => (line.split(/[#;]/)[0] as string).trim().split(/\s+/)

/** Parses a hosts file (hosts(5)); lines that make no sense are passed over. */
export function parseHosts(text: string): HostsTable {
  const table = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const [ip, ...names] = fieldsOf(line)
    if (ip === undefined || isIP(ip) === 0) continue
    for (const name of names) {
      const key = name.toLowerCase()
      table.set(key, [...(table.get(key) ?? []), ip])
    }
  }
  return table
}

/** Parses resolv.conf (resolv.conf(5)): the last `search` or `domain` counts. `ndots` is 1 by default, 15 at most. */
export function parseSearchRules(text: string): SearchRules {
  let search: string[] = []
  let ndots = 1
  for (const line of text.split('\n')) {
    const [key, ...values] = fieldsOf(line)
    if (key === 'search' || key === 'domain') search = values
    if (key !== 'options') continue
    const option = values.map((value) => /^ndots:(\d+)$/.exec(value)?.[1]).find((value) => value !== undefined)
    if (option !== undefined) ndots = Math.min(15, Number(option))
  }
  return { search, ndots }
}

/** The full names to ask for, in order, for a name as it was written. A final dot means: exactly this one. */
export function fullNames(name: string, { search, ndots }: SearchRules): string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)]
  const dots = name.split('.').length - 1
  const completed = search.filter((domain) => domain !== '.').map((domain) => `${name}.${domain.replace(/\.$/, '')}`)
  return dots >= ndots ? [name, ...completed] : [...completed, name]
}

/** How often a file is looked at again, in milliseconds. */
const LOOK_AGAIN_MS = 5000

/**
 * A parsed file that is read again when it has changed, looked at no more than every five seconds. Reading is synchronous on
 * purpose: these files are small and local, while asynchronous reading would queue in the very thread pool that a hanging name
 * look-up elsewhere in the process may have filled. `version` changes with the content. A missing file is an empty one.
 */
export function watchedFile<T>(path: string, parse: (text: string) => T) {
  let lookedAt = Number.NEGATIVE_INFINITY
  let stamp = ''
  let version = 0
  let value = parse('')
  return () => {
    const now = performance.now()
    if (now - lookedAt >= LOOK_AGAIN_MS) {
      lookedAt = now
      try {
        const { mtimeMs, size, ino } = statSync(path)
        const seen = `${mtimeMs}/${size}/${ino}`
        if (seen !== stamp) {
          value = parse(readFileSync(path, 'utf8'))
          stamp = seen
          version++
        }
      } catch {
        if (stamp !== '') version++
        stamp = ''
        value = parse('')
      }
    }
    return { value, version }
  }
}
