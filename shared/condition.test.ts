import { describe, expect, it } from 'vitest'
import type { Health } from './api/live.ts'
import { type BackendFacts, balancerHealth, type PoolFacts, poolCondition, poolTitle } from './condition.ts'

const quiet = { failed: 0, errorShare: null }

/** `up`, `slow`, or why it gets nothing; `backup:` in front of a backup. */
function backend(word: string, index: number): BackendFacts {
  const backup = word.startsWith('backup:')
  const state = backup ? word.slice('backup:'.length) : word
  const id = `b${index + 1}`
  const takes = { id, backup, slowStart: state === 'slow' ? 0.4 : 1, leftOut: null }
  switch (state) {
    case 'up':
    case 'slow':
      return { ...takes, availability: 'healthy' }
    case 'tried':
      return { ...takes, availability: 'unhealthy' }
    case 'tried-unknown':
      return { ...takes, availability: 'unknown' }
    case 'standby':
      return { ...takes, availability: 'healthy', leftOut: 'backup' }
    case 'weight-0':
      return { ...takes, availability: 'healthy', leftOut: 'weight-0' }
    default:
      return { ...takes, availability: state as 'unhealthy', leftOut: state as 'unhealthy' }
  }
}

function pool(words: string, change: Partial<PoolFacts> = {}): PoolFacts {
  const backends = words.split(' ').filter(Boolean).map(backend)
  return { id: 'app', backends, openBy: null, routed: true, sticky: false, recent: quiet, ...change }
}

type PoolRow = [string, Partial<PoolFacts>, string, Health['severity'], number, string, string]

