/**
 * A copy of the configuration in force, beside the database: what a start falls back to when the database cannot be read. One small
 * file, replaced as a whole, so that there always is a whole one.
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { ConfigDocument } from '../../shared/config/config.ts'

/** Name of the file in the data directory. */
export const CONFIG_COPY = 'evenkeel.config.json'

export interface ConfigCopy {
  /** Number of the revision. */
  revision: number
  /** When it came into force; epoch milliseconds. */
  at: number
  author: string
  summary: string
  document: ConfigDocument
  /** What sticky cookies are signed with, so that a visitor stays with a backend. Secret, as is the whole file. */
  stickySecret: string
}

const schema = z.object({
  revision: z.number().int().positive(),
  at: z.number(),
  author: z.string(),
  summary: z.string(),
  document: z.record(z.string(), z.unknown()),
  stickySecret: z.string().min(1),
})

/** Replaces the copy; when it returns, the new one is on the disk. Throws what the file system reports; the old one stays then. */
export function writeConfigCopy(directory: string, copy: ConfigCopy): void {
  const file = join(directory, CONFIG_COPY)
  const partial = `${file}.partial`
  try {
    const descriptor = openSync(partial, 'w', 0o600)
    try {
      const bytes = Buffer.from(`${JSON.stringify(copy, undefined, 1)}\n`)
      for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(partial, file)
    syncDirectory(directory)
  } catch (error) {
    rmSync(partial, { force: true })
    throw error
  }
}

/** Makes a rename outlast a loss of power, where the file system lets a directory be synchronised. */
export function syncDirectory(directory: string): void {
  let descriptor: number | undefined
  try {
    descriptor = openSync(directory, 'r')
    fsyncSync(descriptor)
  } catch {
    // Not everywhere; the rename itself has been done.
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

/** The copy; undefined when there is none that can be read. */
export function readConfigCopy(directory: string): ConfigCopy | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(readFileSync(join(directory, CONFIG_COPY), 'utf8')))
    return parsed.success ? (parsed.data as unknown as ConfigCopy) : undefined
  } catch {
    return undefined
  }
}
