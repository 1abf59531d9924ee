import { afterEach, expect, test } from 'vitest'
import { formatHostPort } from '../../shared/address.ts'
import type { ProbeAnswer } from '../../shared/api/bodies.ts'
import { type HealthCheckConfig, healthCheckSchema } from '../../shared/config/health-check.ts'
import { createAddressProber } from './address-prober.ts'
import { createProbes } from './probes.ts'
import { NameFailed, type Resolver } from './resolver.ts'
import { closeAll, deadBackend, hangingBackend, httpBackend, rawBackend } from './testing.ts'

afterEach(closeAll)

const resolver: Pick<Resolver, 'resolve' | 'close'> = {
  resolve: async (host) => {
    if (host === 'gone.internal') throw new NameFailed('not-found', `name not found: ${host}`)
    return /^[\d.:]+$/.test(host) ? [host] : ['127.0.0.1']
  },
  close: () => undefined,
}
const probes = createProbes({ resolver })
const { probeAddress } = createAddressProber({ probes })
const check = (input: Record<string, unknown>) => healthCheckSchema.parse(input) as HealthCheckConfig
const stepsOf = ({ steps }: ProbeAnswer) =>
  steps.map(({ step, passed, detail }) => `${step} ${passed ? 'ok' : 'failed'}: ${detail}`)

/** Answers each path with the status given, 404 otherwise. */
const withPaths = (statuses: Record<string, number>) =>
  httpBackend(({ url }, response) => response.writeHead(statuses[url ?? ''] ?? 404).end())

test('three steps, and the first path that answers well is suggested', async () => {
  const { port } = await withPaths({ '/healthz': 200, '/': 200 })
  const answer = await probeAddress({ address: `app.internal:${port}` })
  expect(stepsOf(answer)).toEqual([
    'dns ok: 127.0.0.1',
    'tcp ok: connected',
    'http ok: /healthz answers with status 200',
  ])
  expect(answer).toMatchObject({ passed: true, hint: null, suggested: { type: 'http', path: '/healthz' } })
  expect(answer.steps.every(({ tookMs }) => tookMs >= 0)).toBe(true)
})

test('a redirect counts only where no path answers 2xx', async () => {
  const redirecting = await withPaths({ '/health': 302, '/': 200 })
  expect((await probeAddress({ address: formatHostPort(redirecting) })).suggested).toEqual({ type: 'http', path: '/' })
  const login = await withPaths({ '/health': 302, '/healthz': 302, '/': 302 })
  expect((await probeAddress({ address: formatHostPort(login) })).suggested).toEqual({ type: 'http', path: '/health' })
})

test('where no path answers well a connection is enough, with advice', async () => {
  const { port } = await withPaths({})
  const answer = await probeAddress({ address: `127.0.0.1:${port}` })
  expect(answer).toMatchObject({ passed: true, suggested: { type: 'tcp' } })
  expect(stepsOf(answer)[2]).toBe('http failed: status 404, expected 200-399')
  expect(answer.hint).toContain('none of /health, /healthz, / answers')
  const mail = await rawBackend((socket) => socket.end('220 mail.example ESMTP\r\n'))
  expect((await probeAddress({ address: formatHostPort(mail) })).hint).toContain('not in HTTP')
})

test('a given check is carried out as it is', async () => {
  const { port } = await withPaths({ '/up': 204 })
  const address = `127.0.0.1:${port}`
  const passed = await probeAddress({ address, healthCheck: check({ type: 'http', path: '/up' }) })
  expect(passed).toMatchObject({ passed: true, hint: null, suggested: null })
  const failed = await probeAddress({ address, healthCheck: check({ type: 'http', path: '/down' }) })
  expect(failed).toMatchObject({ passed: false, suggested: null })
  expect(stepsOf(failed)[2]).toBe('http failed: status 404, expected 200-399')
  expect(failed.hint).toContain('There is nothing at /down')
  const tcp = await probeAddress({ address: '127.0.0.1:9', healthCheck: check({ type: 'tcp', port }) })
  expect(stepsOf(tcp)).toEqual(['dns ok: is an IP address', 'tcp ok: connected'])
})

test('nothing listens', async () => {
  const { port } = await deadBackend()
  const answer = await probeAddress({ address: `127.0.0.1:${port}` })
  expect(stepsOf(answer)).toEqual(['dns ok: is an IP address', 'tcp failed: connection refused'])
  expect(answer.hint).toContain(`Nothing listens on port ${port} at 127.0.0.1; is the service started?`)
  expect(answer.hint).toContain('container')
})

test('a name that leads nowhere, an address that is refused, a text that is no address', async () => {
  const gone = await probeAddress({ address: 'gone.internal:80' })
  expect(stepsOf(gone)).toEqual(['dns failed: name not found: gone.internal'])
  expect(gone.hint).toContain('"gone.internal" leads nowhere')
  const metadata = await probeAddress({ address: '169.254.169.254:80' })
  expect(metadata).toMatchObject({ passed: false, steps: [{ step: 'dns', passed: false }] })
  expect(metadata.hint).toContain('credentials')
  expect(await probeAddress({ address: 'no address' })).toMatchObject({ passed: false, steps: [] })
})

test('a backend that never answers costs no more than the whole time', async () => {
  const backend = await hangingBackend()
  const began = performance.now()
  const answer = await createAddressProber({ probes, totalMs: 300 }).probeAddress({ address: formatHostPort(backend) })
  expect(performance.now() - began).toBeLessThan(1300)
  expect(answer).toMatchObject({ passed: true, suggested: { type: 'tcp' } })
  expect(answer.hint).toContain('does not respond in time')
  const strict = await probeAddress({
    address: formatHostPort(backend),
    healthCheck: check({ type: 'http', timeout: '60ms' }),
  })
  expect(strict.passed).toBe(false)
  expect(stepsOf(strict)[2]).toBe('http failed: no answer within 60 ms')
})
