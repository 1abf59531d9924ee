import { afterEach, describe, expect, it } from 'vitest'
import { type ControlWorld, controlWorld, smallDocument } from '../testing/admin-world.ts'
import { addBackends } from './edits.ts'

let world: ControlWorld
afterEach(() => world?.close())

const weigh = (weight: number) => (document: ReturnType<typeof smallDocument>) => {
  const backend = document.pools?.[0]?.backends?.[1]
  if (backend) backend.weight = weight
  return document
}

describe('changing the configuration', () => {
  it('stores the document as written, puts it in force and says what changed', async () => {
    world = await controlWorld()
    const { control, dataPlane, recorded } = world
    const answer = await control.change({ base: 1, edit: weigh(5), author: 'ada' })
    expect(answer).toMatchObject({ revision: 2, previous: 1, summary: 'app / app-2: weight 2 → 5' })
    expect(answer.config.pools?.[0]?.backends?.[0]).toEqual({ id: 'app-1', address: '127.0.0.1:3001' })
    expect(control.revision(2)).toMatchObject({ author: 'ada', document: answer.config })
    expect(dataPlane.applied.map(({ revision }) => revision)).toEqual([1, 2])
    expect(recorded.at(-1)).toMatchObject({ kind: 'revision', revision: 2, actor: 'ada', pools: ['app'] })
  })

  it('refuses a stale base with the current revision and changes nothing', async () => {
    world = await controlWorld()
    await world.control.change({ edit: weigh(5), author: 'ada' })
    await expect(world.control.change({ base: 1, edit: weigh(6), author: 'bob' })).rejects.toMatchObject({
      code: 'stale-revision',
      revision: 2,
    })
    expect(world.control.current().revision).toBe(2)
  })

  it('lets exactly one of ten simultaneous edits of the same base win', async () => {
    world = await controlWorld()
    const edits = Array.from({ length: 10 }, (_, index) =>
      world.control.change({ base: 1, edit: weigh(10 + index), author: `p${index}` }),
    )
    const results = await Promise.allSettled(edits)
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
    expect(world.control.revisions({ limit: 50 })).toHaveLength(2)
  })

  it('tells every fault with its path', async () => {
    world = await controlWorld()
    const broken = () => ({
      version: 1 as const,
      listeners: [{ id: 'web', bind: 'nonsense' }],
      pools: [{ id: 'app', backends: [{ id: 'a', address: 'b' }], drain: '10' }],
    })
    const error = await world.control.change({ edit: broken, author: 'ada' }).catch((thrown) => thrown)
    expect(error.code).toBe('invalid-config')
    expect(error.issues.map((issue: { path: string }) => issue.path).sort()).toEqual([
      'listeners.0.bind',
      'pools.0.backends.0.address',
      'pools.0.drain',
    ])
    expect(world.dataPlane.applied).toHaveLength(1)
  })

  it('makes no revision when nothing changes', async () => {
    world = await controlWorld()
    const answer = await world.control.change({ edit: (document) => document, author: 'ada' })
    expect(answer).toMatchObject({ revision: 1, previous: 1, summary: 'nothing changed' })
    expect(world.dataPlane.applied).toHaveLength(1)
  })

  it('refuses addresses that cannot be listened on before anything is stored', async () => {
    world = await controlWorld()
    world.dataPlane.bindProblems = [{ listener: 'web', bind: '0.0.0.0:80', problem: 'EACCES' }]
    const error = await world.control.change({ edit: weigh(9), author: 'ada' }).catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'cannot-bind' })
    expect(error.message).toMatch(/port 80 .*setcap.*ip_unprivileged_port_start/s)
    expect(world.control.current().revision).toBe(1)
  })

  it('leaves everything as it was when the database fails', async () => {
    world = await controlWorld()
    world.db.pragma('query_only = ON')
    await expect(world.control.change({ edit: weigh(9), author: 'ada' })).rejects.toMatchObject({
      code: 'storage-failing',
    })
    expect(world.control.current().revision).toBe(1)
    expect(world.dataPlane.applied).toHaveLength(1)
    world.db.pragma('query_only = OFF')
    await expect(world.control.change({ edit: weigh(9), author: 'ada' })).resolves.toMatchObject({ revision: 2 })
  })

  it('says when a saved change is not in force', async () => {
    world = await controlWorld()
    world.dataPlane.failApply = new Error('worker 1 did not answer')
    const failed = world.control.change({ edit: weigh(9), author: 'ada' })
    await expect(failed).rejects.toMatchObject({ code: 'apply-failed' })
    expect(world.recorded.at(-1)).toMatchObject({ severity: 'error', revision: 2 })
  })

  it('restores an older revision as a new one', async () => {
    world = await controlWorld()
    await world.control.change({ edit: addBackends('app', [{ address: '127.0.0.1:3003' }]), author: 'ada' })
    const answer = await world.control.restore({ number: 1, base: 2, author: 'ada' })
    expect(answer).toMatchObject({ revision: 3, previous: 2, summary: 'restored revision 1 (app: removed app-3)' })
    expect(answer.config).toEqual(smallDocument())
    const none = world.control.restore({ number: 99, base: 3, author: 'ada' })
    await expect(none).rejects.toMatchObject({ code: 'not-found' })
  })
})
