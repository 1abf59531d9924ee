import { describe, expect, it } from 'vitest'
import { ownAnswers, refusal, renderOwnAnswer } from './own-answers.ts'
import { ulid } from './ulid.ts'

describe('answers of ours', () => {
  it('are a page for browsers and problem+json for everybody else, with the request id', () => {
    const page = renderOwnAnswer(ownAnswers.noBackend, 'text/html,*/*', '01J')
    expect(page.type).toContain('text/html')
    expect(page.body).toContain('503 Service Unavailable')
    expect(page.body).toContain('01J')
    const problem = renderOwnAnswer(ownAnswers.noBackend, '*/*', '01J')
    expect(problem.type).toBe('application/problem+json')
    expect(JSON.parse(problem.body)).toMatchObject({ status: 503, requestId: '01J' })
  })

  it('show what a client sent as text only', () => {
    expect(renderOwnAnswer(refusal(400, '<script>'), 'text/html', '"<b>').body).not.toMatch(/<script>|<b>/)
  })
})

describe('ulid', () => {
  it('is 26 characters, unique, and sorts by time', () => {
    const ids = Array.from({ length: 5000 }, () => ulid(1_700_000_000_000))
    expect(new Set(ids).size).toBe(5000)
    expect(ids.every((id) => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(id))).toBe(true)
    expect(ulid(1_700_000_000_001) > (ids[0] as string).slice(0, 10)).toBe(true)
    expect(ulid(1_800_000_000_000).slice(0, 10) > ulid(1_700_000_000_000).slice(0, 10)).toBe(true)
  })
})
