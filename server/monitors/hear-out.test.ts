/** What a backend sees of a probe: no response is cut off, unless it goes on for ever. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { type HealthCheckConfig, healthCheckSchema } from '../../shared/config/health-check.ts'
import type { ProbeTarget } from './probe.ts'
import { createProbes } from './probes.ts'
import { closeAll, httpBackend } from './testing.ts'

afterEach(closeAll)

const probes = createProbes()
const probe = (target: ProbeTarget, check: Record<string, unknown> = {}) =>
  probes.of(healthCheckSchema.parse({ type: 'http', timeout: '3s', ...check }) as HealthCheckConfig)?.probe(target)

/** A backend that counts the responses it could finish, those that were cut, and the errors of its sockets. */
async function watched(handler: RequestListener) {
  const seen = { whole: 0, cut: 0, errors: [] as string[], ended: 0 }
  const backend = await httpBackend((request: IncomingMessage, response: ServerResponse) => {
    request.socket.on('error', (error: NodeJS.ErrnoException) => seen.errors.push(error.code ?? error.message))
    request.socket.on('end', () => seen.ended++)
    response.on('error', () => undefined)
    response.on('close', () => (response.writableFinished ? seen.whole++ : seen.cut++))
    handler(request, response)
  })
  return { backend, seen }
}

/** Sends the head and `first` at once, the rest after a while that is longer than anybody looks at a body for its own sake. */
const slowly =
  (first: string, status = 200): RequestListener =>
  (_, response) => {
    response.writeHead(status).write(first)
    setTimeout(() => response.end('the rest'), 600)
  }

describe('a response that takes its time', () => {
  test.each([
    ['the status decides', slowly('begin'), {}, true],
    ['the text was found at its beginning', slowly('ready, and more'), { body: 'ready' }, true],
    ['its status has failed already', slowly('begin', 503), {}, false],
  ])('is heard to its end, and the result does not wait for it: %s', async (_, handler, check, passed) => {
    const { backend, seen } = await watched(handler)
    const began = performance.now()
    expect(await probe(backend, check)).toMatchObject({ passed })
    expect(performance.now() - began).toBeLessThan(550)
    await expect.poll(() => seen.whole + seen.cut, { timeout: 5000 }).toBe(1)
    expect(seen).toMatchObject({ whole: 1, cut: 0, errors: [] })
  })

  test('is heard to its end although it is larger than what is looked at', async () => {
    const { backend, seen } = await watched((_, response) => response.end(Buffer.alloc(900_000, 'x')))
    expect(await probe(backend, { body: 'nowhere in it' })).toMatchObject({ passed: false })
    await expect.poll(() => seen.whole + seen.cut, { timeout: 5000 }).toBe(1)
    expect(seen).toMatchObject({ whole: 1, cut: 0, errors: [] })
  })
})

describe('a response that goes on for ever', () => {
  test('is left politely at the time limit: the backend sees an end, not a reset', async () => {
    const { backend, seen } = await watched((_, response) => {
      const timer = setInterval(() => response.write('tick'), 20)
      response.on('close', () => clearInterval(timer))
    })
    const began = performance.now()
    expect(await probe(backend, { timeout: '500ms' })).toMatchObject({
      passed: true,
      bodyStart: expect.stringMatching(/^tick/),
    })
    await expect.poll(() => seen.cut, { timeout: 5000 }).toBe(1)
    expect(performance.now() - began).toBeGreaterThan(450)
    expect(seen).toMatchObject({ ended: 1, errors: [] })
  })

  test('is left politely when the text did not come in time', async () => {
    const { backend, seen } = await watched((_, response) => {
      const timer = setInterval(() => response.write('tick'), 20)
      response.on('close', () => clearInterval(timer))
    })
    const result = await probe(backend, { timeout: '300ms', body: 'ready' })
    expect(result).toMatchObject({ passed: false, detail: '"ready" did not arrive within 300 ms' })
    await expect.poll(() => seen.cut, { timeout: 5000 }).toBe(1)
    expect(seen).toMatchObject({ ended: 1, errors: [] })
  })

  test('is cut when the backend does not mind that we have left', async () => {
    let sent = 0
    const { backend, seen } = await watched((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) sent += 65_536
      }
      response.on('drain', more)
      more()
    })
    expect(await probe(backend)).toMatchObject({ passed: true })
    await expect.poll(() => seen.cut, { timeout: 5000 }).toBe(1)
    // Two megabytes are read; the rest sits in buffers of the system.
    expect(sent).toBeLessThan(40_000_000)
  })
})
