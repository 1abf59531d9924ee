/** A backend that speaks bytes: hears whole requests and answers with whatever the story says. */
import net, { type AddressInfo, type Server, type Socket } from 'node:net'
import { type Message, readHead, readMessage } from './wire.ts'

export interface Heard extends Message {
  readonly method: string
  readonly target: string
  /** Number of the connection it came on, from 0. */
  readonly connection: number
  /** Number of the request on its connection, from 0. */
  readonly nth: number
}

export type Story = (request: Heard, socket: Socket, backend: RawBackend) => void

export interface BackendOptions {
  /** Called with the head alone, before the body has come. */
  onHead?: (head: Pick<Message, 'line' | 'fields' | 'head'>, socket: Socket) => void
  /** Called for every connection. */
  onConnection?: (socket: Socket, number: number) => void
  /** Bytes are not read as requests. */
  deaf?: boolean
  /** Where it listens; default 127.0.0.1. */
  host?: string
}

/** An answer as bytes, with a length. */
export function ok(body = 'ok', ...fields: string[]): string {
  return `${['HTTP/1.1 200 OK', `Content-Length: ${body.length}`, ...fields].join('\r\n')}\r\n\r\n${body}`
}

export class RawBackend {
  readonly heard: Heard[] = []
  readonly sockets = new Set<Socket>()
  connections = 0
  port = 0
  private readonly server: Server
  private readonly story: Story
  private readonly options: BackendOptions

  constructor(story: Story, options: BackendOptions) {
    this.story = story
    this.options = options
    this.server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.accept(socket))
  }

  listen(): Promise<this> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen(0, this.options.host ?? '127.0.0.1', () => {
        this.port = (this.server.address() as AddressInfo).port
        resolve(this)
      })
    })
  }

  private accept(socket: Socket): void {
    const connection = this.connections++
    this.sockets.add(socket)
    socket.on('close', () => this.sockets.delete(socket))
    socket.on('error', () => undefined)
    socket.on('end', () => socket.end())
    this.options.onConnection?.(socket, connection)
    if (this.options.deaf) return
    let bytes = ''
    let nth = 0
    let headTold = false
    socket.on('data', (chunk) => {
      bytes += chunk.toString('latin1')
      for (;;) {
        if (!headTold) {
          const head = readHead(bytes)
          if (head === undefined) return
          headTold = true
          this.options.onHead?.(head, socket)
        }
        const message = readMessage(bytes, () => false, false, true)
        if (message === undefined) return
        bytes = bytes.slice(message.size)
        headTold = false
        const [method = '', target = ''] = message.line.split(' ')
        const request = { ...message, method, target, connection, nth: nth++ }
        this.heard.push(request)
        this.story(request, socket, this)
      }
    })
  }

  /** Stops listening and breaks every connection. */
  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    if (this.server.listening) await new Promise((resolve) => this.server.close(resolve))
  }
}

/** A backend that answers every whole request by `story`; by default with 200 and the request's target. */
export function backend(
  story: Story = (request, socket) => socket.write(ok(request.target)),
  options: BackendOptions = {},
): Promise<RawBackend> {
  return new RawBackend(story, options).listen()
}

/** A port on which nobody listens: connections are refused. */
export async function deadPort(): Promise<number> {
  const gone = await backend()
  await gone.close()
  return gone.port
}
