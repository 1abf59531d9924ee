/** Sends one request through a listener of ours, as a client would, and says who answered. */
import { parseHostPort } from '../../shared/address.ts'

// An import would make Node load its whole fetch implementation, see `monitors/http-ask.ts`.
const http = process.getBuiltinModule('node:http')

export interface TestRequestAnswer {
  url: string
  status: number | null
  backend: string | null
  tookMs: number
  detail: string
}

export interface TestRequestParts {
  /** `host:port` of a listener; the first one when none is named. Undefined when there is none. */
  addressOf(listener: string | undefined): string | undefined
  /** Which backend answered the request with this id, once its record has come in; null when we answered. */
  backendOf(requestId: string): string | null | undefined
  /** Makes the request be logged with why its backend was chosen. */
  debugToken(): string
  /** Monotonic milliseconds. */
  now(): number
}

const TIMEOUT_MS = 10_000
const BODY_START = 200
/** Records come from the workers in batches: how long to wait for the one that names the backend. */
const RECORD_WAIT_MS = 600

function connectable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  return host === '::' ? '::1' : host
}

function ask(
  host: string,
  port: number,
  path: string,
  debugToken: string,
): Promise<{ status: number; id: string; body: string }> {
  return new Promise((resolve, reject) => {
    const request = http.get(
      {
        host,
        port,
        path,
        agent: false,
        timeout: TIMEOUT_MS,
        headers: { 'user-agent': 'evenkeel-test', 'x-evenkeel-debug': debugToken },
      },
      (answer) => {
        let body = ''
        answer.setEncoding('utf8')
        answer.on('data', (text: string) => {
          body += text
          if (body.length > BODY_START) answer.destroy()
        })
        answer.on('close', () =>
          resolve({
            status: answer.statusCode ?? 0,
            id: String(answer.headers['x-request-id'] ?? ''),
            body: body.slice(0, BODY_START),
          }),
        )
        answer.on('error', () => undefined)
      },
    )
    request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)))
    request.on('error', reject)
  })
}

/** Sends `GET path`. Never rejects: what went wrong is in `detail`. */
export function createTestRequest(parts: TestRequestParts) {
  return async ({ listener, path }: { listener?: string; path: string }): Promise<TestRequestAnswer> => {
    const address = parts.addressOf(listener)
    const at = address === undefined ? undefined : parseHostPort(address)
    if (at === undefined)
      return { url: path, status: null, backend: null, tookMs: 0, detail: 'There is no listener to send it to.' }
    const host = connectable(at.host)
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${at.port}${path}`
    const begun = parts.now()
    try {
      const { status, id, body } = await ask(host, at.port, path, parts.debugToken())
      const tookMs = parts.now() - begun
      return { url, status, backend: await named(parts, id), tookMs, detail: body }
    } catch (error) {
      return {
        url,
        status: null,
        backend: null,
        tookMs: parts.now() - begun,
        detail: error instanceof Error ? error.message : String(error),
      }
    }
  }
}

async function named(parts: TestRequestParts, id: string): Promise<string | null> {
  for (let waited = 0; waited <= RECORD_WAIT_MS; waited += 50) {
    const backend = parts.backendOf(id)
    if (backend !== undefined) return backend
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return null
}
