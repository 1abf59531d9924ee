/** Backends for machines without nginx: `/small`, `/10k` and `/1m` on every port given as argument. */
import http from 'node:http'

const bodies: Record<string, Buffer> = {
  '/small': Buffer.alloc(125, 'x'),
  '/10k': Buffer.alloc(10 << 10, 'x'),
  '/1m': Buffer.alloc(1 << 20, 'x'),
}

for (const port of process.argv.slice(2)) {
  const server = http.createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const body = bodies[request.url ?? '']
    response.writeHead(body ? 200 : 404, { 'content-length': body?.length ?? 0, 'content-type': 'text/plain' })
    response.end(body)
  })
  server.listen(Number(port), '127.0.0.1', 4096)
}
