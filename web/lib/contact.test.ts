import type { QueryClient } from '@tanstack/react-query'
import { describe, expect, it } from 'vitest'
import { pillWords } from '../components/live-pill.tsx'
import { contactAt, lostSentence } from './contact.ts'

const heardAt = new Date(2026, 10, 28, 16, 39, 50).getTime()
const client = (dataUpdatedAt: number | undefined) =>
  ({ getQueryState: () => (dataUpdatedAt === undefined ? undefined : { dataUpdatedAt }) }) as unknown as QueryClient

describe('contact with the balancer', () => {
  it.each([
    [0, 0],
    [1000, 0],
    [3500, 0],
    [3501, 3000],
    [12_900, 12_000],
    [-60_000, 0],
  ])('%i ms after the last word it is lost for %i ms', (silent, lostFor) => {
    expect(contactAt(client(heardAt), heardAt + silent)).toEqual({ heardAt, lostFor })
  })

  it('cannot be lost before there was any', () => {
    expect(contactAt(client(undefined), heardAt)).toEqual({ heardAt: 0, lostFor: 0 })
  })

  it('says for how long it is lost and from when what is shown is', () => {
    const lost = { state: 'live' as const, retryIn: 0, heardAt, lostFor: 12_000 }
    expect(lostSentence(lost)).toMatch(/^No contact with the balancer for 12 s; what follows is from (.* )?16:39:50$/)
    expect(pillWords(lost)).toEqual({
      tone: 'warn',
      shown: 'No data for 12 s',
      spoken: 'No contact with the balancer',
    })
    expect(pillWords({ ...lost, state: 'reconnecting', retryIn: 3 }).shown).toBe('Reconnecting 3 s')
    expect(pillWords({ ...lost, lostFor: 0 }).shown).toBe('Live')
  })
})
