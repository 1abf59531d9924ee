import { describe, expect, it } from 'vitest'
import { HandClock } from '../testing/admin-world.ts'
import { createThrottle } from './throttle.ts'

function world() {
  const clock = new HandClock()
  const throttle = createThrottle(clock)
  /** Tries that fail, each after the wait before it. */
  const fail = (count: number, account: string, address: string) => {
    for (let n = 0; n < count; n++) {
      clock.advance(throttle.waitMs(account, address))
      throttle.begin(account, address)
    }
  }
  return { clock, throttle, fail }
}

describe('the throttle', () => {
  it('grows per account and address, up to a minute, and forgets', () => {
    const { clock, throttle, fail } = world()
    fail(4, 'ada', '10.0.0.1')
    expect(throttle.waitMs('ada', '10.0.0.1')).toBe(0)
    fail(1, 'ada', '10.0.0.1')
    fail(1, 'bob', '10.0.0.2')
    expect(throttle.waitMs('ada', '10.0.0.1')).toBe(1000)
    expect(throttle.waitMs('ada', '10.0.0.2')).toBe(1000)
    expect(throttle.waitMs('bob', '10.0.0.1')).toBe(1000)
    expect(throttle.waitMs('bob', '10.0.0.2')).toBe(0)
    fail(20, 'ada', '10.0.0.1')
    expect(throttle.waitMs('ada', '10.0.0.1')).toBe(60_000)
    expect(() => throttle.begin('ada', '10.0.0.1')).toThrow('Wait 60 s')
    clock.advance(16 * 60_000)
    fail(4, 'ada', '10.0.0.1')
    expect(throttle.waitMs('ada', '10.0.0.1')).toBe(0)
  })

  it('counts a try from its beginning', () => {
    const { throttle } = world()
    const tries = Array.from({ length: 5 }, () => throttle.begin('ada', '10.0.0.1'))
    expect(() => throttle.begin('ada', '10.0.0.1')).toThrow('Too many failed tries')
    tries[0]?.takenBack()
    expect(throttle.waitMs('ada', '10.0.0.1')).toBe(0)
  })

  it('does not lock out the owner: known addresses, loopback and the first try of any address are spared what others did', () => {
    const { throttle, fail } = world()
    throttle.begin('ada', '10.0.0.7').passed()
    fail(50, 'ada', '10.6.6.6')
    expect(throttle.waitMs('ada', '10.0.0.7')).toBe(0)
    expect(throttle.waitMs('ada', '127.0.0.1')).toBe(0)
    expect(throttle.waitMs('ada', '10.0.0.8')).toBe(0)
    throttle.begin('ada', '10.0.0.8')
    expect(throttle.waitMs('ada', '10.0.0.8')).toBeGreaterThan(0)
    throttle.begin('ada', '10.0.0.9').passed()
    expect(throttle.waitMs('ada', '10.0.0.9')).toBe(0)
  })

  it('takes the addresses of one IPv6 network as one, and a mapped address as what it stands for', () => {
    const { throttle, fail } = world()
    fail(5, 'ada', '2001:db8:1:2::1')
    expect(throttle.waitMs('ada', '2001:db8:1:2:ffff::9')).toBe(1000)
    expect(throttle.waitMs('ada', '2001:db8:1:3::1')).toBe(0)
    fail(5, 'bob', '::ffff:10.0.0.1')
    expect(throttle.waitMs('bob', '10.0.0.1')).toBe(1000)
  })

  it('a pass forgets what failed for this account from there, and nothing else', () => {
    const { clock, throttle, fail } = world()
    fail(3, 'ada', '10.0.0.1')
    fail(1, 'eve', '10.0.0.1')
    throttle.begin('eve', '10.0.0.1').passed()
    fail(1, 'ada', '10.0.0.1')
    expect(throttle.waitMs('ada', '10.0.0.1')).toBe(0)
    fail(1, 'ada', '10.0.0.1')
    expect(throttle.waitMs('ada', '10.0.0.1')).toBe(1000)
    clock.advance(1000)
    throttle.begin('ada', '10.0.0.1').passed()
    fail(4, 'ada', '10.0.0.1')
    expect(throttle.waitMs('ada', '10.0.0.1')).toBe(0)
  })
})
