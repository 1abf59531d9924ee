/** The body of an answer from the backend to the client, at the pace of the slower one. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { endings } from '../endings.ts'
import type { Failure } from '../engine.ts'
import type { Exchange } from '../exchange.ts'

export interface AnswerPump {
  readonly exchange: Exchange
  readonly answer: IncomingMessage
  readonly response: ServerResponse
  readonly client: Socket
  /** Longest pause of the backend, in milliseconds. */
  readonly readMs: number
  /** Longest time for the client to take what has been written, in milliseconds. */
  readonly writeMs: number
  /** True for the first caller only: whoever gets it ends the exchange. */
  readonly claimEnd: () => boolean
}

/** Passes the body on; a body that the backend cuts off cuts the client too, so that it never looks whole. */
export function pumpAnswer({ exchange, answer, response, client, readMs, writeMs, claimEnd }: AnswerPump): void {
  let stalled: NodeJS.Timeout | undefined
  const watch = () => {
    clearTimeout(stalled)
    stalled = setTimeout(() => answer.destroy(new Error('read timeout')), readMs)
  }
  watch()
  answer.on('data', (chunk: Buffer) => {
    exchange.bytesOut += chunk.length
    if (response.write(chunk)) watch()
    else {
      answer.pause()
      clearTimeout(stalled)
      stalled = setTimeout(() => {
        exchange.ending = endings.readsNothing(writeMs)
        client.destroy()
      }, writeMs)
    }
  })
  response.on('drain', () => {
    answer.resume()
    watch()
  })
  answer.on('end', () => {
    clearTimeout(stalled)
    if (!answer.complete) return
    claimEnd()
    exchange.finish('complete')
    response.end()
  })
  answer.on('error', () => undefined)
  answer.on('close', () => {
    clearTimeout(stalled)
    if (!claimEnd()) return
    exchange.finish('backend-broke', {
      kind: 'response-cut',
      side: 'backend',
      stage: 'response-started',
      detail: `answer of ${exchange.backend?.address ?? 'the backend'} was cut off`,
    })
    // The client must see that the answer is not whole.
    client.destroy()
  })
}

/** Writes a head, or says why `node:http` throws on it: one bad response must not cost more than a 502. */
export function writeHead(
  response: ServerResponse,
  status: number,
  reason: string | undefined,
  headers: string[],
): Failure | undefined {
  try {
    response.writeHead(status, reason, headers)
    return undefined
  } catch (error) {
    const detail = `the head of the response cannot be passed on: ${(error as Error).message}`
    return { kind: 'invalid-response', side: 'backend', stage: 'response-started', detail }
  }
}

/** Passes early hints on. Node throws on links that are not in order; such hints are dropped, since nothing depends on them. */
export function writeHints(response: ServerResponse, fields: IncomingMessage['headers']): void {
  try {
    response.writeEarlyHints(fields as Record<string, string | string[]>)
  } catch {
    // The final answer is still to come.
  }
}
