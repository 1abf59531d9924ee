/** A real nginx as the backend of probes. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { type HealthCheckConfig, healthCheckSchema } from '../../shared/config/health-check.ts'
import { createProbes } from './probes.ts'

/** Told only where nginx is installed; the story with a server of ours is told everywhere. */
const installed = spawnSync('nginx', ['-v']).status === 0

let nginx: ChildProcess | undefined
let directory = ''
afterEach(async () => {
  const gone = new Promise((resolve) => nginx?.once('exit', resolve))
  if (nginx?.kill()) await gone
  rmSync(directory, { recursive: true, force: true })
})

async function freePort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => resolve(true))
    socket.on('error', () => resolve(false)).on('connect', () => socket.destroy())
  })

test.runIf(installed)('nginx sends its slow page whole to every probe, and logs no client that left', async () => {
  directory = mkdtempSync(join(tmpdir(), 'evenkeel-nginx-'))
  const port = await freePort()
  writeFileSync(join(directory, 'index.html'), 'x'.repeat(150_000))
  writeFileSync(
    join(directory, 'nginx.conf'),
    `daemon off; master_process off; pid ${directory}/pid; error_log ${directory}/error.log info;
events {}
http {
  log_format kept '$status $body_bytes_sent [$request_completion]';
  access_log ${directory}/access.log kept;
  client_body_temp_path ${directory}/a; proxy_temp_path ${directory}/b; fastcgi_temp_path ${directory}/c;
  uwsgi_temp_path ${directory}/d; scgi_temp_path ${directory}/e;
  server { listen 127.0.0.1:${port}; root ${directory}; limit_rate 100k; }
}`,
  )
  nginx = spawn('nginx', ['-c', join(directory, 'nginx.conf'), '-p', directory], { stdio: 'ignore' })
  await expect.poll(() => answers(port), { timeout: 10_000 }).toBe(true)
  const check = healthCheckSchema.parse({ type: 'http', timeout: '5s' }) as HealthCheckConfig
  const probe = createProbes().of(check)
  for (let turn = 0; turn < 3; turn++)
    expect(await probe?.probe({ host: '127.0.0.1', port })).toMatchObject({ passed: true, status: 200 })
  const log = (name: string) => readFileSync(join(directory, name), 'utf8')
  await expect.poll(() => log('access.log').trim().split('\n').length, { timeout: 15_000 }).toBe(3)
  expect(log('access.log')).toBe('200 150000 [OK]\n'.repeat(3))
  expect(log('error.log')).not.toMatch(/prematurely|reset by peer|\[(error|crit)\]/)
})
