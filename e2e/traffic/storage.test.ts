/** A start where the database cannot be used: traffic comes first, nothing is lost, and it mends itself when it can. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Problem } from '../../shared/api/problem.ts'
import type { EventRecord } from '../../shared/api/records.ts'
import {
  type Balancer,
  balance,
  endStory,
  eventually,
  load,
  type NamedBackend,
  onePool,
  startBackends,
  startBalancer,
} from './world.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const NODE = join(ROOT, 'node_modules', 'node', 'bin', 'node')
const PASSWORD = 'a long enough passphrase'

/** Ways to damage a database, each on the bytes of the file. */
const damages: Record<string, (file: string) => void> = {
  'garbage instead of a file': (file) => writeFileSync(file, Buffer.alloc(80_000, 'not a database ')),
  'cut in half': (file) => truncateSync(file, Math.floor(statSync(file).size / 2)),
  'cut to nothing': (file) => truncateSync(file, 0),
  'a wrong header': (file) => change(file, (bytes) => bytes.fill(0x5a, 0, 100)),
  'a page of nonsense': (file) => change(file, (bytes) => bytes.fill(0x5a, 4096 * 3, 4096 * 4)),
  'nonsense all over': (file) =>
    change(file, (bytes) => {
      for (let page = 1; page * 4096 < bytes.length; page += 2) bytes.fill(0xa5, page * 4096, page * 4096 + 2048)
    }),
}

function change(file: string, edit: (bytes: Buffer) => void): void {
  const bytes = readFileSync(file)
  edit(bytes)
  writeFileSync(file, bytes)
}

/** A file system of its own with 6 MB, and how to fill it up. */
function smallDisk(ends: (() => void)[]) {
  const place = mkdtempSync(join(tmpdir(), 'evenkeel-disk-'))
  ends.push(() => rmSync(place, { recursive: true, force: true }))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', place])
  ends.push(() => execFileSync('umount', ['-l', place]))
  const filler = join(place, 'filler')
  return {
    data: join(place, 'data'),
    fill: () => {
      for (const block of ['64k', '1k', '1'])
        try {
          execFileSync('dd', ['if=/dev/zero', `of=${filler}-${block}`, `bs=${block}`], { stdio: 'ignore' })
        } catch {
          // It ends when there is no room left.
        }
    },
    empty: () => {
      for (const name of readdirSync(place)) if (name.startsWith('filler')) rmSync(join(place, name))
    },
    protect: (how: 'ro' | 'rw') => execFileSync('mount', ['-o', `remount,${how},size=6m`, place]),
  }
}

