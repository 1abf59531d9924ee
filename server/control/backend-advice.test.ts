import { expect, it } from 'vitest'
import type { BackendStatus, ProbeResult } from '../../shared/api/live.ts'
import { poolSchema } from '../../shared/config/pool.ts'
import { backendAdvice } from './backend-advice.ts'

const pool = poolSchema.parse({ id: 'app', healthCheck: { type: 'http', path: '/health' } })
const failed = (detail: string, rest: Partial<ProbeResult> = {}): ProbeResult => ({
  at: 1,
  passed: false,
  tookMs: 1,
  detail,
  ...rest,
})
const passed: ProbeResult = { at: 2, passed: true, tookMs: 1, detail: 'status 200', status: 200 }
const backend = (reason: string, probes: ProbeResult[], availability = 'unhealthy') =>
  ({ id: 'api-1', address: '10.0.0.5:3000', availability, reason, probes }) as BackendStatus

const test = '"Test" on the page of the pool shows each step.'

it.each([
  [
    'an ejected one',
    backend('5 failures in a row; for 30 s', [passed], 'ejected'),
    'It failed in live traffic, so it rests and then returns by itself. The page Requests shows what failed; drain it if that goes on.',
  ],
  [
    'a path that is not there',
    backend('2 failures in a row: status 404, expected 200-399', [
      failed('status 404, expected 200-399', { status: 404, fault: 'status' }),
    ]),
    `There is nothing at /health. Set healthCheck.path of the pool to an address that exists, or let the program respond to /health. ${test}`,
  ],
  [
    'a result of an earlier version, which does not tell its kind',
    backend('status 503', [failed('status 503', { status: 503 })]),
    `The program runs and says that it is not ready: it is starting, overloaded, or lacks something it depends on. Its log tells which. ${test}`,
  ],
  [
    'something else than what took it out',
    backend('2 failures in a row: status 503', [failed('connection refused', { fault: 'refused' })]),
    `By now: connection refused. Nothing listens on port 3000 at 10.0.0.5; is the service started? If it is, it may listen on another port, or only on 127.0.0.1 of its own machine: let it listen on 0.0.0.0. ${test}`,
  ],
  [
    'one that begins to pass',
    backend('2 failures in a row: status 503', [failed('status 503', { status: 503 }), passed]),
    `Its latest probe passed: after 2 probes in a row it takes traffic again. ${test}`,
  ],
  [
    'its own agent',
    backend('its agent says down: disk full', [passed]),
    'Its own agent takes it out of traffic. Look at what that agent reports.',
  ],
  ['nothing that is known', backend('connection reset', []), `Look at its log. ${test}`],
])('of %s', (_, status, advice) => {
  expect(backendAdvice(status, pool)).toBe(advice)
})
