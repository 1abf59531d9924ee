import { expect, it } from 'vitest'
import type { Health } from '../../shared/api/live.ts'
import { titleOf } from './title.ts'

const health = (severity: Health['severity'], brief: string): Health => ({ severity, sentence: 'so it is', brief })

it.each([
  [health('ok', ''), false, '', 'Evenkeel', 'favicon'],
  [health('ok', ''), false, 'app', 'app · Evenkeel', 'favicon'],
  [health('notice', ''), false, 'Events', 'Events · Evenkeel', 'favicon'],
  [health('notice', 'stopping'), false, '', 'stopping · Evenkeel', 'favicon'],
  [health('warning', '2 problems'), false, '', '▲ 2 problems · Evenkeel', 'favicon-warning'],
  [health('warning', 'app 1 of 6'), false, 'app', '▲ app 1 of 6 · app · Evenkeel', 'favicon-warning'],
  [health('error', 'app down'), false, '', '● app down · Evenkeel', 'favicon-down'],
  [health('error', 'app down'), true, '', '? No contact · Evenkeel', 'favicon-lost'],
  [undefined, true, 'Requests', '? No contact · Requests · Evenkeel', 'favicon-lost'],
  [undefined, false, 'Sign in', 'Sign in · Evenkeel', 'favicon'],
])('%j, lost: %s, on page "%s" is "%s"', (known, lost, page, title, icon) => {
  expect(titleOf({ health: known, lost, page })).toEqual({ title, icon })
})