describe('a pool', () => {
  const nobody = { openBy: 'nobody-healthy' } as const
  const few = { openBy: 'below-threshold' } as const
  const unrouted = { routed: false }
  const sticky = { sticky: true }
  const table: PoolRow[] = [
    ['up up up', {}, 'healthy', 'ok', 3, 'All 3 backends take traffic', ''],
    ['up', {}, 'healthy', 'ok', 1, 'The only backend takes traffic', ''],
    ['up up backup:standby', {}, 'healthy', 'ok', 2, 'All 2 backends take traffic (1 backup stands by)', ''],
    ['up slow', {}, 'healthy', 'notice', 2, 'All 2 backends take traffic (1 in slow start)', ''],
    ['up up unknown', {}, 'degraded', 'notice', 2, '2 of 3 backends take traffic (1 not probed yet)', ''],
    ['up up draining', {}, 'degraded', 'notice', 2, '2 of 3 backends take traffic (1 draining)', ''],
    ['up up weight-0', {}, 'degraded', 'notice', 2, '2 of 3 backends take traffic (1 with weight 0)', ''],
    ['up up unhealthy', {}, 'degraded', 'warning', 2, '2 of 3 backends take traffic (1 unhealthy)', 'app 2 of 3'],
    ['up up ejected', {}, 'degraded', 'warning', 2, '2 of 3 backends take traffic (1 ejected)', 'app 2 of 3'],
    ['up unhealthy', {}, 'degraded', 'warning', 1, '1 of 2 backends takes traffic (1 unhealthy)', 'app 1 of 2'],
    ['up disabled', {}, 'degraded', 'warning', 1, '1 of 2 backends takes traffic (1 disabled)', 'app 1 of 2'],
    [
      'up disabled disabled disabled disabled disabled',
      {},
      'degraded',
      'warning',
      1,
      '1 of 6 backends takes traffic (5 disabled)',
      'app 1 of 6',
    ],
    [
      'up up unhealthy disabled disabled',
      {},
      'degraded',
      'warning',
      2,
      '2 of 5 backends take traffic (2 disabled, 1 unhealthy)',
      'app 2 of 5',
    ],
    [
      'draining draining draining',
      {},
      'down',
      'error',
      0,
      '0 of 3 backends take traffic; every request gets 503',
      'app down',
    ],
    [
      'draining draining draining',
      sticky,
      'down',
      'error',
      0,
      '0 of 3 backends take traffic; every new client gets 503',
      'app down',
    ],
    [
      'unhealthy ejected disabled weight-0',
      {},
      'down',
      'error',
      0,
      '0 of 4 backends take traffic; every request gets 503',
      'app down',
    ],
    ['disabled', {}, 'down', 'error', 0, 'The only backend takes no traffic; every request gets 503', 'app down'],
    ['disabled', unrouted, 'down', 'notice', 0, 'The only backend takes no traffic; no route leads here', ''],
    [
      'unhealthy unhealthy backup:up',
      {},
      'degraded',
      'warning',
      1,
      '0 of 2 backends take traffic (2 unhealthy); 1 backup of 1 stands in',
      'app on backups',
    ],
    [
      'unhealthy backup:unhealthy',
      {},
      'down',
      'error',
      0,
      'The only backend takes no traffic; every request gets 503',
      'app down',
    ],
    ['up backup:unhealthy', {}, 'healthy', 'notice', 1, 'The only backend takes traffic', ''],
    ['backup:up backup:up', {}, 'healthy', 'ok', 2, 'All 2 backends take traffic', ''],
    [
      'tried tried tried',
      nobody,
      'down',
      'error',
      3,
      'None of 3 backends is healthy, so all are tried (failing open)',
      'app failing open',
    ],
    [
      'tried tried tried',
      { ...nobody, recent: { failed: 40, errorShare: 1 } },
      'down',
      'error',
      3,
      'None of 3 backends is healthy, so all are tried (failing open); most requests fail',
      'app down',
    ],
    [
      'up up',
      { recent: { failed: 10, errorShare: 0.5 } },
      'healthy',
      'error',
      2,
      'All 2 backends take traffic; most requests fail',
      'app failing',
    ],
    [
      'up unhealthy unhealthy',
      { recent: { failed: 10, errorShare: 0.5 } },
      'degraded',
      'error',
      1,
      '1 of 3 backends takes traffic (2 unhealthy); most requests fail',
      'app failing',
    ],
    ['up up', { recent: { failed: 9, errorShare: 1 } }, 'healthy', 'ok', 2, 'All 2 backends take traffic', ''],
    ['up up', { recent: { failed: 900, errorShare: 0.49 } }, 'healthy', 'ok', 2, 'All 2 backends take traffic', ''],
    [
      'tried tried draining',
      nobody,
      'down',
      'error',
      2,
      'None of 2 backends is healthy, so all are tried (failing open)',
      'app failing open',
    ],
    [
      'tried',
      nobody,
      'down',
      'error',
      1,
      'The only backend is not healthy, and is tried all the same (failing open)',
      'app failing open',
    ],
    [
      'tried disabled',
      nobody,
      'down',
      'error',
      1,
      'The only active backend is not healthy, and is tried all the same (failing open)',
      'app failing open',
    ],
    [
      'tried tried',
      { ...nobody, routed: false },
      'down',
      'notice',
      2,
      'None of 2 backends is healthy, so all are tried (failing open)',
      '',
    ],
    [
      'up tried tried unknown',
      few,
      'degraded',
      'error',
      3,
      'Only 1 of 4 backends is healthy, so 3 are tried (failing open)',
      'app failing open',
    ],
    [
      'tried-unknown tried-unknown',
      {},
      'starting',
      'notice',
      2,
      'Starting: 2 backends have not been probed yet, requests are tried all the same',
      '',
    ],
    [
      'unknown disabled',
      {},
      'starting',
      'notice',
      0,
      'Starting: the backend has not been probed yet, requests get 503 until one has passed',
      '',
    ],
    ['', {}, 'empty', 'warning', 0, 'No backends: every request gets 503', 'app is empty'],
    ['', unrouted, 'empty', 'ok', 0, 'No backends, and no route leads here', ''],
  ]
  it.each(table)('of %s %o is %s, %s', (words, change, condition, severity, taking, sentence, brief) => {
    const found = poolCondition(pool(words, change))
    expect({ condition: found.condition, taking: found.taking, ...found.health }).toEqual({
      condition,
      taking,
      severity,
      sentence,
      brief,
    })
  })

  it.each([
    ['up up backup:standby', 2, 2],
    ['up unhealthy backup:standby', 1, 2],
    ['unhealthy backup:up backup:up', 2, 1],
    ['backup:up backup:unhealthy', 1, 2],
    ['', 0, 0],
  ])('of %s counts %i out of %i', (words, taking, outOf) => {
    expect(poolCondition(pool(words))).toMatchObject({ taking, outOf })
  })

  it('calls no pool well of which somebody gets nothing without wanting it, or nobody gets anything', () => {
    for (const [words, change, , , taking] of table) {
      const { health } = poolCondition(pool(words, change))
      if (/unhealthy|ejected/.test(words) && !/backup:unhealthy/.test(words)) expect(health.severity).not.toBe('ok')
      if (taking === 0 && words !== '' && change.routed !== false) expect(health.severity).not.toBe('ok')
    }
  })
})

