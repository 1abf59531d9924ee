/**
 * One HTTP request on a connection of its own, within one time limit for everything. The answer is given as soon as it is known; what is left
 * of the response is heard out.
 */
import type { ClientRequest, IncomingMessage } from 'node:http'
import { BodyWindow } from './body-window.ts'
import { checkLiteral, inWords, lookupThrough } from './connect.ts'
import { startDeadline } from './deadline.ts'
import { hearOut } from './hear-out.ts'
import { ProbeFailed, ProbeNotMade, type ProbeParts, type ProbeTarget, spell } from './probe.ts'

// An import would make Node look at every export of `http`, WebSocket among them, and so load its whole fetch implementation: 16 MB.
const { request } = process.getBuiltinModule('node:http')

export interface HttpQuestion {
  target: ProbeTarget
  method: string
  path: string
  headers: Record<string, string>
  /** Text that the body must contain, within its first 64 KiB; absent: the status decides alone. */
  contains?: string | undefined
  /** Is an answer with this status read at all? One that has failed already is not waited for. */
  worthReading?: (status: number) => boolean
  /** For look-up, connection, head and body together. Milliseconds. */
  timeoutMs: number
}

export interface HttpAnswer {
  status: number
  /** Until the answer was decided: the head when the status decides alone, else the text. Milliseconds. */
  tookMs: number
  /** False when the text asked for is not in the first 64 KiB. */
  contains: boolean
  bodyStart: string
}

/** How long the beginning of a body is waited for when nothing depends on it, in milliseconds: it is only shown. */
const CURIOSITY_MS = 200

type Phase = 'looking' | 'connecting' | 'waiting' | 'reading'

function late(phase: Phase, { target, contains, timeoutMs }: HttpQuestion): ProbeFailed {
  const within = `within ${spell(timeoutMs)}`
  if (phase === 'looking') return new ProbeFailed('name', `no name server answered for ${target.host} ${within}`)
  if (phase === 'connecting') return new ProbeFailed('no-connection', `no connection ${within}`)
  return new ProbeFailed(
    'no-answer',
    phase === 'reading' ? `"${contains}" did not arrive ${within}` : `no answer ${within}`,
  )
}

function open({ target, method, path, headers }: HttpQuestion, parts: ProbeParts): ClientRequest {
  checkLiteral(target.host, parts.policy)
  const { host, port } = target
  const outgoing = request({
    host,
    port,
    method,
    path,
    headers,
    agent: false,
    setHost: false,
    lookup: lookupThrough(parts),
  })
  return outgoing.end()
}

const tenths = (ms: number) => Math.round(ms * 10) / 10

/** Reads a body until the question is answered. `done` may be called more than once: the first call counts. */
function readBody(response: IncomingMessage, question: HttpQuestion, done: (body: BodyWindow, error?: Error) => void) {
  const body = new BodyWindow(question.contains)
  const needed = !body.contains && (question.worthReading?.(response.statusCode ?? 0) ?? true)
  const patience = needed ? undefined : setTimeout(() => finish(), CURIOSITY_MS)
  let finished = false
  const finish = (error?: Error) => {
    clearTimeout(patience)
    finished = true
    done(body, error)
  }
  response.on('data', (chunk: Buffer) => {
    if (finished) return
    body.add(chunk)
    if (body.full || (needed && body.contains)) finish()
  })
  response.on('end', () => finish())
  response.on('error', () => finish(new ProbeFailed('closed', 'connection closed in the middle of the answer')))
  response.on('close', () => clearTimeout(patience))
}

/**
 * Sends the request and reads the answer. The connection ends within the time limit in every case. Rejects with `ProbeFailed` (words) when there is
 * no usable answer and with `ProbeNotMade` when it was called off or could not be tried.
 */
export function ask(question: HttpQuestion, parts: ProbeParts, signal?: AbortSignal): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new ProbeNotMade('called off'))
    const began = performance.now()
    let phase: Phase = 'looking'
    let outgoing: ClientRequest
    try {
      outgoing = open(question, parts)
    } catch (error) {
      return reject(inWords(error))
    }
    let settled = false
    const settle = (outcome: HttpAnswer | Error, rest?: IncomingMessage) => {
      if (settled) return
      settled = true
      stop()
      signal?.removeEventListener('abort', abort)
      if (rest === undefined || rest.complete) outgoing.destroy()
      else hearOut(rest, outgoing, question.timeoutMs - (performance.now() - began))
      if (outcome instanceof Error) reject(outcome)
      else resolve(outcome)
    }
    const abort = () => settle(new ProbeNotMade('called off'))
    let arriving: IncomingMessage | undefined
    const stop = startDeadline(question.timeoutMs, () => settle(late(phase, question), arriving))
    signal?.addEventListener('abort', abort)
    outgoing.on('socket', (socket) => {
      socket.on('connectionAttempt', () => {
        phase = 'connecting'
      })
      socket.on('connect', () => {
        phase = 'waiting'
      })
    })
    outgoing.on('upgrade', (response, socket) => {
      socket.destroy()
      const tookMs = tenths(performance.now() - began)
      settle({ status: response.statusCode ?? 101, tookMs, contains: question.contains === undefined, bodyStart: '' })
    })
    outgoing.on('response', (response) => {
      phase = 'reading'
      arriving = response
      const headMs = performance.now() - began
      readBody(response, question, (body, error) => {
        const tookMs = tenths(question.contains === undefined ? headMs : performance.now() - began)
        const { contains, start: bodyStart } = body
        if (error === undefined) settle({ status: response.statusCode ?? 0, tookMs, contains, bodyStart }, response)
        else settle(error)
      })
    })
    outgoing.on('error', (error) => settle(inWords(error)))
  })
}
