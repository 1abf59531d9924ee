import { expect, test } from 'vitest'
import { answerFor, moodAt, type Random } from './sample-answers.ts'

const half: Random = () => 0.5

test('the flaky one begins well, has an episode of errors, recovers, and falls sick', () => {
  const story: string[] = []
  for (let ms = 0; ms < 132_000; ms += 1000) if (story.at(-1) !== moodAt(ms)) story.push(moodAt(ms))
  expect(story).toEqual(['well', 'errors', 'well', 'sick'])
  expect(moodAt(132_000)).toBe('well')
})

test('while sick it fails its health check; while it errs the check passes and many requests fail', () => {
  expect(answerFor('flaky', '/health', 115_000, half).status).toBe(503)
  expect(answerFor('flaky', '/health', 45_000, half).status).toBe(200)
  expect(answerFor('flaky', '/', 45_000, half).status).toBe(500)
  expect(answerFor('flaky', '/', 45_000, () => 0.9).status).toBe(200)
})

test('the others stay well; paths that do not exist are 404', () => {
  expect(answerFor('fast', '/', 115_000, half).status).toBe(200)
  expect(answerFor('slow', '/api/items/7', 45_000, half).status).toBe(200)
  expect(answerFor('fast', '/old-page', 0, half).status).toBe(404)
  expect(answerFor('fast', '/', 0, half).delayMs).toBeLessThan(answerFor('slow', '/', 0, half).delayMs)
  expect(answerFor('fast', '/api/report', 0, half).delayMs).toBeGreaterThan(300)
})
