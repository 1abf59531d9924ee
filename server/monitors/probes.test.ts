import { afterEach, describe, expect, test } from 'vitest'
import { type HealthCheckConfig, healthCheckSchema } from '../../shared/config/health-check.ts'
import { inWords } from './connect.ts'
import { type Probe, ProbeNotMade, type ProbeTarget } from './probe.ts'
import { createProbes } from './probes.ts'
import { NameFailed, type Resolver } from './resolver.ts'
import { closeAll, deadBackend, hangingBackend, httpBackend, rawBackend, resettingBackend } from './testing.ts'

afterEach(closeAll)

const NOW = 1_700_000_000_000
const resolver: Pick<Resolver, 'resolve' | 'close'> = {
  resolve: async (host) => {
    if (/^[\d.:]+$/.test(host)) return [host]
    if (host === 'app.internal') return ['127.0.0.1']
    if (host === 'metadata.internal') return ['169.254.169.254']
    if (host === 'silent.internal') return new Promise(() => undefined)
    throw new NameFailed('not-found', `name not found: ${host}`)
  },
  close: () => undefined,
}
const probes = createProbes({ resolver, wallClock: () => NOW })

function probeOf(check: Record<string, unknown>): Probe {
  return probes.of(healthCheckSchema.parse(check) as HealthCheckConfig) as Probe
}
const http = (target: ProbeTarget, check: Record<string, unknown> = {}) =>
  probeOf({ type: 'http', ...check }).probe(target)
const tcp = (target: ProbeTarget, check: Record<string, unknown> = {}) =>
  probeOf({ type: 'tcp', ...check }).probe(target)

describe('http: what is asked', () => {
  test('method, path, host and fields are as configured; framing fields cannot be', async () => {
    const seen: unknown[] = []
    const backend = await httpBackend(({ method, url, headers }, response) => {
      seen.push({
        method,
        url,
        host: headers.host,
        key: headers['x-key'],
        length: headers['content-length'],
        connection: headers.connection,
      })
      response.end()
    })
    const headers = { 'X-Key': 'a', 'Content-Length': '5', Host: 'ignored.example', Connection: 'keep-alive' }
    await http(backend, { path: '/up?x=1', method: 'POST', host: 'app.example', headers })
    expect(seen).toEqual([
      { method: 'POST', url: '/up?x=1', host: 'app.example', key: 'a', length: '0', connection: 'close' },
    ])
  })

  test('without a host the address of the backend is the host, also when another port is probed', async () => {
    let host: string | undefined
    const backend = await httpBackend((request, response) => {
      host = request.headers.host
      response.end()
    })
    expect(await http({ host: '127.0.0.1', port: 9 }, { port: backend.port })).toMatchObject({ passed: true })
    expect(host).toBe('127.0.0.1:9')
  })
})

describe('http: what the answer means', () => {
  test('an expected status passes with its time, status and the first 200 characters', async () => {
    const backend = await httpBackend((_, response) => response.end(`<b>${'é'.repeat(300)}`))
    const result = await http(backend)
    expect(result).toMatchObject({ at: NOW, passed: true, status: 200, detail: 'status 200' })
    expect(result.bodyStart).toBe(`<b>${'é'.repeat(197)}`)
    expect(result.tookMs).toBeGreaterThanOrEqual(0)
  })

  test('an unexpected status fails, whatever its body says', async () => {
    const backend = await httpBackend((_, response) => response.writeHead(500).end('ok'))
    expect(await http(backend, { body: 'ok' })).toMatchObject({
      passed: false,
      status: 500,
      detail: 'status 500, expected 200-399',
    })
  })

  test.each([
    [204, true],
    [302, false],
    [418, true],
  ])('status %i against 200-204 and 418: %s', async (status, passed) => {
    const backend = await httpBackend((_, response) => response.writeHead(status).end())
    expect((await http(backend, { expect: ['200-204', '418'] })).passed).toBe(passed)
  })

  test('a text is found across two pieces of the body', async () => {
    const backend = await httpBackend((_, response) => {
      response.write('state: rea')
      setImmediate(() => response.end('dy'))
    })
    expect(await http(backend, { body: 'ready' })).toMatchObject({ passed: true })
    const failed = await http(backend, { body: 'happy' })
    expect(failed).toMatchObject({ passed: false, detail: 'status 200, but the body does not contain "happy"' })
  })

  test('an upgrade nobody asked for is judged by its status', async () => {
    const backend = await rawBackend((socket) =>
      socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
    )
    expect(await http(backend)).toMatchObject({ passed: false, detail: 'status 101, expected 200-399' })
  })

  test('HEAD is judged by its head', async () => {
    const backend = await httpBackend((_, response) => response.writeHead(200, { 'content-length': '1000' }).end())
    expect(await http(backend, { method: 'HEAD' })).toMatchObject({ passed: true, bodyStart: '' })
  })
})

