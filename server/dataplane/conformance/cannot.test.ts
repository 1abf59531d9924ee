import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { cannot } from './testing/cannot.ts'

/** Names of stories that are made from a row of a table: the row is what has to be there. */
const TOLD_BY_TABLE = [
  /^refuses (.*), closes, and tells no backend of it$/,
  /^takes (.*) from a backend, and passes a clean head on$/,
  /^takes (.*) from a backend, and keeps its connection$/,
  /^lets (.*) go when it does not take the end of its answer$/,
]
const here = import.meta.dirname

it('lists in docs/engines.md what http-proxy cannot do, word for word, both ways', () => {
  const page = readFileSync(join(here, '../../../docs/engines.md'), 'utf8')
  const section = page.split('## What http-proxy cannot do')[1]?.split('\n## ')[0] ?? ''
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| story') && !line.startsWith('| -'))
  expect(rows).toEqual(Object.entries(cannot).map(([name, why]) => `| ${name} | ${why} |`))
})

it('names only stories that are told', () => {
  const files = readdirSync(here).filter((file) => file.endsWith('.integration.test.ts'))
  const text = files.map((file) => readFileSync(join(here, file), 'utf8')).join('\n')
  for (const name of Object.keys(cannot)) {
    const what = TOLD_BY_TABLE.map((pattern) => pattern.exec(name)?.[1]).find(Boolean) ?? name
    expect(text, name).toContain(`'${what}'`)
  }
})
