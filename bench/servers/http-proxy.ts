/** The bare http-proxy library: `port http-backends echo-backends keep|close`, ports separated by commas; `close`: without an agent. */
import { randomUUID } from 'node:crypto'
import http from 'node:http'
import httpProxy from 'http-proxy'

const [port, files = '', echoes = '', connections] = process.argv.slice(2)
const targets = (ports: string) => ports.split(',').map((one) => `http://127.0.0.1:${one}`)
const [backends, echoBackends] = [targets(files), targets(echoes)]
let turn = 0

const agent = connections === 'close' ? undefined : new http.Agent({ keepAlive: true })
const proxy = httpProxy.createProxyServer({ ...(agent && { agent }), xfwd: true })
proxy.on('error', (_error, _request, response) => {
  if (response && 'writeHead' in response) response.writeHead(502).end()
  else response?.destroy()
})
const server = http.createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
  proxy.web(request, response, {
    target: backends[turn++ % backends.length],
    headers: { 'x-request-id': randomUUID(), via: '1.1 bench' },
  })
})
server.on('upgrade', (request, socket, head) => {
  socket.on('error', () => socket.destroy())
  proxy.ws(request, socket, head, { target: echoBackends[turn++ % echoBackends.length] })
})
server.listen(Number(port), '127.0.0.1', 4096)
