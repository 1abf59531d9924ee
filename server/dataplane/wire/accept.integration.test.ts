import net, { type AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type Accepted, adoptionWorks, checkAdoption, createAcceptor, setAdoption } from './accept.ts'
import { handleIoWorks } from './handle-io.ts'
import { Outlet } from './outlet.ts'
import { sharedBuffer } from './shared-buffer.ts'

describe('accepting', () => {
  const open: { close(): unknown }[] = []
  afterEach(() => {
    for (const one of open.splice(0)) one.close()
    setAdoption(undefined)
  })

  async function echo(adopted: boolean, refuses = false) {
    setAdoption(adopted)
    const ends: string[] = []
    const seen: { address: string; shared: boolean }[] = []
    const server = createAcceptor(
      (accepted: Accepted) => {
        if (refuses) return accepted.refuse()
        const wire = accepted.open({
          bytes(buffer, length) {
            seen.push({ address: accepted.address, shared: buffer === sharedBuffer })
            outlet.write(Buffer.from(buffer.subarray(0, length)))
          },
          ended: () => wire.end(),
          closed: () => ends.push(accepted.address),
        })
        const outlet = new Outlet(wire, { drained: () => undefined, unwritable: () => wire.destroy() })
        outlet.open(accepted.handle)
      },
      () => undefined,
    )
    open.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1')
    open.push({ close: () => client.destroy() })
    let heard = ''
    client.on('data', (bytes) => {
      heard += bytes
    })
    const closed = new Promise<boolean>((resolve) => client.on('close', resolve))
    return { client, seen, ends, closed, heard: () => heard }
  }

  it('works with the Node that runs here, or every accepted byte would be copied without a word', async () => {
    expect(await checkAdoption()).toBe(true)
    expect(adoptionWorks()).toBe(true)
    expect(handleIoWorks()).toBe(true)
  })

  it.each([
    [true, 'the shared buffer'],
    [false, 'buffers of their own'],
  ])('adopted %s: bytes come in %s, both ways and to the end', async (adopted) => {
    const { client, seen, ends, closed, heard } = await echo(adopted)
    client.write('ping')
    await expect.poll(heard).toBe('ping')
    expect(seen).toEqual([{ address: '127.0.0.1', shared: adopted }])
    client.end('last')
    expect(await closed).toBe(false)
    expect(heard()).toBe('pinglast')
    await expect.poll(() => ends).toEqual(['127.0.0.1'])
  })

  it.each([true, false])('adopted %s: a client that resets is noticed', async (adopted) => {
    const { client, seen, ends } = await echo(adopted)
    client.write('ping')
    await expect.poll(() => seen.length).toBe(1)
    client.resetAndDestroy()
    await expect.poll(() => ends.length).toBeGreaterThan(0)
  })

  it.each([true, false])('adopted %s: a refused connection is closed', async (adopted) => {
    const { client, closed } = await echo(adopted, true)
    client.on('error', () => undefined)
    await closed
  })
})
