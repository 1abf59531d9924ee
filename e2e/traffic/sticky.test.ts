/** Sticky sessions on real sockets: a client stays, through a drain too; a stranger never gets the drained one. */
import http from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { type Balancer, balance, endStory, eventually, type NamedBackend, onePool, startBackends } from './world.ts'

interface Answer {
  status: number
  backend: string
  cookie: string | undefined
}

const ask = (url: string, cookie?: string) =>
  new Promise<Answer>((resolve, reject) => {
    http
      .get(
        url,
        { agent: false, headers: cookie === undefined ? {} : { cookie: `theme=dark; ${cookie}` } },
        (answer) => {
          answer.resume()
          answer.on('end', () =>
            resolve({
              status: answer.statusCode ?? 0,
              backend: String(answer.headers['x-backend']),
              cookie: answer.headers['set-cookie']?.find((line) => line.startsWith('lb=')),
            }),
          )
        },
      )
      .on('error', reject)
  })

/** What a browser sends back. */
const kept = (line: string | undefined) => line?.split(';')[0]

describe.each(['native', 'http-proxy'] as const)('sticky sessions (%s)', (engine) => {
  let balancer: (Balancer & { url: string }) | undefined
  let backends: NamedBackend[] = []
  afterEach(() => endStory(balancer, backends))

  it('keeps a client on its backend, through a change of address and a drain, and binds it anew when that one is gone', async () => {
    backends = await startBackends(3)
    balancer = await balance(onePool(backends, { sticky: { type: 'cookie', name: 'lb' } }, { engine }), { workers: 2 })
    const { url, api } = balancer
    const first = await ask(url)
    expect(first.status).toBe(200)
    expect(first.cookie).toMatch(/^lb=[\w-]{22}; Path=\/; HttpOnly; SameSite=Lax$/)
    const cookie = kept(first.cookie)
    const again = await Promise.all(Array.from({ length: 20 }, () => ask(url, cookie)))
    expect(new Set(again.map(({ backend }) => backend))).toEqual(new Set([first.backend]))
    expect(again.map((answer) => answer.cookie)).toEqual(Array(20).fill(undefined))
    const made = await ask(url, 'lb=AAAAAAAAAAAAAAAAAAAAAA')
    expect(made.cookie).toBeDefined()

    const path = `/pools/app/backends/${first.backend}`
    expect((await api('PATCH', path, { adminState: 'draining' })).status).toBe(200)
    await eventually('strangers go elsewhere', 3000, async () => {
      const strangers = await Promise.all(Array.from({ length: 9 }, () => ask(url)))
      return strangers.every(({ backend }) => backend !== first.backend)
    })
    const during = await Promise.all(Array.from({ length: 20 }, () => ask(url, cookie)))
    expect(during.filter(({ backend }) => backend !== first.backend)).toEqual([])

    expect((await api('PATCH', path, { adminState: 'disabled' })).status).toBe(200)
    const moved = await eventually('bound anew', 3000, async () => {
      const answer = await ask(url, cookie)
      return answer.backend !== first.backend && answer
    })
    expect(moved.cookie).toBeDefined()
    const settled = await Promise.all(Array.from({ length: 10 }, () => ask(url, kept(moved.cookie))))
    expect(new Set(settled.map(({ backend }) => backend))).toEqual(new Set([moved.backend]))
  })
})
