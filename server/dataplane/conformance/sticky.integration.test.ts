import { expect } from 'vitest'
import { backend, ok } from './testing/raw-backend.ts'
import { stories } from './testing/stories.ts'
import { fieldValues } from './testing/wire.ts'

const PLAIN = 'evenkeel=app-b0; Path=/; HttpOnly; SameSite=Lax'

stories('sticky cookies', (story) => {
  story('are Secure for who has come over TLS, as far as a trusted proxy says so', async (open) => {
    const at = await backend()
    const pool = { sticky: { type: 'cookie' } }
    const trusting = await open({ backends: [at], pool, listener: { trustedProxies: ['127.0.0.1'] } })
    const cookie = async (world: typeof trusting, ...fields: string[]) =>
      fieldValues(
        await world
          .client()
          .get('/', ...fields)
          .answer(),
        'set-cookie',
      )
    for (const said of [
      'X-Forwarded-Proto: https',
      'x-forwarded-proto: HTTPS',
      'Forwarded: for=203.0.113.9;proto=https',
    ])
      expect([said, await cookie(trusting, said)]).toEqual([said, [`${PLAIN}; Secure`]])
    for (const said of [
      'X-A: b',
      'X-Forwarded-Proto: http',
      'X-Forwarded-Proto: http\r\nForwarded: proto=https',
      'Forwarded: for=203.0.113.9',
    ])
      expect([said, await cookie(trusting, said)]).toEqual([said, [PLAIN]])
    const world = await open({ backends: [at], pool })
    expect(await cookie(world, 'X-Forwarded-Proto: https', 'Forwarded: proto=https')).toEqual([PLAIN])
  })

  story('have the path, domain and SameSite of their pool, and none is Secure', async (open) => {
    const at = await backend((request, socket) => socket.write(ok(request.target, 'Set-Cookie: own=1')))
    const sticky = { type: 'cookie', name: 'lb', ttl: '60s', sameSite: 'none', path: '/shop', domain: '.example.test' }
    const client = (await open({ backends: [at], pool: { sticky } })).client()
    const first = fieldValues(await client.get('/').answer(), 'set-cookie')
    const ours = 'lb=app-b0; Path=/shop; Domain=example.test; Max-Age=60; HttpOnly; SameSite=None; Secure'
    expect(first.toSorted()).toEqual([ours, 'own=1'])
  })
})
