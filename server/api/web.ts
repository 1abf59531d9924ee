/** The built dashboard: files of `dist/web`, and its start page for every address of the single-page application. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ControlError } from '../errors.ts'
import type { App } from './app.ts'
import { sendProblem } from './problems.ts'

const missing = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Evenkeel</title>
<h1>The dashboard is not built</h1>
<p>The balancer and its API run. To build the dashboard, run <code>npm run build</code> in the directory of Evenkeel and reload this page.</p>
</html>
`

function wantsPage(request: FastifyRequest): boolean {
  const read = request.method === 'GET' || request.method === 'HEAD'
  const path = request.url.split('?')[0] as string
  return read && !path.startsWith('/api') && !path.startsWith('/assets/') && !/\.[a-z0-9]{2,5}$/i.test(path)
}

/** Serves files and the start page; answers everything unknown. `root` may appear later: it is looked at per request. */
export function webRoutes(app: App, root: string): void {
  app.get('/*', { schema: { hide: true } }, (request, reply) => {
    const path = (request.params as { '*': string })['*']
    if (path.startsWith('api')) return unknown(request, reply)
    if (path === '' || path.endsWith('/')) return startPage(reply)
    if (path.startsWith('assets/')) reply.header('cache-control', 'public, max-age=31536000, immutable')
    else reply.header('cache-control', 'no-cache')
    return reply.sendFile(path, root)
  })

  function startPage(reply: FastifyReply) {
    reply.header('cache-control', 'no-cache')
    if (!existsSync(join(root, 'index.html')))
      return reply.code(503).type('text/html; charset=utf-8').header('cache-control', 'no-store').send(missing)
    return reply.code(200).sendFile('index.html', root)
  }

  function unknown(request: FastifyRequest, reply: FastifyReply) {
    const path = request.url.split('?')[0]
    return sendProblem(reply, new ControlError('not-found', `There is nothing at ${request.method} ${path}.`))
  }

  app.setNotFoundHandler((request, reply) => (wantsPage(request) ? startPage(reply) : unknown(request, reply)))
}
