/** A client that speaks bytes: sends what it is told and reads answers with its own small reader. */
import net, { type Socket } from 'node:net'
import { until } from './until.ts'
import { field, type Message, readHead, readMessage } from './wire.ts'

export interface Answer extends Message {
  readonly status: number
  /** Interim answers that came before. */
  readonly interim: readonly Pick<Message, 'line' | 'fields' | 'head'>[]
}

export class RawClient {
  readonly socket: Socket
  /** Bytes that no answer has used yet, one character each. */
  received = ''
  /** How the connection ended: not yet, properly, or broken. */
  ended: 'open' | 'end' | 'reset' = 'open'
  gone = false

  constructor(port: number, host = '127.0.0.1') {
    this.socket = net.connect({ host, port, allowHalfOpen: true, noDelay: true })
    this.socket.on('data', (bytes) => {
      this.received += bytes.toString('latin1')
    })
    this.socket.on('end', () => {
      if (this.ended === 'open') this.ended = 'end'
    })
    this.socket.on('error', () => {
      this.ended = 'reset'
    })
    this.socket.on('close', () => {
      this.gone = true
      if (this.ended === 'open') this.ended = 'end'
    })
  }

  send(text: string): this {
    this.socket.write(text, 'latin1')
    return this
  }

  /** Sends a request without a body. `fields`: whole lines. */
  get(target: string, ...fields: string[]): this {
    return this.request('GET', target, ...fields)
  }

  request(method: string, target: string, ...fields: string[]): this {
    return this.send(`${[`${method} ${target} HTTP/1.1`, 'Host: example.test', ...fields].join('\r\n')}\r\n\r\n`)
  }

  /** The next final answer. `method` is that of its request. */
  async answer(method = 'GET', ms = 5000): Promise<Answer> {
    const interim: Pick<Message, 'line' | 'fields' | 'head'>[] = []
    const bodiless = (line: string) => method === 'HEAD' || /^HTTP\/1.1 (1..|204|304)/.test(line)
    let found: Message | undefined
    await until(
      `an answer; so far ${JSON.stringify(this.received.slice(0, 300))} (${this.ended})`,
      () => {
        for (;;) {
          found = readMessage(this.received, bodiless, this.ended === 'end', false)
          if (found === undefined || !/^HTTP\/1.1 1(?!01)/.test(found.line)) break
          interim.push(found)
          this.received = this.received.slice(found.size)
        }
        if (found === undefined && this.ended !== 'open')
          throw new Error(`${this.ended} instead of an answer: ${JSON.stringify(this.received.slice(0, 300))}`)
        return found !== undefined
      },
      ms,
    )
    const answer = found as unknown as Message
    this.received = this.received.slice(answer.size)
    return { ...answer, status: Number(answer.line.slice(9, 12)), interim }
  }

  /** The head at the front of what has been received, left where it is. */
  async head(ms = 5000): Promise<Pick<Message, 'line' | 'fields' | 'head'>> {
    await until(`a head; so far ${JSON.stringify(this.received.slice(0, 300))}`, () => !!readHead(this.received), ms)
    return readHead(this.received) as Pick<Message, 'line' | 'fields' | 'head'>
  }

  /** Resolves when `text` has been received. */
  saw(text: string, ms = 5000): Promise<void> {
    return until(
      `${JSON.stringify(text)}; have ${JSON.stringify(this.received.slice(-300))}`,
      () => this.received.includes(text),
      ms,
    )
  }

  /** Resolves with how the other side ended the connection. */
  async over(ms = 5000): Promise<'end' | 'reset'> {
    await until('the end of the connection', () => this.ended !== 'open', ms)
    return this.ended as 'end' | 'reset'
  }

  end(): void {
    this.socket.end()
  }

  reset(): void {
    if (!this.socket.destroyed) this.socket.resetAndDestroy()
  }
}

export { field }
