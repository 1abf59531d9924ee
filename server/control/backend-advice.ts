/** What to do about one backend that is unhealthy or ejected. Pure. */
import { parseHostPort } from '../../shared/address.ts'
import type { BackendStatus, ProbeFault, ProbeResult } from '../../shared/api/live.ts'
import { plural } from '../../shared/condition.ts'
import type { PoolConfig } from '../../shared/config/pool.ts'
import { type Asked, faultAdvice, NOT_ASKED } from '../core/fault-advice.ts'

/** Results stored by earlier versions do not say what kind of fault it was. */
function faultOf({ fault, status }: ProbeResult): ProbeFault {
  return fault ?? (status === undefined ? 'other' : 'status')
}

function askedBy(check: PoolConfig['healthCheck'] | undefined, status: number | undefined): Asked {
  return check?.type === 'http' ? { ...check, status } : { ...NOT_ASKED, status }
}

/** How the words of an agent begin. */
const AGENT = 'its agent says'

export function backendAdvice(backend: BackendStatus, pool: PoolConfig | undefined): string {
  const test = '"Test" on the page of the pool shows each step.'
  if (backend.availability === 'ejected')
    return 'It failed in live traffic, so it rests and then returns by itself. The page Requests shows what failed; drain it if that goes on.'
  const failed = backend.probes.findLast(({ passed }) => !passed)
  const at = parseHostPort(backend.address)
  const check = pool?.healthCheck
  const port = (check !== undefined && check.type !== 'none' && check.port) || at?.port
  if (backend.reason.startsWith(AGENT)) return 'Its own agent takes it out of traffic. Look at what that agent reports.'
  if (backend.probes.at(-1)?.passed && check !== undefined && check.type !== 'none')
    return `Its latest probe passed: after ${plural(check.healthyAfter, 'probe')} in a row it takes traffic again. ${test}`
  if (failed === undefined || at === undefined) return `Look at its log. ${test}`
  const advice = faultAdvice(faultOf(failed), { host: at.host, port: port ?? at.port }, askedBy(check, failed.status))
  // What is wrong may have changed since it was taken out.
  const now = backend.reason.includes(failed.detail) ? '' : `By now: ${failed.detail}. `
  return `${now}${advice ?? 'Look at its log.'} ${test}`
}
