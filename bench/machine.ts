/** Where and on what a measurement ran. */
import { execFileSync } from 'node:child_process'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { generator } from './load.ts'
import { pinned, ROOT } from './processes.ts'

export interface Machine {
  date: string
  commit: string
  /** Sources of the balancer differ from the commit. */
  changed: boolean
  processor: string
  cores: number
  memoryGiB: number
  kernel: string
  node: string
  generator: string
  pinned: boolean
  /** Average of the last minute before anything ran: the neighbours. */
  loadBefore: number
}

function git(...args: string[]): string {
  try {
    return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return ''
  }
}

export function describeMachine(): Machine {
  return {
    date: new Date().toISOString(),
    commit: git('rev-parse', '--short', 'HEAD') || 'unknown',
    changed: git('status', '--porcelain', '--', 'server', 'shared', 'package-lock.json') !== '',
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: totalmem() / 2 ** 30,
    kernel: `${type()} ${release()}`,
    node: process.version,
    generator,
    pinned,
    loadBefore: loadavg()[0] ?? 0,
  }
}
