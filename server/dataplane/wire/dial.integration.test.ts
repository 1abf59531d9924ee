import net, { type AddressInfo, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { setAdoption } from './accept.ts'
import { dial } from './dial.ts'
import { Outlet } from './outlet.ts'
import { sharedBuffer } from './shared-buffer.ts'
import type { Wire } from './wire.ts'

describe.each([true, false])('dialling, directly %s', (direct) => {
  const open: { close(): unknown }[] = []
  afterEach(() => {
    for (const one of open.splice(0)) one.close()
    setAdoption(undefined)
  })

  async function listen(host: string, onClient: (client: Socket) => void): Promise<number> {
    const server = net.createServer({ allowHalfOpen: true }, (client) => {
      open.push({ close: () => client.destroy() })
      client.on('error', () => undefined)
      onClient(client)
    })
    open.push(server)
    await new Promise<void>((resolve) => server.listen(0, host, resolve))
    return (server.address() as AddressInfo).port
  }

  function call(host: string, port: number, say = '') {
    setAdoption(direct)
    const told: string[] = []
    let heard = ''
    let shared = true
    const wire: Wire = dial(host, port, {
      connected(handle) {
        told.push('connected')
        const outlet = new Outlet(wire, { drained: () => undefined, unwritable: () => told.push('unwritable') })
        outlet.open(handle)
        if (say !== '') outlet.write(say)
        // Reading already: nothing happens.
        wire.resume()
      },
      failed: (error) => told.push(error.code ?? error.message),
      bytes(buffer, length) {
        shared &&= buffer === sharedBuffer
        heard += buffer.toString('latin1', 0, length)
      },
      ended: () => told.push('ended'),
      closed: () => told.push('closed'),
    })
    open.push({ close: () => wire.destroy() })
    return { wire, told, heard: () => heard, shared: () => shared }
  }

  it.each(['127.0.0.1', '::1'])('reaches %s and hears it to the end', async (host) => {
    const port = await listen(host, (client) => client.on('data', (bytes) => client.end(`${bytes}pong`)))
    const { told, heard, shared } = call(host, port, 'ping')
    expect(told).toEqual([])
    await expect.poll(() => told).toEqual(['connected', 'ended'])
    expect(heard()).toBe('pingpong')
    expect(shared()).toBe(true)
  })

  it('says why there is no connection', async () => {
    const port = await listen('127.0.0.1', () => undefined)
    for (const one of open.splice(0)) one.close()
    const { told } = call('127.0.0.1', port)
    expect(told).toEqual([])
    await expect.poll(() => told[0]).toBe('ECONNREFUSED')
  })

  it('tells nobody once it has been given up', async () => {
    const port = await listen('127.0.0.1', () => undefined)
    const { wire, told } = call('127.0.0.1', port)
    wire.destroy()
    await expect.poll(() => told).toEqual(['closed'])
    expect(wire.destroyed).toBe(true)
  })

  it('hears what was said before a reset, although nothing can be written any more', async () => {
    const port = await listen('127.0.0.1', (client) => {
      client.once('readable', () => client.end('too large', () => client.resetAndDestroy()))
    })
    setAdoption(direct)
    let heard = ''
    let outlet: Outlet | undefined
    let over = false
    const wire: Wire = dial('127.0.0.1', port, {
      connected(handle) {
        outlet = new Outlet(wire, { drained: () => undefined, unwritable: () => undefined })
        outlet.open(handle)
        outlet.write('x'.repeat(1000))
        wire.pause()
      },
      failed: () => undefined,
      bytes(buffer, length) {
        heard += buffer.toString('latin1', 0, length)
      },
      // The end that was sent before the reset, or the reset itself.
      ended: () => {
        over = true
      },
      closed: () => {
        over = true
      },
    })
    open.push({ close: () => wire.destroy() })
    await expect
      .poll(() => {
        outlet?.write('more')
        return outlet?.broken
      })
      .toBe(true)
    expect(over).toBe(false)
    wire.resume()
    await expect.poll(() => heard).toBe('too large')
    await expect.poll(() => over).toBe(true)
  })
})
