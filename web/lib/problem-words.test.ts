import { expect, it } from 'vitest'
import { ApiProblem } from './api.ts'
import { problemWords } from './problem-words.ts'

it('takes the words of the server where it spoke', () => {
  const problem = { type: 't', title: 'Not saved', status: 412, code: 'c', detail: 'Look again.' }
  expect(problemWords(new ApiProblem({ ...problem, issues: [{ path: 'a.b', message: 'is missing' }] }))).toEqual({
    title: 'Not saved',
    detail: 'Look again.',
    issues: ['a.b: is missing'],
    technical: undefined,
  })
  expect(problemWords(new ApiProblem({ ...problem, detail: '' })).detail).toBe('Not saved')
})

it.each([new Error('Missing queryFn: \'["status"]\''), new TypeError('x is undefined'), 'odd', undefined])(
  'keeps the words of developers apart: %s',
  (error) => {
    const { title, detail, technical } = problemWords(error)
    expect(`${title} ${detail}`).not.toMatch(/queryFn|undefined is|odd/)
    expect(detail).toMatch(/Try again, or reload the page/)
    expect(technical).toContain(error instanceof Error ? error.message : String(error))
  },
)