describe('http: bodies that do not end', () => {
  const endless = () =>
    httpBackend((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
      }
      response.on('drain', more)
      more()
    })

  test('an endless body passes by its status', async () => {
    expect(await http(await endless())).toMatchObject({ passed: true, bodyStart: 'x'.repeat(200) })
  })

  test('an endless body without the text fails at 64 KiB, not at the timeout', async () => {
    const result = await http(await endless(), { body: 'ready', timeout: '1m' })
    expect(result).toMatchObject({ passed: false, detail: 'status 200, but the body does not contain "ready"' })
  })

  test('a text behind the first 64 KiB of a huge body does not count', async () => {
    const huge = Buffer.concat([Buffer.alloc(64 * 1024 - 2, 'x'), Buffer.from('ready'), Buffer.alloc(20_000_000, 'x')])
    const backend = await httpBackend((_, response) => response.end(huge))
    expect((await http(backend, { body: 'ready' })).passed).toBe(false)
    expect((await http(backend, { body: 'xx' })).passed).toBe(true)
  })

  test('a body that stalls passes by its status without waiting for the timeout, and fails where a text is needed', async () => {
    const backend = await httpBackend((_, response) => response.write('begin'))
    const result = await http(backend, { timeout: '1m' })
    expect(result).toMatchObject({ passed: true, bodyStart: 'begin' })
    expect(await http(backend, { body: 'ready', timeout: '60ms' })).toMatchObject({
      passed: false,
      detail: '"ready" did not arrive within 60 ms',
    })
  })

  test('a body that is cut fails', async () => {
    const backend = await rawBackend((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort'))
    expect(await http(backend)).toMatchObject({
      passed: false,
      detail: 'connection closed in the middle of the answer',
    })
  })
})

describe('failures in words', () => {
  test('refused', async () => {
    const target = await deadBackend()
    expect(await http(target)).toMatchObject({ passed: false, detail: 'connection refused' })
    expect(await tcp(target)).toMatchObject({ passed: false, detail: 'connection refused' })
  })

  test('hanging: an accepted connection without an answer', async () => {
    const backend = await hangingBackend()
    expect(await http(backend, { timeout: '60ms' })).toMatchObject({ passed: false, detail: 'no answer within 60 ms' })
    expect(await tcp(backend, { timeout: '60ms' })).toMatchObject({ passed: true, detail: 'connected' })
  })

  test('a head that comes byte by byte', async () => {
    const backend = await rawBackend((socket) => {
      const timer = setInterval(() => socket.write('H'), 10)
      socket.on('close', () => clearInterval(timer))
    })
    expect((await http(backend, { timeout: '80ms' })).passed).toBe(false)
  })

  test('a slow head within the timeout passes', async () => {
    const backend = await httpBackend((_, response) => setTimeout(() => response.end(), 50))
    const result = await http(backend, { timeout: '3s' })
    expect(result.passed).toBe(true)
    expect(result.tookMs).toBeGreaterThan(40)
  })

  test('reset, closed, and not HTTP', async () => {
    expect((await http(await resettingBackend())).detail).toMatch(/^connection (reset|closed without an answer)$/)
    const closing = await rawBackend((socket) => socket.once('data', () => socket.end()))
    expect((await http(closing)).detail).toBe('connection closed without an answer')
    const other = await rawBackend((socket) => socket.end('220 mail.example ESMTP\r\n'))
    expect((await http(other)).detail).toBe('the answer is not valid HTTP')
    const wide = await rawBackend((socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(40_000)}`))
    expect((await http(wide)).detail).toBe('the head of the answer is larger than 16 KiB')
  })

  test('names: found, not found, silent', async () => {
    const { port } = await httpBackend((_, response) => response.end())
    expect(await http({ host: 'app.internal', port })).toMatchObject({ passed: true })
    expect((await http({ host: 'gone.internal', port })).detail).toBe('name not found: gone.internal')
    expect((await tcp({ host: 'gone.internal', port })).detail).toBe('name not found: gone.internal')
    const late = 'no name server answered for silent.internal within 60 ms'
    expect((await http({ host: 'silent.internal', port }, { timeout: '60ms' })).detail).toBe(late)
    expect((await tcp({ host: 'silent.internal', port }, { timeout: '60ms' })).detail).toBe(late)
  })

  test('trouble of this machine is no evidence', () => {
    const full = Object.assign(new Error('too many open files'), { code: 'EMFILE' })
    expect(inWords(full)).toBeInstanceOf(ProbeNotMade)
    expect(inWords(new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })])).message).toBe(
      'connection refused',
    )
  })

  test('a probe that is called off is no evidence', async () => {
    const backend = await hangingBackend()
    for (const type of ['http', 'tcp']) {
      const controller = new AbortController()
      const running = probeOf({ type }).probe({ ...backend, host: 'silent.internal' }, controller.signal)
      controller.abort()
      await expect(running).rejects.toBeInstanceOf(ProbeNotMade)
      await expect(probeOf({ type }).probe(backend, controller.signal)).rejects.toBeInstanceOf(ProbeNotMade)
    }
  })
})

describe('addresses that are not contacted', () => {
  const refused = /link-local or cloud metadata address/

  test('neither by number nor by name', async () => {
    for (const host of ['169.254.169.254', 'metadata.internal']) {
      expect((await http({ host, port: 80 })).detail).toMatch(refused)
      expect((await tcp({ host, port: 80 })).detail).toMatch(refused)
    }
  })
})

test('type none has no probe', () => expect(probes.of({ type: 'none' })).toBeNull())
