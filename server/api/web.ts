/** The built dashboard: files of `dist/web`, and its start page for every address of the single-page application. */
import { statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ControlError } from '../errors.ts'
import type { App } from './fastify.ts'
import type { ApiParts } from './parts.ts'
import { sendProblem } from './problems.ts'

const missing = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Evenkeel</title>
<h1>The dashboard is not built</h1>
<p>The balancer and its API run. To build the dashboard, run <code>npm run build</code> in the directory of Evenkeel and reload this page.</p>
</html>
`

/** Whether `path` names a file below `root`; dot files and anything that leads outside do not. */
function isFile(root: string, path: string): boolean {
  if (path.includes('\0') || path.split('/').some((part) => part.startsWith('.'))) return false
  const file = resolve(root, path)
  if (!file.startsWith(resolve(root) + sep)) return false
  try {
    return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false
  } catch {
    return false
  }
}

const FILE_ENDING = /\.(?:js|mjs|css|map|json|html?|txt|xml|svg|png|jpe?g|gif|webp|ico|woff2?|webmanifest|php|asp)$/i

/** Whether an address belongs to the application itself, which finds its own pages: `/pools/app.v2`. */
function isPage(path: string): boolean {
  const odd = /[\0\\]|\/\/|^\/|(?:^|\/)\./.test(path)
  return !odd && !/^(?:api|assets)(?:\/|$)/.test(path) && !FILE_ENDING.test(path)
}

function unknown(request: FastifyRequest, reply: FastifyReply) {
  const path = request.url.split('?')[0]
  return sendProblem(reply, new ControlError('not-found', `There is nothing at ${request.method} ${path}.`))
}

/** The start page as it is built names its files from itself on; it is served at many addresses, so they get the whole path. */
async function completed(root: string, adminPath: string): Promise<string> {
  const built = await readFile(join(root, 'index.html'), 'utf8')
  return built
    .replaceAll('="./', `="${adminPath}/`)
    .replace('<meta name="evenkeel-path" content=""', `<meta name="evenkeel-path" content="${adminPath}"`)
}

async function startPage(reply: FastifyReply, { webRoot, adminPath }: ApiParts) {
  if (isFile(webRoot, 'index.html'))
    return reply
      .header('cache-control', 'no-cache')
      .type('text/html; charset=utf-8')
      .send(await completed(webRoot, adminPath))
  return reply.code(503).type('text/html; charset=utf-8').header('cache-control', 'no-store').send(missing)
}

/** Serves files and the start page; answers everything unknown. `webRoot` may appear later: it is looked at per request. */
export function webRoutes(app: App, parts: ApiParts): void {
  const root = parts.webRoot
  app.get('/*', { schema: { hide: true } }, (request, reply) => {
    const path = (request.params as { '*': string })['*']
    if (path !== 'index.html' && isFile(root, path)) {
      const forever = path.startsWith('assets/')
      reply.header('cache-control', forever ? 'public, max-age=31536000, immutable' : 'no-cache')
      return reply.sendFile(path, root)
    }
    return isPage(path) || path === 'index.html' ? startPage(reply, parts) : unknown(request, reply)
  })
  app.setNotFoundHandler(unknown)
}
