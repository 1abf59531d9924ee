import net, { type AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { handleIoWorks } from '../handle-io.ts'
import { sharedBuffer } from '../shared-buffer.ts'
import { type Accepted, adoptionWorks, checkAdoption, createAcceptor, setAdoption } from './accept.ts'

describe('accepting', () => {
  const open: { close(): unknown }[] = []
  afterEach(() => {
    for (const one of open.splice(0)) one.close()
    setAdoption(undefined)
  })

  async function echo(adopted: boolean, refuses = false) {
    setAdoption(adopted)
    const seen: { address: string; shared: boolean }[] = []
    const server = createAcceptor((accepted: Accepted) => {
      if (refuses) return accepted.refuse()
      const socket = accepted.open({
        bytes(buffer, length) {
          seen.push({ address: accepted.address, shared: buffer === sharedBuffer })
          socket.write(Buffer.from(buffer.subarray(0, length)))
        },
      })
      socket.on('end', () => socket.end())
      socket.on('error', () => undefined)
    })
    open.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1')
    open.push({ close: () => client.destroy() })
    let heard = ''
    client.on('data', (bytes) => {
      heard += bytes
    })
    const closed = new Promise<boolean>((resolve) => client.on('close', resolve))
    return { client, seen, closed, heard: () => heard }
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
    const { client, seen, closed, heard } = await echo(adopted)
    client.write('ping')
    await expect.poll(heard).toBe('ping')
    expect(seen).toEqual([{ address: '127.0.0.1', shared: adopted }])
    client.end('last')
    expect(await closed).toBe(false)
    expect(heard()).toBe('pinglast')
  })

  it.each([true, false])('adopted %s: a refused connection is closed', async (adopted) => {
    const { client, closed } = await echo(adopted, true)
    client.on('error', () => undefined)
    await closed
  })
})
