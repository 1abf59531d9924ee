/** Answers "what is at this address?" before it is added: name, connection, request, step by step, within four seconds in all. */
import { isIP } from 'node:net'
import { parseHostPort } from '../../shared/address.ts'
import type { ProbeAnswer, ProbeStep } from '../../shared/api/bodies.ts'
import { type HealthCheckConfig, type HttpHealthCheck, healthCheckSchema } from '../../shared/config/health-check.ts'
import { ms } from '../../shared/units.ts'
import { type Asked, faultAdvice } from '../core/fault-advice.ts'
import { findAddresses, inWords } from './connect.ts'
import { startDeadline } from './deadline.ts'
import { ask } from './http-ask.ts'
import { judge, questionOf } from './http-probe.ts'
import { ProbeFailed, ProbeNotMade, type ProbeTarget, spell } from './probe.ts'
import { createProbes, type Probes } from './probes.ts'
import { tryConnect } from './tcp-probe.ts'

/** Time for everything, in milliseconds. */
const TOTAL_MS = 4000
/** Most of it that the name and the connection may use, each. Milliseconds. */
const STEP_MS = 1500
/** Health paths that are tried, in order. */
const PATHS = ['/health', '/healthz', '/']

interface AddressQuestion {
  /** `host:port`. */
  address: string
  /** Absent: the usual health paths are tried, then a TCP connection. */
  healthCheck?: HealthCheckConfig | undefined
}

export interface AddressProber {
  /** Never throws: what went wrong is in the answer. */
  probeAddress(question: AddressQuestion): Promise<ProbeAnswer>
}

/** A step that failed: what to tell about it beyond its words. */
interface Trouble {
  hint: string | null
  failure?: ProbeFailed
}

interface Course {
  target: ProbeTarget
  steps: ProbeStep[]
  /** Milliseconds left of the whole. */
  left(): number
}

/** Runs one step and writes it down. The step rejects with `ProbeFailed`, `ProbeNotMade` or an error of the system. */
async function step(
  course: Course,
  name: ProbeStep['step'],
  target: ProbeTarget,
  run: () => Promise<string>,
): Promise<Trouble | undefined> {
  const began = performance.now()
  const note = (passed: boolean, detail: string) => {
    course.steps.push({ step: name, passed, tookMs: Math.round((performance.now() - began) * 10) / 10, detail })
  }
  try {
    note(true, await run())
    return undefined
  } catch (error) {
    const failure = inWords(error)
    note(false, failure.message)
    if (failure instanceof ProbeNotMade)
      return { hint: 'That is a trouble of this machine, not of the backend. Try again.' }
    return { hint: faultAdvice(failure.kind, target), failure }
  }
}

async function lookUp(host: string, limitMs: number, { parts }: Probes): Promise<string> {
  if (isIP(host) !== 0) {
    await findAddresses(host, parts)
    return 'is an IP address'
  }
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = startDeadline(limitMs, () =>
    reject(new ProbeFailed('name', `no name server answered for ${host} within ${spell(limitMs)}`)),
  )
  try {
    return (await Promise.race([findAddresses(host, parts), promise])).join(', ')
  } finally {
    stop()
  }
}

/** Asks once; the detail of a passed answer. Rejects with `ProbeFailed` when it is not what the check expects. */
async function request(
  check: HttpHealthCheck,
  target: ProbeTarget,
  limitMs: number,
  probes: Probes,
): Promise<{ detail: string; status: number; bodyStart: string }> {
  const timeoutMs = Math.max(1, Math.min(ms(check.timeout), limitMs))
  const answer = await ask({ ...questionOf(check, target), timeoutMs }, probes.parts)
  const { passed, detail, fault = 'other' } = judge(answer, check)
  if (!passed) throw new ProbeFailed(fault, detail, answer)
  return { detail, status: answer.status, bodyStart: answer.bodyStart }
}

const httpCheck = (path: string) => healthCheckSchema.parse({ type: 'http', path }) as HttpHealthCheck

