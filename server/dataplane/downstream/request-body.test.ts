import { describe, expect, it } from 'vitest'
import { parse } from '../http1/testing/parse-request.ts'
import type { BackendConnection } from '../upstream/connection.ts'
import { type Keep, RequestBody } from './request-body.ts'

const LIMIT = 65_536
/** Enough large bodies to exceed what a thread keeps. */
const MANY = 1000

function sink() {
  let bytes = 0
  const outlet = {
    write: (data: string | Buffer) => {
      bytes += data.length
      return true
    },
    writeBytes: (_: string, __: Buffer, start: number, end: number) => {
      bytes += end - start
      return true
    },
  }
  return { connection: { outlet } as unknown as BackendConnection, received: () => bytes }
}

function begin(thread: Keep, length: number): RequestBody {
  const body = new RequestBody(thread)
  body.begin(parse(`PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`))
  return body
}

describe('the body of a request', () => {
  it('is kept up to the limit of its pool, and let go of past it', () => {
    const thread = { bytes: 0 }
    const to = sink()
    const body = begin(thread, LIMIT * 2)
    const piece = Buffer.alloc(LIMIT)
    body.take(piece, 0, LIMIT, to.connection, LIMIT)
    expect([body.whole, thread.bytes]).toEqual([true, LIMIT])
    body.take(piece, 0, LIMIT, to.connection, LIMIT)
    expect([body.whole, body.done, thread.bytes, to.received()]).toEqual([false, true, 0, LIMIT * 2])
  })

  it('is not kept any more once it has been given away', () => {
    const thread = { bytes: 0 }
    const to = sink()
    const body = begin(thread, 300)
    body.take(Buffer.alloc(100), 0, 100, undefined, LIMIT)
    body.send('head', to.connection)
    body.giveAway()
    body.take(Buffer.alloc(200), 0, 200, to.connection, LIMIT)
    expect([body.whole, body.done, thread.bytes, to.received()]).toEqual([false, true, 0, 304])
  })

  it('shares a bound with all bodies of the thread: past it bodies are passed on unkept, and those without a backend wait', () => {
    const thread = { bytes: 0 }
    const to = sink()
    const piece = Buffer.alloc(LIMIT)
    const bodies = Array.from({ length: MANY }, () => begin(thread, LIMIT + 1))
    for (const body of bodies) body.take(piece, 0, LIMIT, to.connection, LIMIT)
    const kept = bodies.filter((body) => body.whole).length
    expect(kept).toBeGreaterThan(200)
    expect(thread.bytes).toBe(kept * LIMIT)
    expect(thread.bytes).toBeLessThanOrEqual(16 * 1024 * 1024)
    expect(to.received()).toBe(MANY * LIMIT)
    const waiting = begin(thread, LIMIT)
    waiting.take(piece, 0, 100, undefined, LIMIT)
    expect(waiting.outgrows(LIMIT)).toBe(true)
    for (const body of [...bodies, waiting]) body.forget()
    expect(thread.bytes).toBe(0)
  })
})
