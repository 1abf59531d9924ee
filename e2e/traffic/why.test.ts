/** Why this backend: what a logged request tells. */
import http from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import type { ExchangeRecord } from '../../shared/api/records.ts'
import { type Balancer, balance, endStory, eventually, type NamedBackend, onePool, startBackends } from './world.ts'

const ask = (url: string, headers: Record<string, string>) =>
  new Promise<{ id: string; backend: string; seen: string }>((resolve, reject) => {
    http
      .get(url, { agent: false, headers }, (answer) => {
        answer.resume()
        answer.on('end', () =>
          resolve({
            id: String(answer.headers['x-request-id']),
            backend: String(answer.headers['x-backend']),
            seen: '',
          }),
        )
      })
      .on('error', reject)
  })

describe.each(['native', 'http-proxy'] as const)('why this backend (%s)', (engine) => {
  let balancer: (Balancer & { url: string }) | undefined
  let backends: NamedBackend[] = []
  afterEach(() => endStory(balancer, backends))

  const record = (id: string) =>
    eventually('the record', 3000, async () => {
      const answer = await (balancer as Balancer).api<ExchangeRecord>('GET', `/exchanges/${id}`)
      return answer.status === 200 && answer.body
    })

  it('tells candidates, scores, who was left out and every try, to an admin who asks', async () => {
    backends = await startBackends(4)
    const members = backends.map(({ name, address }, index) => ({
      id: name,
      address,
      adminState: index === 3 ? 'draining' : 'active',
      weight: index + 1,
    }))
    balancer = await balance(onePool([], { backends: members, strategy: { type: 'least-connections' } }, { engine }))
    const { body: token } = await balancer.api<{ field: string; value: string }>('POST', '/debug-token')
    const first = await ask(balancer.url, { [token.field]: token.value })
    const one = await record(first.id)
    expect(one).toMatchObject({ loggedBecause: 'debug', backend: first.backend, status: 200 })
    expect(one.why).toMatchObject({ strategy: 'least-connections', failingOpen: false, takenAt: 'pick' })
    expect(one.why?.candidates).toEqual([
      { backend: 'b1', inFlight: 0, weight: 1, score: 0 },
      { backend: 'b2', inFlight: 0, weight: 2, score: 0 },
      { backend: 'b3', inFlight: 0, weight: 3, score: 0 },
    ])
    expect(one.why?.leftOut).toEqual([{ backend: 'b4', because: 'draining' }])
    expect(one.attempts).toMatchObject([
      { backend: first.backend, outcome: 'ok', reason: 'fewest in flight for its weight' },
    ])
    // The field is for us: no backend must see it.
    for (const { headers } of backends) expect(headers).not.toHaveProperty('x-evenkeel-debug')

    await (backends[2] as NamedBackend).kill()
    // Half of the weight is b3's, so its turn comes within four requests.
    const asked = []
    for (let turn = 0; turn < 4; turn++) asked.push(await ask(balancer.url, { [token.field]: token.value }))
    const records = await Promise.all(asked.map(({ id }) => record(id)))
    const at = records.findIndex(({ attempts }) => attempts.length > 1)
    const [second, two] = [asked[at] as (typeof asked)[0], records[at] as ExchangeRecord]
    expect(two).toMatchObject({ status: 200, backend: second.backend })
    expect(two.attempts.map(({ backend }) => backend)).toEqual(['b3', second.backend])
    expect(two.attempts[0]?.outcome).toContain('refused')
    expect(two.why?.leftOut).toContainEqual({ backend: 'b3', because: 'tried' })

    const forged = await ask(balancer.url, { [token.field]: 'zzzzzz.made-up' })
    expect((await record(forged.id)).loggedBecause).toBe('sample')
  })
})