/** Tries the usual paths: the first that answers 2xx, else the first that answers 3xx. */
async function findPath(course: Course, probes: Probes): Promise<{ path: string; detail: string }> {
  let redirected: { path: string; detail: string } | undefined
  let failure: unknown
  for (const [index, path] of PATHS.entries()) {
    try {
      const { detail, status } = await request(
        httpCheck(path),
        course.target,
        course.left() / (PATHS.length - index),
        probes,
      )
      const found = { path, detail: `${path} answers with ${detail}` }
      if (status < 300) return found
      redirected ??= found
    } catch (error) {
      failure = error
    }
  }
  if (redirected !== undefined) return redirected
  throw failure
}

/** Without a check: an HTTP one is suggested where a path answers well, else a TCP one, which has passed already. */
async function explore(course: Course, probes: Probes): Promise<Pick<ProbeAnswer, 'suggested' | 'hint'>> {
  let path: string | undefined
  const trouble = await step(course, 'http', course.target, async () => {
    const found = await findPath(course, probes)
    path = found.path
    return found.detail
  })
  if (trouble === undefined && path !== undefined) return { suggested: { type: 'http', path }, hint: null }
  const tried = `It accepts connections, but none of ${PATHS.join(', ')} answers with a status of 200 to 399.`
  const advice =
    'It can be added all the same: its health is then told by the connection alone, unless healthCheck.path of the pool names a path.'
  const answered = trouble?.failure?.response !== undefined
  return { suggested: { type: 'tcp' }, hint: `${tried} ${answered ? advice : (trouble?.hint ?? advice)}` }
}

async function walk(
  course: Course,
  check: HealthCheckConfig | undefined,
  probes: Probes,
): Promise<Omit<ProbeAnswer, 'address' | 'steps'>> {
  const { target } = course
  const failed = ({ hint, failure }: Trouble) => ({
    passed: false,
    hint,
    suggested: null,
    ...(failure?.response && { bodyStart: failure.response.bodyStart }),
  })
  const named = await step(course, 'dns', target, () => lookUp(target.host, Math.min(STEP_MS, course.left()), probes))
  if (named !== undefined) return failed(named)

  const probed = { host: target.host, port: (check?.type !== 'none' && check?.port) || target.port }
  const connected = await step(course, 'tcp', probed, async () => {
    const limit = check === undefined || check.type === 'none' ? STEP_MS : Math.min(STEP_MS, ms(check.timeout))
    await tryConnect(probed, Math.min(limit, course.left()), probes.parts)
    return 'connected'
  })
  if (connected !== undefined) return failed(connected)

  if (check === undefined) return { passed: true, ...(await explore(course, probes)) }
  if (check.type !== 'http') return { passed: true, hint: null, suggested: null }
  let bodyStart: string | undefined
  const trouble = await step(course, 'http', probed, async () => {
    const answer = await request(check, target, course.left(), probes)
    bodyStart = answer.bodyStart
    return `${check.method} ${check.path}: ${answer.detail}`
  })
  if (trouble === undefined) return { passed: true, hint: null, suggested: null, bodyStart }
  const { failure } = trouble
  if (failure?.response === undefined) return failed(trouble)
  const asked: Asked = { ...check, status: failure.response.status }
  return failed({ failure, hint: faultAdvice(failure.kind, probed, asked) })
}

/** Builds a prober. `probes` are the shared ones where there are some; `totalMs` is the time for everything. */
export function createAddressProber(options: { probes?: Probes; totalMs?: number } = {}): AddressProber {
  const { probes = createProbes(), totalMs = TOTAL_MS } = options
  return {
    async probeAddress({ address, healthCheck }) {
      const began = performance.now()
      const target = parseHostPort(address)
      if (target === undefined) {
        return { address, passed: false, steps: [], hint: 'Write host:port, such as 10.0.0.5:3000.', suggested: null }
      }
      const course: Course = { target, steps: [], left: () => Math.max(1, totalMs - (performance.now() - began)) }
      const outcome = await walk(course, healthCheck, probes)
      return { address, steps: course.steps, ...outcome }
    },
  }
}
