import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CONFIG_COPY, type ConfigCopy, readConfigCopy, writeConfigCopy } from './config-copy.ts'

const copy = (revision: number): ConfigCopy => ({
  revision,
  at: 1000 + revision,
  author: 'ada',
  summary: 'changed',
  document: { version: 1, pools: [{ id: 'app' }] },
  stickySecret: 'secret',
})

describe('copy of the configuration', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'evenkeel-copy-'))
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  it('is read as it was written, replaces the one before, and only its owner reads it', () => {
    expect(readConfigCopy(directory)).toBeUndefined()
    writeConfigCopy(directory, copy(1))
    writeConfigCopy(directory, copy(2))
    expect(readConfigCopy(directory)).toEqual(copy(2))
    expect(readdirSync(directory)).toEqual([CONFIG_COPY])
    expect(statSync(join(directory, CONFIG_COPY)).mode & 0o777).toBe(0o600)
  })

  it.each([
    '',
    '{',
    'null',
    '{"revision":1}',
    '{"revision":0,"at":1,"author":"a","summary":"s","document":{},"stickySecret":"x"}',
  ])('counts as absent when it is not one: %s', (text) => {
    writeFileSync(join(directory, CONFIG_COPY), text)
    expect(readConfigCopy(directory)).toBeUndefined()
  })

  it('stays as it was when the new one cannot be written', () => {
    writeConfigCopy(directory, copy(1))
    const unwritable = {
      ...copy(2),
      document: {
        toJSON: () => {
          throw new Error('no')
        },
      },
    }
    expect(() => writeConfigCopy(directory, unwritable as never)).toThrow('no')
    expect(readConfigCopy(directory)).toEqual(copy(1))
    expect(readdirSync(directory)).toEqual([CONFIG_COPY])
  })
})
