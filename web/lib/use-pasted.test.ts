import { expect, it } from 'vitest'
import { readPasted } from '../../shared/pasted/read.ts'
import { addWords } from './use-pasted.ts'

function words(text: string, most = 500): string {
  const entries = readPasted(text)
  const taken = entries.filter((entry) => entry.kind === 'backend')
  const missing = entries.filter((entry) => entry.kind === 'fault' || entry.kind === 'port').length
  return addWords({ backends: taken.map((entry) => entry.backend).slice(0, most), taken, missing })
}

it.each([
  ['', 'Add backend'],
  ['what is this', 'Add backend'],
  ['10.0.0.1:80', 'Add backend'],
  ['10.0.0.1:80\n10.0.0.2:80', 'Add 2 backends'],
  ['10.0.0.1:80\nwhat is this', 'Add the good one'],
  ['10.0.0.1:80\n10.0.0.2:80\n10.0.0.3', 'Add the 2 good ones'],
  ['upstream a {\nserver a;\nserver b;\nkeepalive 3;\n}', 'Add 2 backends'],
])('%j: %s', (text, expected) => expect(words(text)).toBe(expected))

it('says how many of too many', () => expect(words('a:1\na:2\na:3', 2)).toBe('Add the first 2'))
