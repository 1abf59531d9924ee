/** Answers "what does this address say?" for the API: an address before it is added, or a backend right now. */
import type { ProbeAnswer } from '../shared/api/bodies.ts'
import type { ProbeResult } from '../shared/api/live.ts'
import type { Prober } from './api/parts.ts'
import type { ConfigControl } from './control/change-config.ts'
import { ControlError } from './errors.ts'
import { createAddressProber } from './monitors/address-prober.ts'
import type { Probes } from './monitors/probes.ts'

export interface ProberParts {
  control: ConfigControl
  probes: Probes
  /** Probes a configured backend; the result counts for its health. */
  probeNow(pool: string, backend: string): Promise<ProbeResult | undefined>
}

/** Two tries at nearly the same moment that end differently are worth a word. */
function withSecondTry(answer: ProbeAnswer, counted: ProbeResult | undefined): ProbeAnswer {
  if (counted === undefined || counted.passed === answer.passed) return answer
  const said = `The probe a moment later ${counted.passed ? 'passed' : 'failed'}: ${counted.detail}.`
  return { ...answer, hint: [said, answer.hint].filter(Boolean).join(' ') }
}

export function createProber({ control, probes, probeNow }: ProberParts): Prober {
  const { probeAddress } = createAddressProber({ probes })
  return {
    probe: (address, healthCheck) => probeAddress({ address, healthCheck }),
    async probeBackend(poolId, backendId): Promise<ProbeAnswer> {
      const pool = control.current().config.pools.find((other) => other.id === poolId)
      const backend = pool?.backends.find((other) => other.id === backendId)
      if (pool === undefined || backend === undefined)
        throw new ControlError('not-found', `There is no backend "${backendId}" in pool "${poolId}".`)
      // Step by step for the eye, then once more as the monitor does it, so that it counts.
      const answer = await probeAddress({ address: backend.address, healthCheck: pool.healthCheck })
      return withSecondTry(answer, await probeNow(poolId, backendId))
    },
  }
}
