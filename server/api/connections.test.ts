import { EventEmitter } from 'node:events'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { residentBytes } from '../resident-memory.ts'
import { adminConnections, adminStreams, guardConnections } from './connections.ts'

class FakeSocket extends EventEmitter {
  destroyed = false
  destroy() {
    this.destroyed = true
    this.emit('close')
  }
}

/** A server with this many places, and what can happen to a connection of it. */
function server(most: number) {
  const emitter = new EventEmitter()
  const guard = guardConnections(emitter as unknown as Server, most)
  return {
    connect() {
      const socket = new FakeSocket()
      emitter.emit('connection', socket)
      return socket
    },
    /** Answers how to end it. */
    ask(socket: FakeSocket, signedIn = false) {
      const response = new EventEmitter()
      emitter.emit('request', { socket }, response)
      if (signedIn) guard.vouchFor(socket as unknown as Socket)
      return () => void response.emit('close')
    },
  }
}

describe('the share of the dashboard', () => {
  it.each([
    [64, 16],
    [256, 32],
    [1024, 128],
    [1_048_576, 8000],
    [Number.POSITIVE_INFINITY, 8000],
  ])('of %d descriptors is %d', (descriptors, expected) => {
    expect(adminConnections(descriptors)).toBe(expected)
    expect(adminStreams(expected)).toBeLessThan(expected)
  })
})

describe('a newcomer when all places are taken', () => {
  it('takes that of the longest idle', () => {
    const { connect, ask } = server(3)
    const [first, second, third] = [connect(), connect(), connect()]
    ask(first)()
    const newcomer = connect()
    expect([first, second, third, newcomer].map(({ destroyed }) => destroyed)).toEqual([false, true, false, false])
  })

  it('spares those who are signed in, and those at work, as long as others are idle', () => {
    const { connect, ask } = server(3)
    const [known, atWork, idle] = [connect(), connect(), connect()]
    ask(known, true)()
    ask(atWork)
    connect()
    expect([known, atWork, idle].map(({ destroyed }) => destroyed)).toEqual([false, false, true])
  })

  it('takes that of a request without credentials, never that of one with', () => {
    const { connect, ask } = server(2)
    const [stream, stranger] = [connect(), connect()]
    ask(stream, true)
    ask(stranger)
    const newcomer = connect()
    expect([stream, stranger, newcomer].map(({ destroyed }) => destroyed)).toEqual([false, true, false])
    ask(newcomer, true)
    expect(connect().destroyed).toBe(true)
    expect([stream, newcomer].map(({ destroyed }) => destroyed)).toEqual([false, false])
  })

  it('counts what each request shows, not what an earlier one on the connection showed', () => {
    const { connect, ask } = server(2)
    const [shared, other] = [connect(), connect()]
    ask(shared, true)()
    ask(shared)()
    ask(other, true)()
    connect()
    expect([shared, other].map(({ destroyed }) => destroyed)).toEqual([true, false])
  })

  it('finds room again when somebody leaves', () => {
    const { connect } = server(1)
    connect().destroy()
    expect(connect().destroyed).toBe(false)
  })
})

it('resident memory that cannot be read is what it was', () => {
  expect(residentBytes(() => 123)).toBe(123)
  const emfile = () => {
    throw Object.assign(new Error('uv_resident_set_memory'), { code: 'EMFILE' })
  }
  expect(residentBytes(emfile)).toBe(123)
})
