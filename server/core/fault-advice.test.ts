import { describe, expect, it } from 'vitest'
import type { ProbeFault } from '../../shared/api/live.ts'
import { poolSchema } from '../../shared/config/pool.ts'
import { type Asked, faultAdvice } from './fault-advice.ts'

const at = { host: '10.0.0.5', port: 3000 }
const asked: Asked = { method: 'GET', path: '/health', expect: ['200-399'], body: 'ok' }
const status = (code: number): Asked => ({ ...asked, status: code })

/** What each fault is told to be mended by. */
const table: [ProbeFault, Asked, string][] = [
  [
    'name',
    asked,
    'The name "10.0.0.5" leads nowhere from this machine. Check the spelling, or use the IP address. Names of Docker and Kubernetes are known only inside their network.',
  ],
  [
    'refused',
    asked,
    'Nothing listens on port 3000 at 10.0.0.5; is the service started? If it is, it may listen on another port, or only on 127.0.0.1 of its own machine: let it listen on 0.0.0.0.',
  ],
  [
    'no-connection',
    asked,
    'Nobody answers at 10.0.0.5. The machine may be off, or a firewall or security group drops connections to port 3000.',
  ],
  [
    'no-route',
    asked,
    'There is no way from this machine to 10.0.0.5. Check the address, the network and the firewall.',
  ],
  [
    'no-answer',
    asked,
    'Port 3000 accepts connections but does not respond in time. Is the service stuck or still starting, or is this path slow?',
  ],
  [
    'closed',
    asked,
    'Port 3000 accepts connections but closes them without a whole response. Does it expect TLS or another protocol, or does it crash?',
  ],
  [
    'not-http',
    asked,
    'Something responds on port 3000, but not in HTTP. Does it expect TLS, or is it another service, such as a database?',
  ],
  [
    'refused-by-policy',
    asked,
    'Link-local and cloud metadata addresses give away credentials of the machine. Use the ordinary address of the backend.',
  ],
  [
    'status',
    status(404),
    'There is nothing at /health. Set healthCheck.path of the pool to an address that exists, or let the program respond to /health.',
  ],
  [
    'status',
    status(401),
    'It refuses GET /health without sign-in. Let the health check through, or send what it asks for with healthCheck.headers of the pool.',
  ],
  ['status', status(405), 'It does not allow GET at /health. Set healthCheck.method or healthCheck.path of the pool.'],
  [
    'status',
    status(421),
    'It does not know the name that it is asked for. Set healthCheck.host of the pool to the name it serves.',
  ],
  [
    'status',
    status(429),
    'It limits how often it may be asked. Raise healthCheck.interval of the pool, or lift the limit for the health check.',
  ],
  [
    'status',
    status(500),
    'The program runs and fails on the health check itself. Look at its log, and at what it depends on: database, disk, other services.',
  ],
  ['status', status(502), 'It is a proxy itself, and what stands behind it does not respond. Look there.'],
  [
    'status',
    status(503),
    'The program runs and says that it is not ready: it is starting, overloaded, or lacks something it depends on. Its log tells which.',
  ],
  [
    'status',
    { ...status(301), expect: ['200'] },
    'It redirects GET /health elsewhere. Set healthCheck.path of the pool to where it leads, or list 301 in healthCheck.expect (now 200) when it is right.',
  ],
  [
    'status',
    status(418),
    'It responds to GET /health with a status that is not expected. Look at why, or list 418 in healthCheck.expect (now 200-399) when it is right.',
  ],
  [
    'body',
    status(200),
    'It responds, but without the text "ok". Look at what it says at /health, or change healthCheck.body of the pool.',
  ],
]

describe('what to do about a fault', () => {
  it.each(table)('%s %j', (fault, question, advice) => {
    expect(faultAdvice(fault, at, question)).toBe(advice)
  })

  it('of a machine that is this one thinks of containers', () => {
    expect(faultAdvice('refused', { host: '127.0.0.1', port: 1 })).toContain('When this balancer runs in a container')
  })

  it('adds nothing where there is nothing to add', () => {
    expect(faultAdvice('other', at)).toBeNull()
  })

  it('never sends anybody to look whether a program runs that has just responded', () => {
    for (const code of [301, 401, 404, 418, 429, 500, 503])
      expect(faultAdvice('status', at, status(code))).not.toMatch(/is the service started|runs\?/)
  })

  it('names only fields that a pool has', () => {
    const pool = poolSchema.parse({
      id: 'app',
      healthCheck: { type: 'http', host: 'example.org', body: 'ok', headers: { a: 'b' } },
    })
    const texts = table.map(([fault, question]) => faultAdvice(fault, at, question)).join(' ')
    const fields = [...texts.matchAll(/healthCheck\.(\w+)/g)].map((match) => match[1] as string)
    expect(new Set(fields).size).toBeGreaterThan(5)
    for (const field of fields) expect(pool.healthCheck).toHaveProperty(field)
  })
})
