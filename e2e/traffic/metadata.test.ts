/** Addresses of metadata services: no way leads there, neither by configuration, nor by probe, nor by what is stored. */
import { afterEach, describe, expect, it } from 'vitest'
import type { ProbeAnswer } from '../../shared/api/bodies.ts'
import type { Problem } from '../../shared/api/problem.ts'
import {
  type Balancer,
  balance,
  endStory,
  eventually,
  load,
  type NamedBackend,
  onePool,
  startBackends,
  startBalancer,
} from './world.ts'

const WORDS = 'is a link-local or cloud metadata address'

describe('metadata addresses', () => {
  let balancer: Balancer | undefined
  let backends: NamedBackend[] = []
  afterEach(() => endStory(balancer, backends))

  it('are refused in the configuration and by the probe, whoever asks', async () => {
    backends = await startBackends(1)
    const running = await balance(onePool(backends))
    balancer = running
    for (const address of ['169.254.169.254:80', '[64:ff9b::a9fe:a9fe]:80', '[::169.254.169.254]:80']) {
      const added = await running.api<Problem>('POST', '/pools/app/backends', { id: 'bad', address })
      expect(added.status).toBe(422)
      expect(added.body.detail).toContain(WORDS)
      expect(added.body.issues?.[0]?.path).toMatch(/^pools\.0\.backends\.1\.address$/)
      const probed = await running.api<ProbeAnswer>('POST', '/probe', { address })
      expect(probed.body).toMatchObject({ passed: false, steps: [{ step: 'dns', passed: false }] })
      expect(probed.body.steps[0]?.detail).toContain(WORDS)
    }
    expect(await load(running.url, { concurrency: 2, requests: 20 })).toMatchObject({ ok: 20 })
  })

  it('that were stored with leave carry nothing without it, and stand in the way of no other change', async () => {
    backends = await startBackends(1)
    const document = onePool(backends, { healthCheck: { type: 'none' } })
    document.pools?.[0]?.backends?.push({ id: 'bad', address: '169.254.169.254:80' })
    const lenient = await startBalancer({ args: ['--allow-address', '169.254.169.254'] })
    balancer = lenient
    const put = await lenient.api('PUT', '/config', document, { 'if-match': `"${(await lenient.status()).revision}"` })
    expect(put.status).toBe(200)
    await lenient.stop()

    const strict = await startBalancer({ data: lenient.data })
    balancer = strict
    const bad = await eventually('both are known', 10_000, async () => {
      const [good, other] = (await strict.status()).pools[0]?.backends ?? []
      return good?.availability === 'healthy' && other
    })
    expect(bad).toMatchObject({ availability: 'unhealthy', reason: expect.stringContaining(WORDS) })
    const url = strict.listeners.web as string
    expect(await load(url, { concurrency: 2, requests: 40 })).toMatchObject({ ok: 40, failed: 0 })
    expect((await strict.api('PATCH', '/pools/app', { drain: '10s' })).status).toBe(200)
    await backends[0]?.kill()
    await eventually('refused', 5000, async () => (await fetch(url)).status >= 502)
  })
})
