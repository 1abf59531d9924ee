import { describe, expect, it } from 'vitest'
import type { Status } from '../../../shared/api/live.ts'
import { flowWords, layOut, ROW, settle, type Way } from './flow-layout.ts'

const recent = (requests: number, failed = 0, seconds = 10) => ({
  requests,
  failed,
  requestsPerSecond: seconds === 0 ? null : requests / seconds,
})
const backend = (id: string, numbers: ReturnType<typeof recent>, leftOut: string | null = null) => ({
  id,
  availability: leftOut ?? 'healthy',
  leftOut,
  recent: numbers,
})
const pool = (id: string, backends: object[], severity = 'ok') => ({
  id,
  strategy: 'round-robin',
  condition: 'healthy',
  health: { severity, sentence: '', brief: '' },
  backends,
})
const status = (change: object): Status =>
  ({
    listeners: [
      { id: 'web', address: '0.0.0.0:80', condition: 'listening' },
      { id: 'side', address: '0.0.0.0:81', condition: 'listening' },
    ],
    pools: [pool('app', [backend('a', recent(400)), backend('b', recent(360, 90))])],
    flows: { seconds: 10, routes: [], unrouted: [], unserved: [] },
    ...change,
  }) as unknown as Status
const ways: Way[] = [
  { id: 'r1', listener: 'web', pool: 'app' },
  { id: 'r2', listener: 'web', pool: 'app' },
  { id: 'r3', listener: 'side', pool: 'app' },
]
const told = (picture: ReturnType<typeof layOut>) =>
  picture.bands.map(({ from, to, perSecond, failed }) => [`${from.label} ${to.label}`, perSecond, failed])

describe('the traffic map', () => {
  it('tells two listeners of one pool apart, by what each of them brought', () => {
    const routes = [
      { listener: 'web', route: 'r1', requests: 500, failed: 0, refused: 0 },
      { listener: 'web', route: 'r2', requests: 100, failed: 60, refused: 0 },
      { listener: 'side', route: 'r3', requests: 160, failed: 0, refused: 0 },
    ]
    const picture = layOut(status({ flows: { seconds: 10, routes, unrouted: [], unserved: [] } }), ways)
    expect(told(picture)).toEqual([
      ['web app', 60, 0.1],
      ['side app', 16, 0],
      ['app a', 40, 0],
      ['app b', 36, 0.25],
    ])
    expect(picture.stubs).toEqual([])
    const [web, side] = picture.boxes.filter(({ column }) => column === 0)
    expect(Math.abs((side?.y ?? 0) - (web?.y ?? 0))).toBeGreaterThanOrEqual(ROW)
  })

  it('draws an outage as what it is: traffic that ends at the pool', () => {
    const flows = {
      seconds: 10,
      routes: [{ listener: 'web', route: 'r1', requests: 520, failed: 520, refused: 520 }],
      unrouted: [],
      unserved: [{ pool: 'app', requests: 520, failed: 520, refused: 520 }],
    }
    const backends = [backend('a', recent(0), 'draining'), backend('b', recent(0), 'disabled')]
    const picture = layOut(status({ flows, pools: [pool('app', backends, 'error')] }), ways)
    expect(told(picture)[0]).toEqual(['web app', 52, 1])
    expect(picture.stubs).toMatchObject([{ at: { key: 'p/app' }, perSecond: 52, words: 'refused: no backend' }])
    expect(picture.boxes.map(({ label, tone }) => [label, tone])).toEqual([
      ['web', 'good'],
      ['side', 'good'],
      ['app', 'bad'],
      ['a', 'dim'],
      ['b', 'dim'],
    ])
    expect(flowWords(picture)).toContain('web to app: 52 per second, 100 percent of it failing')
    expect(flowWords(picture)).toContain('app: 52 per second refused: no backend')
  })

  it('draws what found no route at its listener', () => {
    const unrouted = [{ listener: 'side', requests: 30, failed: 0, refused: 30 }]
    const picture = layOut(status({ flows: { seconds: 10, routes: [], unrouted, unserved: [] } }), ways)
    expect(picture.stubs).toMatchObject([{ at: { key: 'l/side' }, perSecond: 3, words: 'no route' }])
    expect(picture.height).toBeGreaterThanOrEqual((picture.stubs[0]?.at.y ?? 0) + ROW)
  })

  it('says that it does not know before the first second has been counted', () => {
    const pools = [pool('app', [backend('a', recent(0, 0, 0))])]
    const picture = layOut(status({ pools, flows: { seconds: 0, routes: [], unrouted: [], unserved: [] } }), ways)
    expect(told(picture)).toEqual([
      ['web app', null, 0],
      ['side app', null, 0],
      ['app a', null, 0],
    ])
    expect(picture.boxes.at(-1)?.detail).toBe('?')
    expect(flowWords(picture)).toContain('web to app: not known')
  })

  it.each([
    [[0, 0, 0], 34],
    [[51, 51], 34],
    [[10, 20, 300], 40],
    [[], 40],
  ])('boxes that wish to be at %j do not overlap', (wishes, height) => {
    const ys = settle(wishes.map((wish) => ({ wish, height })))
    for (let index = 1; index < ys.length; index++)
      expect((ys[index] as number) - (ys[index - 1] as number)).toBeGreaterThanOrEqual(height)
    for (const y of ys) expect(y).toBeGreaterThanOrEqual(0)
  })
})
