/** Test helper: reads messages with Node's own strict parser, through streams in memory instead of sockets. */
import { createServer, type IncomingMessage, type ServerResponse, request as startRequest } from 'node:http'
import { Duplex } from 'node:stream'
import type { AnswerReading, Reading } from './read-ours.ts'

class MemorySocket extends Duplex {
  override _read(): void {}
  override _write(_: unknown, __: unknown, done: () => void): void {
    done()
  }
  setTimeout(): this {
    return this
  }
  setNoDelay(): this {
    return this
  }
  setKeepAlive(): this {
    return this
  }
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
}

const oracle = createServer({ insecureHTTPParser: false })
const oracleOf = new WeakMap<object, (message: IncomingMessage) => void>()
const take = (message: IncomingMessage, answer: ServerResponse) => {
  oracleOf.get(message.socket)?.(message)
  // Node hands out pipelined requests one by one as those before are answered.
  answer.writeHead(200, { 'Content-Length': 0 }).end()
}
oracle.on('request', take)
oracle.on('checkContinue', (message: IncomingMessage, answer: ServerResponse) => {
  answer.writeContinue()
  take(message, answer)
})
oracle.on('checkExpectation', take)

/** What Node's server reads of `expected` glued requests; `refused` is its error code. */
export function readNode(text: string, expected: number): Promise<{ messages: Reading[]; refused: string }> {
  return new Promise((resolve) => {
    const socket = new MemorySocket()
    const messages: Reading[] = []
    let complete = 0
    const done = (refused: string) => {
      resolve({ messages, refused })
      socket.destroy()
    }
    oracleOf.set(socket, (message) => {
      const reading = {
        method: message.method as string,
        target: message.url as string,
        fields: message.rawHeaders,
        body: '',
      }
      messages.push(reading)
      message.setEncoding('latin1')
      message.on('data', (piece: string) => {
        reading.body += piece
      })
      message.on('end', () => {
        if (++complete === expected) done('')
      })
    })
    socket.once('oracle-refused', done)
    socket.once('close', () => done('closed'))
    oracle.emit('connection', socket)
    socket.push(Buffer.from(text, 'latin1'))
    socket.push(null)
  })
}
oracle.on('clientError', (error: NodeJS.ErrnoException, socket) =>
  socket.emit('oracle-refused', error.code ?? error.message),
)

/** What Node's client reads of an answer to a GET, or why it refuses. */
export function answerNode(text: string): Promise<AnswerReading | string> {
  return new Promise((resolve) => {
    const socket = new MemorySocket()
    const request = startRequest({ createConnection: () => socket, headers: { connection: 'close' } }, (message) => {
      let body = ''
      message.setEncoding('latin1')
      message.on('data', (piece: string) => {
        body += piece
      })
      message.on('error', (error) => resolve(error.message))
      message.on('end', () => resolve({ status: message.statusCode as number, fields: message.rawHeaders, body }))
    })
    request.on('error', (error) => resolve(error.message))
    request.end()
    socket.push(Buffer.from(text, 'latin1'))
    socket.push(null)
  })
}