describe('the balancer', () => {
  const of = (words: Record<string, [string, Partial<PoolFacts>?]>) =>
    Object.entries(words).map(([id, [backends, change]]) => {
      const { health } = poolCondition(pool(backends, { id, ...change }))
      return { id, health }
    })
  const up = { condition: 'listening' } as const
  const item = (title: string, named?: string, severity: 'warning' | 'error' = 'warning') => ({
    severity,
    title,
    pool: named,
  })
  const ofPool = (found: ReturnType<typeof of>[number] | undefined) => {
    if (found === undefined) throw new Error('no pool')
    const severity: 'error' | 'warning' = found.health.severity === 'error' ? 'error' : 'warning'
    return { severity, title: poolTitle(found), pool: found.id }
  }
  const well = of({ app: ['up up'] })
  const two = of({ app: ['up up'], shop: ['up'] })
  const down = of({ app: ['draining draining draining'] })
  const downAndWell = of({ app: ['disabled'], shop: ['up'] })
  const few = of({ app: ['up disabled disabled disabled disabled disabled'] })
  const someIll = of({ app: ['up up up unhealthy unhealthy'] })
  const listener = item('Listener web is not listening on 0.0.0.0:80', undefined, 'error')
  type Row = [string, Parameters<typeof balancerHealth>[0], Health['severity'], string, string]
  const table: Row[] = [
    [
      'one pool, all well',
      { draining: false, pools: well, listeners: [up], attention: [] },
      'ok',
      'The pool is healthy',
      '',
    ],
    [
      'two pools, all well',
      { draining: false, pools: two, listeners: [up], attention: [] },
      'ok',
      'All 2 pools healthy',
      '',
    ],
    ['no pools', { draining: false, pools: [], listeners: [up], attention: [] }, 'notice', 'No pools yet', ''],
    [
      'just started',
      { draining: false, pools: well, listeners: [{ condition: 'starting' }], attention: [] },
      'notice',
      'Starting: not every listener is open yet',
      '',
    ],
    [
      'a backend set to draining',
      { draining: false, pools: of({ app: ['up up draining'] }), listeners: [up], attention: [] },
      'notice',
      '2 of 3 backends take traffic (1 draining)',
      '',
    ],
    [
      'a backend set to draining in one of two pools',
      { draining: false, pools: of({ app: ['up'], shop: ['up up draining'] }), listeners: [up], attention: [] },
      'notice',
      'shop: 2 of 3 backends take traffic (1 draining)',
      '',
    ],
    [
      'slow start in both pools',
      { draining: false, pools: of({ app: ['up slow'], shop: ['up slow'] }), listeners: [up], attention: [] },
      'notice',
      '2 of 2 pools are not at full strength',
      '',
    ],
    [
      'one of six',
      { draining: false, pools: few, listeners: [up], attention: few.map(ofPool) },
      'warning',
      'app: 1 of 6 backends takes traffic (5 disabled)',
      '1 problem',
    ],
    [
      'everybody drained',
      { draining: false, pools: down, listeners: [up], attention: down.map(ofPool) },
      'error',
      'app down: 0 of 3 backends take traffic; every request gets 503',
      'app down',
    ],
    [
      'one pool down and something else',
      {
        draining: false,
        pools: downAndWell,
        listeners: [up],
        attention: [ofPool(downAndWell[0]), item('Workers are 95 % busy')],
      },
      'error',
      'app down: the only backend takes no traffic; every request gets 503; 1 more problem',
      'app down',
    ],
    [
      'two backends of one pool',
      {
        draining: false,
        pools: someIll,
        listeners: [up],
        attention: [item('app / b4 is unhealthy', 'app'), item('app / b5 is unhealthy', 'app')],
      },
      'warning',
      'app: 3 of 5 backends take traffic (2 unhealthy)',
      'app 3 of 5',
    ],
    [
      'one backend',
      {
        draining: false,
        pools: of({ app: ['up up unhealthy'] }),
        listeners: [up],
        attention: [item('app / b3 is unhealthy: connection refused', 'app')],
      },
      'warning',
      'app / b3 is unhealthy: connection refused',
      '1 problem',
    ],
    [
      'two things of different places',
      {
        draining: false,
        pools: well,
        listeners: [up],
        attention: [item('Workers are 95 % busy'), item('app cannot lose a backend', 'app')],
      },
      'warning',
      '2 problems need attention',
      '2 problems',
    ],
    [
      'a listener that does not listen',
      { draining: false, pools: well, listeners: [{ condition: 'failed' }], attention: [listener] },
      'error',
      'Listener web is not listening on 0.0.0.0:80',
      '1 problem',
    ],
    [
      'a listener and the storage',
      {
        draining: false,
        pools: well,
        listeners: [{ condition: 'failed' }],
        attention: [listener, item('The database does not take writes', undefined, 'error')],
      },
      'error',
      '2 problems need attention',
      '2 problems',
    ],
    [
      'stopping',
      { draining: true, pools: down, listeners: [up], attention: down.map(ofPool) },
      'notice',
      'Stopping: open requests finish, new ones are not taken',
      'stopping',
    ],
  ]
  it.each(table)('with %s', (_, facts, severity, sentence, brief) => {
    expect(balancerHealth(facts)).toEqual({ severity, sentence, brief })
  })
})
