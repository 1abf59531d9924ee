/** Clients and servers that nobody here has written, through the real process: git over HTTP, and bodies far larger than any memory. */
import { execFile, execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { type Balancer, balance, endStory, onePool } from './world.ts'

const MIB = 1 << 20

/** A server of `git http-backend`, the CGI program that comes with git. */
function gitServer(root: string): http.Server {
  return http.createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://x')
    const child = spawn('git', ['http-backend'], {
      env: {
        ...process.env,
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        REMOTE_USER: 'story',
        REQUEST_METHOD: request.method,
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        ...(request.headers['git-protocol'] && { GIT_PROTOCOL: String(request.headers['git-protocol']) }),
        ...(request.headers['content-length'] && { CONTENT_LENGTH: request.headers['content-length'] }),
      },
    })
    request.pipe(child.stdin)
    let head = Buffer.alloc(0)
    child.stdout.on('data', (bytes: Buffer) => {
      if (response.headersSent) return void response.write(bytes)
      head = Buffer.concat([head, bytes])
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      const fields = head
        .subarray(0, end)
        .toString()
        .split('\r\n')
        .map((line) => line.split(': ', 2))
      const status = Number(fields.find(([name]) => name === 'Status')?.[1]?.slice(0, 3) ?? 200)
      response.writeHead(status, fields.filter(([name]) => name !== 'Status').flat() as string[])
      response.write(head.subarray(end + 4))
    })
    child.on('close', () => response.end())
  })
}

/** Sends and takes bodies of any size without keeping them: GET /bytes/N, PUT answers with the number and hash of what came. */
function bulkServer(): http.Server {
  const piece = Buffer.alloc(MIB, 'evenkeel ')
  return http.createServer((request, response) => {
    if (request.method === 'PUT') {
      const hash = createHash('sha1')
      let bytes = 0
      request.on('data', (data: Buffer) => {
        bytes += data.length
        hash.update(data)
      })
      request.on('end', () => response.end(`${bytes} ${hash.digest('hex')}`))
      return
    }
    let left = Number(request.url?.split('/').pop()) / MIB
    response.writeHead(200, { 'content-length': left * MIB })
    const more = () => {
      while (left > 0) {
        left -= 1
        if (!response.write(piece)) return void response.once('drain', more)
      }
      response.end()
    }
    more()
  })
}

const residentMiB = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) / 1024

describe('real clients', () => {
  let balancer: Balancer | undefined
  let server: http.Server | undefined
  const folders: string[] = []
  const folder = () => {
    const path = mkdtempSync(join(tmpdir(), 'evenkeel-real-'))
    folders.push(path)
    return path
  }
  afterEach(async () => {
    await endStory(balancer, [])
    server?.closeAllConnections()
    server?.close()
    for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true })
  })

  async function through(to: http.Server) {
    server = to
    await new Promise<void>((resolve) => to.listen(0, '127.0.0.1', resolve))
    const running = await balance(onePool([{ name: 'b1', address: `127.0.0.1:${(to.address() as AddressInfo).port}` }]))
    balancer = running
    return running
  }

  it('git clones, pushes several MiB of noise and clones again', async () => {
    const root = folder()
    execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', join(root, 'noise.git')])
    const { url } = await through(gitServer(root))
    const git = (cwd: string, ...args: string[]) =>
      promisify(execFile)('git', ['-c', 'user.name=s', '-c', 'user.email=s@example.test', ...args], {
        cwd,
        env: { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_GLOBAL: '/dev/null' },
      })
    const work = folder()
    await git(work, 'clone', '--quiet', `${url}/noise.git`, 'first')
    const first = join(work, 'first')
    const noise = Buffer.alloc(6 * MIB)
    for (let at = 0; at < noise.length; at += 20) createHash('sha1').update(String(at)).digest().copy(noise, at)
    writeFileSync(join(first, 'noise'), noise)
    await git(first, 'add', '.')
    await git(first, 'commit', '--quiet', '-m', 'noise')
    // Larger than git's buffer for posts: it sends chunks, and asks first whether it may.
    await git(first, 'push', '--quiet', 'origin', 'HEAD:main')
    await git(work, 'clone', '--quiet', '--branch', 'main', `${url}/noise.git`, 'second')
    expect(readFileSync(join(work, 'second', 'noise')).equals(noise)).toBe(true)
  })

  it('1 GiB each way at once, whole, while memory stays flat', async () => {
    const running = await through(bulkServer())
    const pid = running.process.pid as number
    const size = 1024 * MIB
    const before = residentMiB(pid)
    let most = 0
    const watch = setInterval(() => {
      most = Math.max(most, residentMiB(pid))
    }, 100)
    const down = new Promise<number>((resolve, reject) => {
      http
        .get(`${running.url}/bytes/${size}`, (answer) => {
          let bytes = 0
          answer.on('data', (data: Buffer) => {
            bytes += data.length
          })
          answer.on('end', () => resolve(bytes))
          answer.on('error', reject)
        })
        .on('error', reject)
    })
    const piece = Buffer.alloc(MIB, 'evenkeel ')
    const hash = createHash('sha1')
    const up = new Promise<string>((resolve, reject) => {
      const request = http.request(`${running.url}/`, { method: 'PUT' }, (answer) => {
        let text = ''
        answer.on('data', (data) => {
          text += data
        })
        answer.on('end', () => resolve(text))
      })
      request.on('error', reject)
      let left = size / MIB
      const more = () => {
        while (left > 0) {
          left -= 1
          hash.update(piece)
          if (!request.write(piece)) return void request.once('drain', more)
        }
        request.end()
      }
      more()
    })
    expect(await down).toBe(size)
    expect(await up).toBe(`${size} ${hash.digest('hex')}`)
    clearInterval(watch)
    expect(most).toBeGreaterThan(0)
    expect(most - before).toBeLessThan(96)
  })
})
