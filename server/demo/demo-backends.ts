/** Three sample HTTP backends on loopback: one fast, one slow, one that has bad moments. Each names itself in page and `x-backend`. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerFor, type Random, type Temper } from './sample-answers.ts'

export interface SampleBackend {
  id: string
  /** `127.0.0.1:port`. */
  address: string
}

export interface SampleBackends {
  backends: SampleBackend[]
  /** Closes everything at once, connections included. */
  close(): Promise<void>
}

const TEMPERS: readonly Temper[] = ['fast', 'slow', 'flaky']

function page(id: string, temper: Temper, status: number): string {
  const title = status === 200 ? `Hello from ${id}` : `${id} answers ${status}`
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>
<style>body{font:1.1rem system-ui;display:grid;place-content:center;min-height:90vh;text-align:center}</style>
<h1>${title}</h1><p>This is the ${temper} sample backend. Reload to see who answers next.</p></html>
`
}

function send(request: IncomingMessage, response: ServerResponse, id: string, temper: Temper, status: number): void {
  const path = request.url ?? '/'
  const json =
    path.startsWith('/api/') || path.startsWith('/health') || request.headers.accept?.includes('json') === true
  const body = json ? `${JSON.stringify({ backend: id, path, ok: status < 400 })}\n` : page(id, temper, status)
  response.writeHead(status, {
    'content-type': json ? 'application/json' : 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-backend': id,
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

function serve(id: string, temper: Temper, random: Random): Server {
  const began = performance.now()
  return createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] as string
    const { status, delayMs } = answerFor(temper, path, performance.now() - began, random)
    request.resume()
    const timer = setTimeout(() => send(request, response, id, temper, status), delayMs)
    response.on('close', () => clearTimeout(timer))
  })
}

/** Starts the three. Rejects when a port cannot be opened. */
export async function startSampleBackends(random: Random = Math.random): Promise<SampleBackends> {
  const named = TEMPERS.map((temper) => ({ id: `demo-${temper}`, server: serve(`demo-${temper}`, temper, random) }))
  const close = async () => {
    await Promise.all(
      named.map(({ server }) => {
        const closed = new Promise<void>((resolve) => server.close(() => resolve()))
        server.closeAllConnections()
        return closed
      }),
    )
  }
  try {
    await Promise.all(
      named.map(
        ({ server }) =>
          new Promise<void>((resolve, reject) => {
            server.once('error', reject)
            server.listen(0, '127.0.0.1', resolve)
          }),
      ),
    )
  } catch (error) {
    await close()
    throw error
  }
  const backends = named.map(({ id, server }) => ({
    id,
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
  }))
  return { backends, close }
}
