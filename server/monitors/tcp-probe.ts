/** The simplest probe: passed when a TCP connection can be made. Nothing is sent. */
import { connect } from 'node:net'
import type { ProbeFault } from '../../shared/api/live.ts'
import type { TcpHealthCheck } from '../../shared/config/health-check.ts'
import { ms } from '../../shared/units.ts'
import { checkLiteral, inWords, lookupThrough } from './connect.ts'
import { startDeadline } from './deadline.ts'
import { type Probe, ProbeFailed, ProbeNotMade, type ProbeParts, type ProbeTarget, spell } from './probe.ts'

/** Connects and closes again. Rejects with `ProbeFailed` or `ProbeNotMade`. `timeoutMs` covers look-up and connection. */
export function tryConnect(
  target: ProbeTarget,
  timeoutMs: number,
  parts: ProbeParts,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new ProbeNotMade('called off'))
    try {
      checkLiteral(target.host, parts.policy)
    } catch (error) {
      return reject(error)
    }
    let looking = true
    const socket = connect({ ...target, lookup: lookupThrough(parts) })
    const finish = (error?: Error) => {
      stop()
      signal?.removeEventListener('abort', abort)
      socket.destroy()
      if (error === undefined) resolve()
      else reject(error)
    }
    const abort = () => finish(new ProbeNotMade('called off'))
    const stop = startDeadline(timeoutMs, () => {
      const within = `within ${spell(timeoutMs)}`
      if (looking) finish(new ProbeFailed('name', `no name server answered for ${target.host} ${within}`))
      else finish(new ProbeFailed('no-connection', `no connection ${within}`))
    })
    signal?.addEventListener('abort', abort)
    socket.on('connectionAttempt', () => {
      looking = false
    })
    socket.on('connect', () => finish())
    socket.on('error', (error) => finish(inWords(error)))
  })
}

/** A probe for `type: tcp`. */
export function createTcpProbe(check: TcpHealthCheck, parts: ProbeParts): Probe {
  return {
    async probe({ host, port }, signal) {
      const began = performance.now()
      const result = (passed: boolean, detail: string, fault?: ProbeFault) => ({
        at: parts.wallClock(),
        passed,
        tookMs: Math.round((performance.now() - began) * 10) / 10,
        detail,
        ...(fault !== undefined && { fault }),
      })
      try {
        await tryConnect({ host, port: check.port ?? port }, ms(check.timeout), parts, signal)
        return result(true, 'connected')
      } catch (error) {
        if (error instanceof ProbeFailed) return result(false, error.message, error.kind)
        throw error
      }
    },
  }
}
