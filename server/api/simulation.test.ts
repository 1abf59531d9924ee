import { afterEach, describe, expect, it } from 'vitest'
import type { SimulationAnswer, SimulationBody } from '../../shared/api/simulation.ts'
import { ControlError } from '../errors.ts'
import { type AdminWorld, adminWorld, asAdmin } from '../testing/admin-world.ts'

let world: AdminWorld
afterEach(() => world?.close())

const asked: { pool: string; body: SimulationBody }[] = []
async function start(simulate?: AdminWorld['parts']['simulate']) {
  asked.length = 0
  world = await adminWorld({
    simulate:
      simulate ??
      (async (pool, body) => {
        asked.push({ pool, body })
        return { source: 'recorded', requests: 1 } as SimulationAnswer
      }),
  })
}

async function post(payload?: object, headers: Record<string, string> = asAdmin) {
  const answer = await world.app.inject({
    method: 'POST',
    url: '/api/v1/pools/app/simulate',
    headers,
    ...(payload && { payload }),
  })
  return { status: answer.statusCode, headers: answer.headers, body: answer.json() }
}

describe('POST /pools/:id/simulate', () => {
  it('asks with defaults filled in', async () => {
    await start()
    expect(await post()).toMatchObject({ status: 200, body: { source: 'recorded' } })
    expect((await post({ strategy: { type: 'hash' }, remove: ['app-1'], mix: { clients: 7 } })).status).toBe(200)
    expect(asked).toMatchObject([
      { pool: 'app', body: { minutes: 5 } },
      {
        body: {
          strategy: { type: 'hash', on: 'client-ip', method: 'maglev' },
          remove: ['app-1'],
          mix: { clients: 7, requestsPerSecond: 100 },
        },
      },
    ])
  })

  it('names every fault of the body by its path', async () => {
    await start()
    const answer = await post({ minutes: 60, weights: { a: -1 }, strategy: { type: 'luck' }, mix: { skew: 9 } })
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } })
    expect(answer.body.issues.map((issue: { path: string }) => issue.path).sort()).toEqual([
      'minutes',
      'mix.skew',
      'strategy.type',
      'weights.a',
    ])
    expect(asked).toEqual([])
  })

  it('costs time of the processor, so viewers may not', async () => {
    await start()
    const token = async (role: string) => {
      const payload = { name: `for-${role}`, role }
      const made = await world.app.inject({ method: 'POST', url: '/api/v1/tokens', headers: asAdmin, payload })
      return { authorization: `Bearer ${made.json().secret}`, host: 'localhost' }
    }
    expect(await post({}, await token('viewer'))).toMatchObject({ status: 403, body: { code: 'role-too-low' } })
    expect((await post({}, await token('operator'))).status).toBe(200)
  })

  it('says when to come back', async () => {
    await start(async () => {
      throw new ControlError('not-available', '4 simulations wait already.', { retryAfterSeconds: 3 })
    })
    const busy = await post()
    expect(busy).toMatchObject({ status: 503, body: { code: 'not-available' } })
    expect(busy.headers['retry-after']).toBe('3')
  })
})
