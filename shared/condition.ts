/**
 * How well a pool, and the balancer as a whole, is: the one place where that is decided. The status sentence, the marks beside the
 * pools, the title and icon of the tab, `GET /status`, "Needs attention" and the metrics all tell what these functions say.
 */
import type {
  Attention,
  BackendStatus,
  Health,
  ListenerStatus,
  NoTrafficReason,
  PoolStatus,
  WorkerStatus,
} from './api/live.ts'
import type { FailOpenRule } from './fail-open.ts'
import type { Happened } from './what-happened.ts'

/** What is looked at of one backend. */
export type BackendFacts = Pick<BackendStatus, 'id' | 'availability' | 'leftOut' | 'backup' | 'slowStart'>

export interface PoolFacts {
  id: string
  /** Those of the configuration: removed ones that still drain are left away. */
  backends: readonly BackendFacts[]
  /** By which rule backends are tried although they do not look well; null: they are not. */
  openBy: FailOpenRule | null
  /** A route leads here. */
  routed: boolean
  /** Clients that are bound to a backend by a cookie may go on using it while it drains. */
  sticky: boolean
  /** What happened in the last seconds. */
  recent: Pick<Happened, 'failed' | 'errorShare'>
}

interface Found extends Pick<PoolStatus, 'condition' | 'health' | 'taking'> {
  /** Few or none take traffic, whatever is told of single backends. */
  isProblem: boolean
}

export interface PoolCondition extends Found, Pick<PoolStatus, 'outOf'> {}

export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

/** "2 disabled, 1 draining": why backends get nothing, the most frequent reason first. */
export function countReasons(backends: readonly BackendFacts[]): string {
  const counts = new Map<NoTrafficReason, number>()
  for (const { leftOut } of backends) if (leftOut !== null) counts.set(leftOut, (counts.get(leftOut) ?? 0) + 1)
  const words = (reason: NoTrafficReason) =>
    reason === 'weight-0' ? 'with weight 0' : reason === 'unknown' ? 'not probed yet' : reason
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${count} ${words(reason)}`)
    .join(', ')
}

/** Somebody wanted it so. */
const BY_CHOICE: ReadonlySet<NoTrafficReason> = new Set(['disabled', 'draining', 'weight-0', 'backup'])

interface Counted {
  /** Backends that should take traffic in ordinary times. */
  ordinary: readonly BackendFacts[]
  ordinaryTaking: number
  backups: readonly BackendFacts[]
  backupsTaking: number
}

/** A pool of backups alone has no ordinary times: they are then what takes traffic. */
function countOf(backends: readonly BackendFacts[]): Counted {
  const named = backends.filter(({ backup }) => !backup)
  const ordinary = named.length > 0 ? named : backends
  const backups = named.length > 0 ? backends.filter(({ backup }) => backup) : []
  const taking = (some: readonly BackendFacts[]) => some.filter(({ leftOut }) => leftOut === null).length
  return { ordinary, ordinaryTaking: taking(ordinary), backups, backupsTaking: taking(backups) }
}

function takeTraffic(taking: number, of: number): string {
  if (of === 1) return taking === 1 ? 'The only backend takes traffic' : 'The only backend takes no traffic'
  if (taking === of) return `All ${of} backends take traffic`
  return `${taking} of ${of} backends ${taking === 1 ? 'takes' : 'take'} traffic`
}

/** What ordinary sentences add: who starts slowly, who stands by. */
function remarks({ ordinary, ordinaryTaking, backups }: Counted): string {
  const starting = ordinary.filter(({ leftOut, slowStart }) => leftOut === null && slowStart < 1)
  const standBy = backups.filter(({ leftOut }) => leftOut === 'backup').length
  const parts = ordinaryTaking === ordinary.length ? [] : [countReasons(ordinary)]
  if (starting.length > 0) parts.push(`${starting.length} in slow start`)
  if (standBy > 0) parts.push(`${plural(standBy, 'backup')} ${standBy === 1 ? 'stands' : 'stand'} by`)
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`
}

const health = (severity: Health['severity'], sentence: string, brief = ''): Health => ({ severity, sentence, brief })

function emptyPool({ id, routed }: PoolFacts): Found {
  const told = routed
    ? health('warning', 'No backends: every request gets 503', `${id} is empty`)
    : health('ok', 'No backends, and no route leads here')
  return { condition: 'empty', taking: 0, isProblem: routed, health: told }
}

