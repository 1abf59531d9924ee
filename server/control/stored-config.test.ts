import { afterEach, describe, expect, it } from 'vitest'
import type { ConfigDocument } from '../../shared/config/config.ts'
import { commitRevision } from '../db/revisions.ts'
import { type ControlWorld, controlWorld, smallDocument } from '../testing/admin-world.ts'
import { newestReadable } from './stored-config.ts'

let world: ControlWorld
afterEach(() => world?.close())

/** What a start reads after an earlier version stored this document. */
async function startOn(document: ConfigDocument) {
  world = await controlWorld()
  commitRevision(world.db, { base: 1, at: 1, author: 'earlier', summary: '', document })
  return newestReadable(world.db, world.events)
}

describe('the configuration that a start finds', () => {
  it('keeps addresses of earlier versions as what they meant, and says so', async () => {
    const [listener] = smallDocument().listeners as [NonNullable<ConfigDocument['listeners']>[number]]
    const stored = await startOn({
      ...smallDocument(),
      listeners: [{ ...listener, trustedProxies: ['10.0.0.0/8/16', '010.1.0.0/016', 'fd00::/8'] }],
      pools: [
        {
          id: 'app',
          backends: [
            { id: 'octal', address: '010.0.0.1:80' },
            { id: 'hex', address: '0x7f.1:81' },
            { id: 'nowhere', address: '[1:2]:80' },
            { id: 'plain', address: 'app.internal:80', weight: 3 },
          ],
        },
      ],
    })
    expect(stored?.revision).toBe(2)
    expect(stored?.config.listeners[0]?.trustedProxies).toEqual(['10.0.0.0/8', '10.1.0.0/16', 'fd00::/8'])
    expect(stored?.document.pools?.[0]?.backends).toEqual([
      { id: 'octal', address: '8.0.0.1:80' },
      { id: 'hex', address: '127.0.0.1:81' },
      { id: 'plain', address: 'app.internal:80', weight: 3 },
    ])
    expect(world.recorded.at(-1)?.message).toBe(
      'revision 2 has addresses that are no longer taken: web: trusted proxy 10.0.0.0/8/16 is 10.0.0.0/8; web: trusted proxy 010.1.0.0/016 is 10.1.0.0/16; app: octal at 010.0.0.1:80 is 8.0.0.1:80; app: hex at 0x7f.1:81 is 127.0.0.1:81; app: nowhere at [1:2]:80 is left out',
    )
  })

  it('is left as it is when there is nothing to say', async () => {
    const stored = await startOn({ ...smallDocument(), settings: { drain: '5s' } })
    expect(stored?.document).toEqual({ ...smallDocument(), settings: { drain: '5s' } })
    expect(world.recorded.some(({ severity }) => severity === 'warning')).toBe(false)
  })

  it('falls back to the newest revision that can be read', async () => {
    const stored = await startOn({ version: 1, pools: 'what' } as unknown as ConfigDocument)
    expect(stored).toMatchObject({ revision: 2, document: smallDocument() })
    expect(world.recorded.at(-1)?.message).toContain('running the content of revision 1')
  })
})
