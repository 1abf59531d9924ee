/** What the system says about a process: processor time of each thread, memory, descriptors, size of its files. Linux only. */
import { readdirSync, readFileSync, statSync } from 'node:fs'

/** Processor time of the threads by name, in seconds; threads of one name are added up. */
export function threadSeconds(pid: number): Map<string, number> {
  const seconds = new Map<string, number>()
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8')
      const end = stat.lastIndexOf(')')
      // The name in brackets may hold spaces; the fields are counted from behind it.
      const fields = stat.slice(end + 2).split(' ')
      const name = stat.slice(stat.indexOf('(') + 1, end)
      seconds.set(name, (seconds.get(name) ?? 0) + (Number(fields[11]) + Number(fields[12])) / 100)
    } catch {
      // It ended in this moment.
    }
  }
  return seconds
}

/** Processor time of the whole process, threads that have ended included, in seconds. */
export function processSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** Resident memory in MiB. */
export function residentMiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024
}

export const descriptors = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length
export const threads = (pid: number): number => readdirSync(`/proc/${pid}/task`).length

/** Size of a file in MiB; 0 when there is none. */
export const fileMiB = (file: string): number => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) / 2 ** 20

/**
 * Processor time of a fixed piece of work, in milliseconds. On a machine that is shared, the same work takes more or less time as the
 * neighbours use the caches; figures of processor time are held against this one.
 */
export function yardstick(): number {
  const before = process.cpuUsage()
  let text = ''
  for (let round = 0; round < 4000; round += 1) {
    const fields = new Map<string, string>()
    for (let field = 0; field < 12; field += 1) fields.set(`field-${field}`, `${round * field}`)
    text = JSON.stringify([...fields]).slice(0, 100 + (text.length % 2))
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
