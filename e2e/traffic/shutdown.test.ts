import http from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import {
  type Balancer,
  balance,
  endStory,
  eventually,
  load,
  type NamedBackend,
  onePool,
  startBackends,
} from './world.ts'

const get = (url: string, agent?: http.Agent) =>
  new Promise<{ status: number; connection: string; retryAfter: string; body: string }>((resolve, reject) => {
    http
      .get(url, { agent }, (answer) => {
        let body = ''
        answer.on('data', (chunk) => {
          body += chunk
        })
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            connection: String(answer.headers.connection),
            retryAfter: String(answer.headers['retry-after']),
            body,
          }),
        )
        answer.on('error', reject)
      })
      .on('error', reject)
  })

describe('stopping and failing', () => {
  let balancer: Balancer | undefined
  let backends: NamedBackend[] = []
  afterEach(() => endStory(balancer, backends))

  it.each(['native', 'http-proxy'])(
    'SIGTERM: readyz says 503, what is open is finished with Connection: close, exit 0 (%s)',
    async (engine) => {
      backends = await startBackends(2)
      const running = await balance(onePool(backends, {}, { engine }))
      balancer = running
      for (const backend of backends) backend.delayMs = 1500
      const open = get(running.url)
      await eventually('the request is with a backend', 3000, () => backends.some((backend) => backend.requests > 0))
      const stopped = running.stop('SIGTERM')
      const ready = await eventually('not ready any more', 1000, async () => {
        const answer = await get(`${running.admin}/readyz`).catch(() => undefined)
        return answer !== undefined && answer.status === 503 && answer
      })
      expect(ready.status).toBe(503)
      await expect(get(running.url)).rejects.toThrow()
      expect(await open).toMatchObject({ status: 200, connection: 'close' })
      expect(await stopped).toBe(0)
    },
  )

  it('all backends gone: 503 with Retry-After; one that cannot be resolved is unhealthy with the reason and harms nobody', async () => {
    backends = await startBackends(1)
    const document = onePool(backends, { panicThreshold: 0 })
    document.pools?.[0]?.backends?.push({ id: 'nowhere', address: 'no-such-host.invalid:80' })
    const running = await balance(document)
    balancer = running
    const nowhere = await eventually('nowhere is unhealthy', 10_000, async () => {
      const found = (await running.status()).pools[0]?.backends.find((backend) => backend.id === 'nowhere')
      return found?.availability === 'unhealthy' && found
    })
    expect(nowhere.reason).toContain('name not found')
    expect(await load(running.url, { concurrency: 4, requests: 100 })).toMatchObject({ ok: 100, failed: 0 })
    await backends[0]?.kill()
    await eventually('everybody is out', 10_000, async () => (await get(running.url)).status === 503)
    const answer = await get(running.url)
    expect(answer.status).toBe(503)
    expect(Number(answer.retryAfter)).toBeGreaterThan(0)
  })
})