/** Whether this user may make a file system of their own, to fill it up; elsewhere those stories cannot be told. */
const mountable = (() => {
  const place = mkdtempSync(join(tmpdir(), 'evenkeel-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place], { stdio: 'ignore' })
    execFileSync('umount', ['-l', place])
    return true
  } catch {
    process.stdout.write('A full disk and one that may only be read are not tried: mounting needs root.\n')
    return false
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
})()
const disks = mountable ? [smallDisk] : []

describe('a start with a database that cannot be used', () => {
  let balancer: Balancer | undefined
  let backends: NamedBackend[] = []
  const ends: (() => void)[] = []
  afterEach(async () => {
    await endStory(balancer, backends)
    balancer = undefined
    for (const end of ends.splice(0).reverse()) end()
  })

  /** A data directory in which a balancer has run with two backends and one account, and was ended. Answers its newest revision. */
  async function used(data: string, signal: NodeJS.Signals = 'SIGTERM') {
    backends = await startBackends(2)
    const env = { EVENKEEL_ADMIN_PASSWORD: PASSWORD }
    balancer = await balance(onePool(backends, { healthCheck: { type: 'none' } }), { data, env, workers: 1 })
    const { revision } = await balancer.status()
    await balancer.stop(signal)
    return revision
  }

  const directory = () => {
    const made = mkdtempSync(join(tmpdir(), 'evenkeel-storage-'))
    ends.push(() => rmSync(made, { recursive: true, force: true }))
    return made
  }

  const start = async (data: string) => {
    balancer = await startBalancer({ data, workers: 1 })
    return balancer
  }
  const serves = async (running: Balancer) => {
    const { listeners } = await running.status()
    return load(`http://${listeners[0]?.address}`, { concurrency: 4, requests: 40 })
  }
  const addPool = (running: Balancer, id: string) => running.api<Problem>('POST', '/pools', { id })
  const signIn = (running: Balancer) =>
    fetch(`${running.admin}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'admin', password: PASSWORD }),
    })
  const restore = (data: string, ...more: string[]) =>
    execFileSync(NODE, ['server/main.ts', 'restore', '--data', data, ...more], { cwd: ROOT, encoding: 'utf8' })

  it.each(disks)(
    'full disk: serves, signs people in, refuses changes, and takes them when there is room again',
    async (makeDisk) => {
      const disk = makeDisk(ends)
      const revision = await used(disk.data)
      disk.fill()
      const running = await start(disk.data)
      expect(await serves(running)).toMatchObject({ ok: 40, failed: 0 })
      const status = await running.status()
      expect(status).toMatchObject({ revision, storage: { condition: 'failing' } })
      expect(status.storage.problem).toContain('the disk is full')
      expect(status.attention[0]).toMatchObject({ key: 'storage', severity: 'error', advice: status.storage.problem })
      expect(status.storage.problem).toContain(`Traffic goes on with revision ${revision}, from the database.`)
      expect(running.output()).toContain(`READ-ONLY: ${status.storage.problem}`)
      const signedIn = await signIn(running)
      expect(signedIn.status).toBe(201)
      const refused = await addPool(running, 'more')
      expect(refused).toMatchObject({ status: 503, body: { code: 'storage-failing' } })
      expect(refused.body.detail).toContain('the disk is full')
      expect(refused.headers.get('retry-after')).toBe('5')
      const user = { name: 'eve', password: PASSWORD, role: 'viewer' }
      expect(await running.api('POST', '/users', user)).toMatchObject({ status: 503 })
      expect(await running.api('GET', '/users')).toMatchObject({ status: 200, body: [{ name: 'admin' }] })

      disk.empty()
      await eventually('it has come back', 15_000, async () => (await running.status()).storage.condition === 'ok')
      expect((await running.status()).revision).toBe(revision)
      expect(await addPool(running, 'more')).toMatchObject({ status: 201, body: { revision: revision + 1 } })
      const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
      expect((await fetch(`${running.admin}/api/v1/me`, { headers: { cookie } })).status).toBe(200)
      expect(await serves(running)).toMatchObject({ ok: 40, failed: 0 })
      const events = (await running.api<EventRecord[]>('GET', '/events')).body
      expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
      expect(events.filter(({ kind, severity }) => kind === 'storage' && severity === 'info')).not.toEqual([])
      await running.stop()

      const again = await start(disk.data)
      expect(await again.status()).toMatchObject({ revision: revision + 1, storage: { condition: 'ok' } })
      const kept = (await again.api<EventRecord[]>('GET', '/events')).body.map(({ id }) => id)
      for (const { id } of events) expect(kept).toContain(id)
    },
  )

  it.each(disks)(
    'full disk after a kill: the log of the database takes what fits in, then changes are refused, and none that was taken is lost',
    async (makeDisk) => {
      const disk = makeDisk(ends)
      let revision = await used(disk.data, 'SIGKILL')
      disk.fill()
      const running = await start(disk.data)
      expect(await serves(running)).toMatchObject({ ok: 40, failed: 0 })
      await eventually('a change is refused', 60_000, async () => {
        const { status } = await addPool(running, `more-${revision}`)
        if (status === 201) revision += 1
        return status === 503
      })
      const signedIn = await signIn(running)
      expect(signedIn.status).toBe(201)
      const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
      const me = async () => (await fetch(`${running.admin}/api/v1/me`, { headers: { cookie } })).status
      expect(await me()).toBe(200)
      await eventually('the page says so', 15_000, async () =>
        (await running.status()).storage.problem?.includes('the disk is full'),
      )
      disk.empty()
      await eventually('it takes changes', 15_000, async () => (await addPool(running, 'last')).status === 201)
      expect(await me()).toBe(200)
      await running.stop('SIGKILL')
      const again = await start(disk.data)
      expect(await again.status()).toMatchObject({ revision: revision + 1 })
      expect((await fetch(`${again.admin}/api/v1/me`, { headers: { cookie } })).status).toBe(200)
    },
  )

  it.each(disks)(
    'a directory that may only be read: the same, and it comes back when it may be written',
    async (makeDisk) => {
      const disk = makeDisk(ends)
      const revision = await used(disk.data, 'SIGKILL')
      disk.protect('ro')
      const running = await start(disk.data)
      expect(await serves(running)).toMatchObject({ ok: 40, failed: 0 })
      expect((await running.status()).storage.problem).toContain('it cannot be written to')
      expect((await signIn(running)).status).toBe(201)
      expect((await addPool(running, 'more')).status).toBe(503)
      disk.protect('rw')
      await eventually('it has come back', 15_000, async () => (await running.status()).storage.condition === 'ok')
      expect(await addPool(running, 'more')).toMatchObject({ status: 201, body: { revision: revision + 1 } })
    },
  )

  it.each(Object.keys(damages))(
    '%s: serves the last configuration, and "restore" mends it while it runs',
    async (how) => {
      const data = directory()
      const revision = await used(data)
      const file = join(data, 'evenkeel.db')
      damages[how]?.(file)
      const damaged = readFileSync(file)

      const running = await start(data)
      expect(await serves(running)).toMatchObject({ ok: 40, failed: 0 })
      const status = await running.status()
      expect(status.revision).toBe(revision)
      expect(status.storage.problem).toContain('is damaged')
      expect(status.storage.problem).toContain('npm run restore')
      const { needed, problem } = (await (await fetch(`${running.admin}/api/v1/setup`)).json()) as {
        needed: boolean
        problem: string | null
      }
      expect(needed).toBe(false)
      expect(await signIn(running)).toMatchObject({ status: problem === null ? 201 : 503 })
      expect((await addPool(running, 'more')).status).toBe(503)
      expect(readFileSync(file).equals(damaged)).toBe(true)

      const report = restore(data)
      expect(report).toContain('evenkeel.db: damaged')
      expect(report).toContain(`Copy of the configuration: revision ${revision}`)
      expect(report).toContain('Nothing was changed.')
      expect(readFileSync(file).equals(damaged)).toBe(true)
      const done = restore(data, '--apply')
      expect(done).toContain(`Configuration: revision ${revision}`)
      const aside = /kept as (.*)\.$/m.exec(done)?.[1] as string
      expect(readFileSync(aside).equals(damaged)).toBe(true)

      await eventually('it has come back', 15_000, async () => (await running.status()).storage.condition === 'ok')
      expect((await running.status()).revision).toBe(revision)
      expect(await addPool(running, 'more')).toMatchObject({ status: 201, body: { revision: revision + 1 } })
      expect(restore(data)).toContain('there is nothing to restore')
      await running.stop()
      const again = await start(data)
      expect(await again.status()).toMatchObject({ revision: revision + 1, storage: { condition: 'ok' } })
      expect(await serves(again)).toMatchObject({ ok: 40, failed: 0 })
    },
  )

  it('a database that is gone: starts with the copy of its configuration', async () => {
    const data = directory()
    await used(data)
    rmSync(join(data, 'evenkeel.db'))
    const running = await start(data)
    expect(await running.status()).toMatchObject({ revision: 1, storage: { condition: 'ok' } })
    expect(await serves(running)).toMatchObject({ ok: 40, failed: 0 })
    expect(running.setupUrl).toContain('/setup?token=')
  })

  it.each(disks)(
    'a directory of another user: serves what may be read, and ends with the reason where nothing may',
    async (makeDisk) => {
      const disk = makeDisk(ends)
      await used(disk.data)
      const other = [
        '--reuid',
        '65534',
        '--regid',
        '65534',
        '--clear-groups',
        NODE,
        'server/main.ts',
        '--data',
        disk.data,
      ]
      const options = ['--admin', '127.0.0.1:0', '--workers', '1']
      execFileSync('chmod', ['755', join(disk.data, '..')])
      const closed = spawnSync('setpriv', [...other, ...options], { cwd: ROOT, encoding: 'utf8' })
      expect(closed).toMatchObject({ status: 1 })
      expect(closed.stderr).toMatch(/^evenkeel: The database .* cannot be used: it cannot be written to/)
      expect(closed.stderr).not.toContain('    at ')
      execFileSync('chmod', ['-R', 'a+rX', disk.data])
      const env = { ...process.env, EVENKEEL_TEST_READY: '1' }
      const child = spawn('setpriv', [...other, ...options], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] })
      ends.push(() => child.kill('SIGKILL'))
      let output = ''
      child.stdout.on('data', (chunk) => {
        output += chunk
      })
      await eventually('it serves', 30_000, () => output.includes('EVENKEEL_READY'))
      expect(output).toMatch(
        /READ-ONLY: .*it cannot be written to.*Traffic goes on with revision 2, from the database\./,
      )
      const url = /http:\/\/127\.0\.0\.1:\d+(?= {3}listener)/.exec(output)?.[0] as string
      expect(await load(url, { concurrency: 4, requests: 40 })).toMatchObject({ ok: 40, failed: 0 })
    },
  )

  it.each(disks)(
    'nothing to run at all: ends with the reason; a configuration file is enough to run',
    async (makeDisk) => {
      const disk = makeDisk(ends)
      disk.fill()
      await expect(start(disk.data)).rejects.toThrow(/exited with 1[\s\S]*the disk is full/)
      backends = await startBackends(1)
      const file = join(directory(), 'config.json')
      writeFileSync(file, JSON.stringify(onePool(backends, { healthCheck: { type: 'none' } })))
      balancer = await startBalancer({ data: disk.data, workers: 1, args: ['--config', file] })
      expect(await serves(balancer)).toMatchObject({ ok: 40, failed: 0 })
      expect((await balancer.status()).storage.problem).toContain('Traffic goes on with the configuration file.')
      disk.empty()
      const running = balancer
      await eventually('it has come back', 15_000, async () => (await running.status()).storage.condition === 'ok')
      expect(await running.api('POST', '/pools', { id: 'more' })).toMatchObject({ status: 201 })
      expect(existsSync(join(disk.data, 'evenkeel.config.json'))).toBe(true)
    },
  )

  it.each(disks)('a second process is still refused, on a full disk too', async (makeDisk) => {
    const disk = makeDisk(ends)
    await used(disk.data)
    const running = await start(disk.data)
    disk.fill()
    await expect(startBalancer({ data: disk.data, workers: 1 })).rejects.toThrow(
      new RegExp(`Another Evenkeel .*process ${running.process.pid}.* already uses`),
    )
    balancer = running
  })
})