/** Nobody takes traffic. */
function downPool(facts: PoolFacts, { ordinary }: Counted): Found {
  const { id, routed, sticky, backends } = facts
  const said = takeTraffic(0, ordinary.length)
  if (!routed)
    return { condition: 'down', taking: 0, isProblem: false, health: health('notice', `${said}; no route leads here`) }
  const kept = sticky && backends.some(({ leftOut }) => leftOut === 'draining' || leftOut === 'weight-0')
  const effect = kept ? 'every new client gets 503' : 'every request gets 503'
  return { condition: 'down', taking: 0, isProblem: true, health: health('error', `${said}; ${effect}`, `${id} down`) }
}

const MOST_FAIL = '; most requests fail'
/** Fewer failed requests than these in the last seconds say nothing of a pool. */
const FEW = 10

/** Do most requests fail at present? Coarse, so that a sentence does not change with each request. */
export function mostFail({ failed, errorShare }: PoolFacts['recent']): boolean {
  return failed >= FEW && errorShare !== null && errorShare >= 0.5
}

/** Are the worker threads near the end of what they can do? */
export function isBusy(workers: readonly Pick<WorkerStatus, 'utilization'>[]): boolean {
  return workers.some(({ utilization }) => utilization >= 0.9)
}

/** Those that nobody took out. */
const wantedOf = (backends: readonly BackendFacts[]) =>
  backends.filter(({ leftOut }) => leftOut === null || !BY_CHOICE.has(leftOut))

/** Backends that do not look well are tried because too few others are there. */
function openPool({ id, backends, routed, recent }: PoolFacts, openBy: FailOpenRule, taking: number): Found {
  const down = openBy === 'nobody-healthy'
  const wanted = wantedOf(backends)
  const well = wanted.filter(({ availability }) => availability === 'healthy').length
  const tried = `so ${taking === wanted.length ? 'all' : taking} are tried (failing open)`
  const seen = down
    ? `None of ${wanted.length} backends is healthy`
    : `Only ${well} of ${wanted.length} backends ${well === 1 ? 'is' : 'are'} healthy`
  const alone = `The only ${backends.length > 1 ? 'active ' : ''}backend is not healthy, and is tried all the same (failing open)`
  const told = down && wanted.length === 1 ? alone : `${seen}, ${tried}`
  const severity = routed ? 'error' : 'notice'
  const failing = mostFail(recent)
  const brief = routed ? `${id} ${down && failing ? 'down' : 'failing open'}` : ''
  return {
    condition: down ? 'down' : 'degraded',
    taking,
    isProblem: routed,
    health: health(severity, told + (failing ? MOST_FAIL : ''), brief),
  }
}

/** Is this pool well? */
export function poolCondition(facts: PoolFacts): PoolCondition {
  const found = { ...withoutTraffic(facts), outOf: countOf(facts.backends).ordinary.length }
  const { severity, sentence } = found.health
  // However well its backends look: who gets nothing but errors is not served.
  if (severity === 'error' || found.taking === 0 || !mostFail(facts.recent)) return found
  return { ...found, isProblem: true, health: health('error', sentence + MOST_FAIL, `${facts.id} failing`) }
}

function withoutTraffic(facts: PoolFacts): Found {
  const { id, backends, openBy, routed } = facts
  if (backends.length === 0) return emptyPool(facts)
  const counted = countOf(backends)
  const { ordinary, ordinaryTaking, backups, backupsTaking } = counted
  const taking = ordinaryTaking + backupsTaking
  if (openBy !== null) return openPool(facts, openBy, taking)
  const wanted = wantedOf(backends)
  if (wanted.length > 0 && wanted.every(({ availability }) => availability === 'unknown')) {
    const seen = wanted.length === 1 ? 'the backend has' : `${wanted.length} backends have`
    const effect = taking > 0 ? 'requests are tried all the same' : 'requests get 503 until one has passed'
    const told = health('notice', `Starting: ${seen} not been probed yet, ${effect}`)
    return { condition: 'starting', taking, isProblem: false, health: told }
  }
  if (taking === 0) return downPool(facts, counted)
  if (ordinaryTaking === 0) {
    const standIn = `${plural(backupsTaking, 'backup')} of ${backups.length} ${backupsTaking === 1 ? 'stands' : 'stand'} in`
    const sentence = `${takeTraffic(0, ordinary.length)} (${countReasons(ordinary)}); ${standIn}`
    const told = health(routed ? 'warning' : 'notice', sentence, routed ? `${id} on backups` : '')
    return { condition: 'degraded', taking, isProblem: routed, health: told }
  }
  return { taking, ...served(facts, counted) }
}

