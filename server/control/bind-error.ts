/** Says why an address cannot be listened on: the port, who holds it where that can be seen, and the ways out. */
import { readdir, readFile, readlink } from 'node:fs/promises'
import { parseHostPort } from '../../shared/address.ts'
import { ControlError } from '../errors.ts'
import type { BindProblem } from './data-plane.ts'

const LISTEN = '0A'

/** Socket inodes that listen on a port, from the kernel's tables (Linux only; empty elsewhere). */
async function listeningInodes(port: number): Promise<Set<string>> {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  const inodes = new Set<string>()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const text = await readFile(table, 'utf8').catch(() => '')
    for (const line of text.split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/)
      if (fields[1]?.endsWith(`:${wanted}`) && fields[3] === LISTEN && fields[9]) inodes.add(fields[9])
    }
  }
  return inodes
}

async function holds(pid: string, inodes: Set<string>): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => [])
  for (const descriptor of descriptors) {
    const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '')
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1]
    if (inode && inodes.has(inode)) return true
  }
  return false
}

/** Program that listens on a TCP port, such as `nginx (pid 812)`; undefined where it cannot be seen. Best effort, Linux only. */
export async function portHolder(port: number): Promise<string | undefined> {
  const inodes = await listeningInodes(port)
  if (inodes.size === 0) return undefined
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))
  for (const pid of pids) {
    if (!(await holds(pid, inodes))) continue
    if (Number(pid) === process.pid) return 'this very process (another listener, or the dashboard)'
    const name = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim()
    return `${name || 'a program'} (pid ${pid})`
  }
  return undefined
}

/** One sentence and the ways out for one bind that failed. */
export async function explainBind({ listener, bind, problem }: BindProblem): Promise<string> {
  const port = parseHostPort(bind, true)?.port ?? 0
  const who = `Listener "${listener}" cannot listen on ${bind}`
  if (problem.includes('EADDRINUSE')) {
    const holder = await portHolder(port)
    const by = holder ? `by ${holder}` : 'by another program'
    return `${who}: port ${port} is in use ${by}. Stop it, choose another port, or bind another address of this machine.`
  }
  if (problem.includes('EACCES'))
    return (
      `${who}: port ${port} needs a right this process does not have. Choose a port above 1023; or allow it with ` +
      `"sudo setcap cap_net_bind_service=+ep $(readlink -f $(which node))"; or lower the limit with ` +
      `"sudo sysctl net.ipv4.ip_unprivileged_port_start=${port}".`
    )
  if (problem.includes('EADDRNOTAVAIL'))
    return `${who}: this machine does not have that address. Use 0.0.0.0 for every IPv4 address, or one that the machine has.`
  return `${who}: ${problem}.`
}

/** The `cannot-bind` error for everything that failed. */
export async function bindError(problems: BindProblem[]): Promise<ControlError> {
  const details = await Promise.all(problems.map(explainBind))
  const issues = problems.map((problem, index) => ({
    path: `listeners.${problem.listener}.bind`,
    message: details[index] as string,
  }))
  return new ControlError('cannot-bind', `${details.join(' ')} Nothing has changed.`, { issues })
}
