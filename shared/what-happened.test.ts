import { expect, test } from 'vitest'
import { type Happened, type WindowCounts, whatHappened, windowWords } from './what-happened.ts'

const nothing: WindowCounts = {
  requests: 0,
  s1xx: 0,
  s2xx: 0,
  s3xx: 0,
  s4xx: 0,
  s5xx: 0,
  ours: 0,
  aborted: 0,
  bytesOut: 0,
}

test.each<[string, Partial<WindowCounts>, number, Omit<Happened, 'seconds'>]>([
  [
    'before the first second nothing is known, not even that nothing happened',
    {},
    0,
    { requestsPerSecond: null, failed: 0, errorShare: null, bytesPerSecond: null },
  ],
  [
    'an idle window has no share of errors',
    {},
    10,
    { requestsPerSecond: 0, failed: 0, errorShare: null, bytesPerSecond: 0 },
  ],
  [
    'a window is divided by its own length',
    { requests: 30, s2xx: 30, bytesOut: 600 },
    3,
    { requestsPerSecond: 10, failed: 0, errorShare: 0, bytesPerSecond: 200 },
  ],
  [
    'errors are those of backends and those for want of one',
    { requests: 40, s2xx: 20, s4xx: 10, s5xx: 4, ours: 6 },
    10,
    { requestsPerSecond: 4, failed: 10, errorShare: 0.25, bytesPerSecond: 0 },
  ],
  [
    'a total outage is 100 %',
    { requests: 520, ours: 520 },
    10,
    { requestsPerSecond: 52, failed: 520, errorShare: 1, bytesPerSecond: 0 },
  ],
  [
    'what has not ended yet is neither well nor failed',
    { requests: 100, s2xx: 1, ours: 1 },
    10,
    { requestsPerSecond: 10, failed: 1, errorShare: 0.5, bytesPerSecond: 0 },
  ],
  [
    'requests of before that fail now count now, and never more than all',
    { requests: 1, ours: 50 },
    10,
    { requestsPerSecond: 0.1, failed: 50, errorShare: 1, bytesPerSecond: 0 },
  ],
  [
    'tries repeated elsewhere do not thin the errors out',
    { requests: 200, s2xx: 50, ours: 50 },
    10,
    { requestsPerSecond: 20, failed: 50, errorShare: 0.5, bytesPerSecond: 0 },
  ],
  [
    'a client that gives up is no error, but it ended',
    { requests: 4, s1xx: 1, s3xx: 1, s5xx: 1, aborted: 1 },
    1,
    { requestsPerSecond: 4, failed: 1, errorShare: 0.25, bytesPerSecond: 0 },
  ],
])('%s', (_, counts, seconds, expected) => {
  expect(whatHappened({ ...nothing, ...counts }, seconds)).toEqual({ seconds, ...expected })
})

test.each([
  [10, 'last 10 s'],
  [3, 'last 3 s'],
  [0, 'nothing counted yet'],
])('%d seconds are called "%s"', (seconds, words) => expect(windowWords(seconds)).toBe(words))