/** Some or all of those that should take traffic do. */
function served({ id, backends, routed }: PoolFacts, counted: Counted): Omit<Found, 'taking'> {
  const { ordinary, ordinaryTaking } = counted
  const sentence = takeTraffic(ordinaryTaking, ordinary.length) + remarks(counted)
  if (ordinaryTaking === ordinary.length) {
    const backupsWell = backends.every(({ backup, leftOut }) => !backup || leftOut === 'backup' || leftOut === null)
    const full = backupsWell && ordinary.every(({ slowStart }) => slowStart === 1)
    return { condition: 'healthy', isProblem: false, health: health(full ? 'ok' : 'notice', sentence) }
  }
  const failing = backends.some(({ leftOut }) => leftOut === 'unhealthy' || leftOut === 'ejected')
  const few = ordinaryTaking === 1 || ordinaryTaking * 2 < ordinary.length
  // One that is missing is told of by itself, where it is a fault.
  const isProblem = routed && few && !(failing && ordinary.length - ordinaryTaking === 1)
  const severity = failing || isProblem ? 'warning' : 'notice'
  const brief = severity === 'warning' ? `${id} ${ordinaryTaking} of ${ordinary.length}` : ''
  return { condition: 'degraded', isProblem, health: health(severity, sentence, brief) }
}

export interface BalancerFacts {
  /** The process is stopping. */
  draining: boolean
  pools: readonly Pick<PoolStatus, 'id' | 'health'>[]
  listeners: readonly Pick<ListenerStatus, 'condition'>[]
  /** What needs a person, worst first. */
  attention: readonly Pick<Attention, 'severity' | 'title' | 'pool'>[]
}

/** The title of "Needs attention" for a pool: with the name in front, "app down: …" where it is down. */
export function poolTitle({ id, health: { sentence, brief } }: Pick<PoolStatus, 'id' | 'health'>): string {
  const first = /^[A-Z][a-z]/.test(sentence) ? sentence[0]?.toLowerCase() + sentence.slice(1) : sentence
  return `${brief === `${id} down` ? brief : id}: ${first}`
}

/** Is the balancer well? */
export function balancerHealth({ draining, pools, listeners, attention }: BalancerFacts): Health {
  if (draining) return health('notice', 'Stopping: open requests finish, new ones are not taken', 'stopping')
  const errors = attention.filter(({ severity }) => severity === 'error')
  const [worst] = errors.length > 0 ? errors : attention
  if (worst === undefined) return withoutProblems(pools, listeners)
  const severity = worst.severity
  const problems = plural(attention.length, 'problem')
  const several = `${problems} ${attention.length === 1 ? 'needs' : 'need'} attention`
  const ofOnePool = worst.pool !== undefined && attention.every(({ pool }) => pool === worst.pool)
  const told = pools.find(({ id }) => id === worst.pool)
  // Of one pool alone the pool's own sentence says more than a number.
  if (ofOnePool && told !== undefined && told.health.severity === severity && attention.length > 1)
    return health(severity, poolTitle(told), told.health.brief)
  if (errors.length === 1) {
    const brief = told?.health.severity === 'error' ? told.health.brief : problems
    const others = attention.length - 1
    return health(severity, others === 0 ? worst.title : `${worst.title}; ${plural(others, 'more problem')}`, brief)
  }
  return attention.length === 1 ? health(severity, worst.title, problems) : health(severity, several, problems)
}

function withoutProblems(pools: BalancerFacts['pools'], listeners: BalancerFacts['listeners']): Health {
  if (pools.length === 0) return health('notice', 'No pools yet')
  if (listeners.some(({ condition }) => condition === 'starting'))
    return health('notice', 'Starting: not every listener is open yet')
  const notable = pools.filter(({ health: { severity } }) => severity !== 'ok')
  const [first] = notable
  if (first === undefined)
    return health('ok', pools.length === 1 ? 'The pool is healthy' : `All ${pools.length} pools healthy`)
  if (pools.length === 1) return health('notice', first.health.sentence)
  if (notable.length === 1) return health('notice', poolTitle(first))
  return health('notice', `${notable.length} of ${pools.length} pools are not at full strength`)
}
