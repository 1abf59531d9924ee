/** What the readers of pasted text give: a server, a fault that names the word, or a line that names no server. */
import type { AdminState } from '../config/pool.ts'

/** A server as the pasted text means it. */
export interface Server {
  host: string
  /** Absent where the text names none: it is asked for once. */
  port?: number | undefined
  /** The name that the text gives it. */
  id?: string | undefined
  weight?: number | undefined
  backup?: boolean | undefined
  maxConnections?: number | undefined
  adminState?: AdminState | undefined
  /** What was left out or means something else here. */
  notes: string[]
}

export interface Fault {
  /** The word that is not understood or cannot be taken, and what to write. */
  fault: string
}

export type Reading = { server: Server } | Fault | { leftOut: string }

/** A reading with the line that it comes from; lines count from 1. */
export interface Found {
  line: number
  text: string
  reading: Reading
}

/** What a reader of several lines found, and the index of the first line that it did not read. */
export interface Block {
  found: Found[]
  next: number
}

export const NO_SERVER = 'names no server'
const STRATEGY = 'a strategy is chosen in the settings of the pool'
const strategies = new Set([
  'least_conn',
  'ip_hash',
  'hash',
  'random',
  'least_time',
  'balance',
  'hash-type',
  'lb_policy',
])

/** Why a line that names no server is left out. */
export function leftOut(keyword: string | undefined): { leftOut: string } {
  return { leftOut: strategies.has(keyword ?? '') ? STRATEGY : NO_SERVER }
}

/** A whole number of a setting: `weight=5`. */
export function count(word: string, text: string, [least, most]: [number, number]): number | Fault {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : undefined
  if (number !== undefined && number >= least && number <= most) return number
  return { fault: `"${word}" is not understood; write a whole number of ${least} to ${most}` }
}

export const WEIGHTS: [number, number] = [0, 1_000_000]
export const CONNECTIONS: [number, number] = [0, 1_000_000]
