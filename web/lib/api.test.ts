import { afterEach, describe, expect, it, vi } from 'vitest'
import { ApiProblem, asCurl, at, call, callRevised, onSignedOut } from './api.ts'

function answers(status: number, body: unknown, headers: Record<string, string> = {}) {
  const fetch = vi.fn(async () => new Response(body === undefined ? null : JSON.stringify(body), { status, headers }))
  vi.stubGlobal('fetch', fetch)
  return fetch
}

afterEach(() => {
  vi.unstubAllGlobals()
  onSignedOut(() => undefined)
})

const problem = { type: 'x', title: 'Refused', status: 412, code: 'stale-revision', detail: 'Somebody was first.' }

describe('api', () => {
  it('sends JSON with the revision and reads the new one', async () => {
    const fetch = answers(200, { fine: true }, { etag: '"8"' })
    const answer = await callRevised<{ fine: boolean }>('/pools/app', { method: 'PATCH', body: { a: 1 }, base: 7 })
    expect(answer).toEqual({ value: { fine: true }, revision: 8 })
    const [url, init] = fetch.mock.calls[0] as unknown as [string, RequestInit]
    expect(url).toBe('/api/v1/pools/app')
    expect(init.headers).toMatchObject({ 'if-match': '"7"', 'content-type': 'application/json' })
    expect(init.body).toBe('{"a":1}')
  })

  it('answers undefined for an empty body', async () => {
    answers(204, undefined)
    expect(await call('/demo', { method: 'POST' })).toBeUndefined()
  })

  it('throws the problem the server sent', async () => {
    answers(412, problem)
    const error = await call('/config').catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ApiProblem)
    expect(error).toMatchObject({ status: 412, code: 'stale-revision', message: 'Somebody was first.', issues: [] })
  })

  it('makes a problem of an answer that is not ours', async () => {
    vi.stubGlobal('fetch', async () => new Response('<h1>Bad gateway</h1>', { status: 502 }))
    await expect(call('/config')).rejects.toMatchObject({ status: 502, code: 'unexpected' })
  })

  it('makes a problem of no answer', async () => {
    vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('failed')))
    await expect(call('/config')).rejects.toMatchObject({ code: 'unreachable' })
  })

  it('says when nobody is signed in, but not when a password is wrong', async () => {
    const listener = vi.fn()
    onSignedOut(listener)
    answers(401, { ...problem, status: 401, code: 'wrong-credentials' })
    await call('/session').catch(() => undefined)
    expect(listener).not.toHaveBeenCalled()
    answers(401, { ...problem, status: 401, code: 'sign-in-required' })
    await call('/status').catch(() => undefined)
    expect(listener).toHaveBeenCalledOnce()
  })

  it('encodes names in paths', () => {
    expect(at('pools', 'a/b', 'backends')).toBe('/pools/a%2Fb/backends')
  })

  it('writes a call as a command line', () => {
    expect(asCurl('http://h', '/pools/app', { method: 'PATCH', body: { note: "it's" }, base: 3 })).toBe(
      `curl -X PATCH 'http://h/api/v1/pools/app' -H "Authorization: Bearer $EVENKEEL_TOKEN" -H 'If-Match: "3"' -H 'Content-Type: application/json' -d '{"note":"it'\\''s"}'`,
    )
  })
})
