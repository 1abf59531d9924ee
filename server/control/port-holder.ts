/** Who listens on a port, from the kernel's tables. Best effort, Linux only; nobody is seen elsewhere. */
import { readdir, readFile, readlink } from 'node:fs/promises'
import { basename } from 'node:path'
import { parseHostPort } from '../../shared/address.ts'

const LISTEN = '0A'
/** Programs that are named by the script they run. */
const INTERPRETERS = /^(node|bun|deno|python[\d.]*|ruby|perl|php[\d.]*)$/

export interface PortHolders {
  /** This very process listens there, on the same or an overlapping address. */
  self: boolean
  /** Other programs, such as `nginx (pid 812)` or `a program of user www-data`. */
  others: string[]
}

interface Listening {
  inode: string
  uid: string
}

const plainHost = (host: string) => {
  const lower = host.toLowerCase()
  return lower.includes(':') ? new URL(`http://[${lower}]`).hostname : lower
}

/** `0100007F` is 127.0.0.1: words of four bytes, each in the byte order of the machine. */
function readAddress(hex: string): string {
  const bytes = hex.match(/.{8}/g)?.flatMap((word) => word.match(/../g)?.reverse() ?? []) ?? []
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join('.')
  const groups = Array.from({ length: 8 }, (_, index) => `${bytes[2 * index]}${bytes[2 * index + 1]}`)
  return plainHost(groups.join(':'))
}

/** Whether listening on both would clash. A name counts as any address; `::` takes IPv4 too, as it does by default. */
function overlap(wanted: string, taken: string): boolean {
  if (wanted === taken || wanted === '[::]' || taken === '[::]' || /[^\d.]/.test(wanted.replace(/^\[.*\]$/, '')))
    return true
  return (wanted === '0.0.0.0' || taken === '0.0.0.0') && !wanted.startsWith('[') && !taken.startsWith('[')
}

async function listening(host: string, port: number): Promise<Map<string, Listening>> {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  const found = new Map<string, Listening>()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const text = await readFile(table, 'utf8').catch(() => '')
    for (const line of text.split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/)
      const [address = '', at] = fields[1]?.split(':') ?? []
      const [uid, inode] = [fields[7], fields[9]]
      if (at !== wanted || fields[3] !== LISTEN || !inode || !uid) continue
      if (overlap(plainHost(host), readAddress(address))) found.set(inode, { inode, uid })
    }
  }
  return found
}

/** Which of these sockets a process has. */
async function socketsOf(pid: string, sockets: ReadonlyMap<string, Listening>): Promise<string[]> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => [])
  const targets = await Promise.all(descriptors.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')))
  return targets.flatMap((target) => {
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1]
    return inode !== undefined && sockets.has(inode) ? [inode] : []
  })
}

/** A path, and not the program text of `node -e` or a number that belongs to a flag. */
const SCRIPT = /^[\w@+~/\\:-]*[./][\w@+~./\\:-]*$/

/** `nginx`, `node /srv/app.js`; never the other arguments, which may hold secrets. */
async function programOf(pid: string): Promise<string> {
  const [file = '', ...args] = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0')
  // nginx and others write a title over their arguments: "nginx: master process /usr/sbin/nginx".
  const name = basename(file.split(/:? /)[0] ?? '')
  const script = INTERPRETERS.test(name) ? args.find((arg) => !arg.startsWith('-') && SCRIPT.test(arg)) : undefined
  const short = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim()
  return script === undefined ? name || short || 'a program' : `${name} ${script}`
}

async function userName(uid: string): Promise<string> {
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '')
  return new RegExp(`^([^:]+):[^:]*:${uid}:`, 'm').exec(users)?.[1] ?? uid
}

/** Who listens on an address or on one that overlaps with it. */
export async function portHolders(bind: string): Promise<PortHolders> {
  const at = parseHostPort(bind, true)
  const sockets = at === undefined ? new Map<string, Listening>() : await listening(at.host, at.port)
  const holders: PortHolders = { self: false, others: [] }
  if (sockets.size === 0) return holders
  const unseen = new Map(sockets)
  for (const pid of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(pid)) continue
    const held = await socketsOf(pid, sockets)
    for (const inode of held) unseen.delete(inode)
    if (held.length === 0) continue
    if (Number(pid) === process.pid) holders.self = true
    else holders.others.push(`${await programOf(pid)} (pid ${pid})`)
  }
  // Whose descriptors we may not look at, the table still names the owner of.
  for (const uid of new Set([...unseen.values()].map((socket) => socket.uid)))
    holders.others.push(`a program of user ${await userName(uid)}`)
  return holders
}
