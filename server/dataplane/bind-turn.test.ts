import { spawn } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { inTurn } from './bind-turn.ts'

const name = (what: string) => `\0evenkeel-test-${process.pid}-${what}`

describe('inTurn', () => {
  it('runs one work at a time, also after one that failed', async () => {
    let at = 0
    let most = 0
    const work = async (fail: boolean) => {
      at += 1
      most = Math.max(most, at)
      await new Promise((resolve) => setImmediate(resolve))
      at -= 1
      if (fail) throw new Error('no')
      return 'done'
    }
    const all = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => inTurn(() => work(index % 4 === 1), name('one'))),
    )
    expect(all.map(({ status }) => status)).toEqual(
      Array.from({ length: 8 }, (_, index) => (index % 4 === 1 ? 'rejected' : 'fulfilled')),
    )
    expect(most).toBe(1)
  })

  it('gets the turn of a process that was killed', async () => {
    const holder = name('killed')
    const script = `require('net').createServer().listen({ path: ${JSON.stringify(holder)} }, () => console.log('held'))`
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    let mine = false
    const turn = inTurn(async () => {
      mine = true
    }, holder)
    await new Promise((resolve) => setImmediate(resolve))
    expect(mine).toBe(false)
    child.kill('SIGKILL')
    await turn
    expect(mine).toBe(true)
  })

  it('does not wait for ever for one that does not give it back', async () => {
    const stuck = name('stuck')
    await inTurn(async () => {
      expect(await inTurn(async () => 'in time', stuck)).toBe('in time')
    }, stuck)
  })
})
