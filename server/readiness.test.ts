import { describe, expect, it } from 'vitest'
import type { ListenerStatus } from '../shared/api/live.ts'
import { readiness } from './readiness.ts'

const listener = (id: string, condition: ListenerStatus['condition'], problem: string | null = null) =>
  ({ id, condition, problem }) as ListenerStatus

describe('readiness', () => {
  const open = listener('web', 'listening')
  it.each([
    ['everything listens', { stopping: false, inForce: true, listeners: [open] }, true, 'ready'],
    ['draining', { stopping: true, inForce: true, listeners: [open] }, false, 'draining'],
    ['no configuration', { stopping: false, inForce: false, listeners: [] }, false, 'no configuration in force yet'],
    [
      'one listener is not open',
      {
        stopping: false,
        inForce: true,
        listeners: [open, listener('api', 'failed', 'port 80 is in use by nginx (pid 8).')],
      },
      false,
      'listener api is not listening: port 80 is in use by nginx (pid 8).',
    ],
    [
      'one listener is being opened',
      { stopping: false, inForce: true, listeners: [listener('api', 'starting')] },
      false,
      'listener api is not listening: starting',
    ],
  ])('%s', (_, facts, ready, reason) => expect(readiness(facts)).toEqual({ ready, reason }))
})
