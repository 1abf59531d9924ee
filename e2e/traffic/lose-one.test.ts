import { afterEach, expect, it } from 'vitest'
import type { Status } from '../../shared/api/live.ts'
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

let balancer: Balancer | undefined
let backends: NamedBackend[] = []
afterEach(() => endStory(balancer, backends))

const answerOf = (status: Status) => status.pools[0]?.canLoseOne

it('says that a pool cannot lose a backend when the limits would not have taken the peak, also after a restart', async () => {
  backends = await startBackends(2)
  const document = onePool(backends)
  for (const backend of document.pools?.[0]?.backends ?? []) Object.assign(backend, { maxConnections: 4 })
  const running = await balance(document)
  balancer = running
  expect(answerOf(await running.status())).toMatchObject({ verdict: 'unknown', lost: null })
  for (const backend of backends) backend.delayMs = 1500
  let stop: () => void = () => undefined
  const until = new Promise<void>((resolve) => {
    stop = resolve
  })
  const loading = load(running.url, { concurrency: 6, until })
  const status = await eventually('a firm no', 30_000, async () => {
    const now = await running.status()
    return answerOf(now)?.sentence.startsWith('Without') === true && now
  })
  expect(answerOf(status)?.sentence).toMatch(
    /^Without b\d the others take 4 requests at once, the peak of the last hour was [56]\.$/,
  )
  expect(status.attention).toMatchObject([{ key: 'tight:app', severity: 'warning', pool: 'app' }])
  stop()
  expect((await loading).failed).toBe(0)

  await running.stop('SIGTERM')
  balancer = await startBalancer({ data: running.data })
  const again = await eventually('the same after the restart', 15_000, async () => {
    const now = await balancer?.status()
    return now !== undefined && answerOf(now)?.sentence.startsWith('Without') === true && now
  })
  expect(again.attention.map(({ key }) => key)).toContain('tight:app')
})
