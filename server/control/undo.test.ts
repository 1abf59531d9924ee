import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { controlWorld } from '../testing/admin-world.ts'
import { createUndo } from './undo.ts'

let world: Awaited<ReturnType<typeof controlWorld>>
beforeEach(async () => {
  world = await controlWorld()
})
afterEach(() => world.close())

const undoIn = () => createUndo({ control: world.control, now: () => world.now() + 3000 })
const backends = () =>
  world.control.current().config.pools[0]?.backends.map(({ id, weight, adminState }) => `${id} ${weight} ${adminState}`)

/** One edit of a backend, as the page makes it. */
async function patch(id: string, fields: object, author = 'ann') {
  const { revision } = await world.control.change({
    author,
    edit: (document) => ({
      ...document,
      pools: document.pools?.map((pool) => ({
        ...pool,
        backends: pool.backends?.map((backend) => (backend.id === id ? { ...backend, ...fields } : backend)),
      })),
    }),
  })
  return revision
}

describe('undo', () => {
  it('takes any change back, not only the newest, and keeps what came after', async () => {
    const drained = await patch('app-1', { adminState: 'draining' })
    await patch('app-2', { weight: 7 }, 'bob')
    const { revision, summary } = await undoIn().undo({ revisions: [drained], author: 'ann' })
    expect(backends()).toEqual(['app-1 1 active', 'app-2 7 active'])
    expect([revision, summary]).toEqual([4, expect.stringMatching(new RegExp(`^undid revision ${drained} \\(.*app-1`))])
  })

  it('takes the steps of one field back together', async () => {
    const steps = [await patch('app-1', { weight: 2 }), await patch('app-1', { weight: 3 })]
    await undoIn().undo({ revisions: steps, author: 'ann' })
    expect(backends()).toEqual(['app-1 1 active', 'app-2 2 active'])
  })

  it('refuses what was changed again, with who and when, and changes nothing', async () => {
    const first = await patch('app-1', { weight: 2 })
    const second = await patch('app-1', { weight: 5 }, 'bob')
    const { undo, whyNot } = undoIn()
    await expect(undo({ revisions: [first], author: 'ann' })).rejects.toMatchObject({
      code: 'overtaken',
      status: 409,
      revision: second,
      message: `Revision ${first} cannot be undone: weight of app / app-1 was changed again in revision ${second} (bob, 3 s ago). Nothing has changed.`,
    })
    expect(whyNot([first])).toMatch(/changed again/)
    expect(whyNot([second])).toBeNull()
    expect([world.control.current().revision, backends()]).toEqual([second, ['app-1 5 active', 'app-2 2 active']])
  })

  it('of an undo does the change again', async () => {
    const drained = await patch('app-1', { adminState: 'draining' })
    const { revision } = await undoIn().undo({ revisions: [drained], author: 'ann' })
    await undoIn().undo({ revisions: [revision], author: 'ann' })
    expect(backends()?.[0]).toBe('app-1 1 draining')
  })

  it('says what it cannot find', async () => {
    await expect(undoIn().undo({ revisions: [99], author: 'ann' })).rejects.toMatchObject({ code: 'not-found' })
    await expect(undoIn().undo({ revisions: [1], author: 'ann' })).rejects.toMatchObject({ code: 'not-found' })
  })
})
