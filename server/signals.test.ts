import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { listenToSignals } from './signals.ts'

/** Signals as `[milliseconds, name]`; answers what they were taken for. */
function taken(...signals: [number, string][]): string[] {
  const source = new EventEmitter()
  const heard: string[] = []
  let now = 0
  const wishes = {
    drain: (why: string) => heard.push(`drain: ${why}`),
    endNow: (why: string) => heard.push(`now: ${why}`),
    reapply: () => heard.push('reapply'),
    ignored: (signal: string) => heard.push(`ignored: ${signal}`),
  }
  listenToSignals(source, wishes, () => now)
  for (const [at, signal] of signals) {
    now = at
    source.emit(signal)
  }
  return heard
}

describe('signals', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGQUIT'])('%s drains, a second one later ends', (signal) => {
    expect(taken([1000, signal], [1600, signal])).toEqual([`drain: ${signal}`, `now: ${signal}`])
  })

  it('takes signals that arrive together for one', () => {
    expect(taken([0, 'SIGTERM'], [1, 'SIGTERM'], [499, 'SIGINT'])).toEqual(['drain: SIGTERM'])
  })

  it('takes any second signal for "now"', () => {
    expect(taken([0, 'SIGTERM'], [2000, 'SIGINT'])).toEqual(['drain: SIGTERM', 'now: SIGINT'])
  })

  it('drains when the starter is gone, and never ends at once for that', () => {
    expect(taken([0, 'disconnect'])).toEqual(['drain: the process that started it has ended'])
    expect(taken([0, 'SIGTERM'], [2000, 'disconnect'])).toEqual(['drain: SIGTERM'])
    expect(taken([0, 'disconnect'], [2000, 'SIGTERM'])).toHaveLength(2)
  })

  it('applies the file again on SIGHUP, and does nothing on SIGUSR1 and SIGUSR2', () => {
    expect(taken([0, 'SIGHUP'], [1, 'SIGUSR1'], [2, 'SIGUSR2'])).toEqual([
      'reapply',
      'ignored: SIGUSR1',
      'ignored: SIGUSR2',
    ])
  })
})
