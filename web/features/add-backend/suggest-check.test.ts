import { describe, expect, it } from 'vitest'
import type { ProbeAnswer } from '../../../shared/api/bodies.ts'
import { offerOf, questionOf } from './suggest-check.ts'

const answer = (address: string, passed: boolean, path?: string): [string, ProbeAnswer] => [
  address,
  { address, passed, steps: [], hint: null, suggested: path === undefined ? { type: 'tcp' } : { type: 'http', path } },
]
const health = { type: 'http', path: '/health' }

describe('a health check', () => {
  it('is asked of every member and of new ones that suggest another path', () => {
    const answers = new Map([answer('a:1', true, '/health'), answer('b:1', true, '/'), answer('c:1', true, '/health')])
    expect(questionOf(['a:1', 'b:1', 'c:1'], answers, ['m:1', 'm:2'])).toEqual({
      check: health,
      ask: ['m:1', 'm:2', 'b:1'],
    })
  })

  it.each([
    ['nothing is added', [], []],
    ['one has not answered', ['a:1', 'z:1'], []],
    ['one answers no HTTP', ['a:1', 'tcp:1'], []],
    ['the pool is too large to try', ['a:1'], Array.from({ length: 50 }, (_, index) => `m:${index + 1}`)],
  ])('is not tried when %s', (_, fresh, members) => {
    const answers = new Map([answer('a:1', true, '/health'), answer('tcp:1', true)])
    expect(questionOf(fresh, answers, members)).toBeUndefined()
  })

  it('is offered only when everybody passes it', () => {
    const question = questionOf(['a:1'], new Map([answer('a:1', true, '/health')]), ['m:1', 'm:2'])
    expect(offerOf(question, new Map([answer('m:1', true)]))).toEqual({ state: 'trying', check: health })
    expect(offerOf(question, new Map([answer('m:1', true), answer('m:2', false)]))).toEqual({
      state: 'refused',
      check: health,
      by: ['m:2'],
    })
    expect(offerOf(question, new Map([answer('m:1', true), answer('m:2', true)]))).toEqual({
      state: 'passed',
      check: health,
    })
    expect(offerOf(undefined, new Map())).toEqual({ state: 'none' })
  })
})
