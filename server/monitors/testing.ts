/** Backends for tests, named for the situation, on port 0 of loopback; and a name server that answers as it is told. */
import { createSocket } from 'node:dgram'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { ProbeTarget } from './probe.ts'

const cleanUps: (() => unknown)[] = []

/** Closes everything that was opened since the last call; for `afterEach`. */
export async function closeAll(): Promise<void> {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
}

export interface TestBackend extends ProbeTarget {
  /** Connections made so far. */
  readonly connections: number
}

async function listen(server: Server): Promise<TestBackend> {
  const sockets = new Set<Socket>()
  let connections = 0
  server.on('connection', (socket) => {
    connections++
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanUps.push(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return {
    host: '127.0.0.1',
    port,
    get connections() {
      return connections
    },
  }
}

/** A backend in plain HTTP. */
export const httpBackend = (handler: RequestListener) => listen(createHttpServer(handler))

/** A backend that does with a connection what it wants. */
export const rawBackend = (handler: (socket: Socket) => void) => listen(createServer(handler))

/** Accepts and says nothing. */
export const hangingBackend = () => rawBackend(() => undefined)

/** Resets once something has been sent. */
export const resettingBackend = () => rawBackend((socket) => socket.once('data', () => socket.resetAndDestroy()))

/** A port on which nothing listens. */
export async function deadBackend(): Promise<ProbeTarget> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return { host: '127.0.0.1', port }
}

/** What a test name server knows: IPv4 addresses; undefined: no such name; 'silent': no answer at all. */
export type Names = (name: string) => readonly string[] | 'silent' | undefined

function answer(query: Buffer, names: Names): { name: string; type: number; reply: Buffer | undefined } {
  let end = 12
  const labels: string[] = []
  for (let length = query[end] as number; length > 0; length = query[end] as number) {
    labels.push(query.toString('latin1', end + 1, end + 1 + length))
    end += 1 + length
  }
  const name = labels.join('.')
  const type = query.readUInt16BE(end + 1)
  const found = names(name)
  if (found === 'silent') return { name, type, reply: undefined }
  const records = type === 1 ? (found ?? []) : []
  const head = Buffer.alloc(12)
  query.copy(head, 0, 0, 2)
  head.writeUInt16BE(found === undefined ? 0x8183 : 0x8180, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(records.length, 6)
  const answers = records.map((ip) => {
    const fixed = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4])
    return Buffer.concat([fixed, Buffer.from(ip.split('.').map(Number))])
  })
  return { name, type, reply: Buffer.concat([head, query.subarray(12, end + 5), ...answers]) }
}

/** A name server (RFC 1035, A records with a TTL of 1 s). `asked` lists the names of the A queries so far. */
export async function nameServer(names: Names): Promise<{ address: string; asked: string[] }> {
  const socket = createSocket('udp4')
  const asked: string[] = []
  socket.on('message', (query, from) => {
    const { name, type, reply } = answer(query, names)
    if (type === 1) asked.push(name)
    if (reply !== undefined) socket.send(reply, from.port, from.address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  cleanUps.push(() => new Promise<void>((resolve) => socket.close(resolve)))
  return { address: `127.0.0.1:${socket.address().port}`, asked }
}
