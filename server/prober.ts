/** Answers "what does this address say?" for the API: an address before it is added, or a backend right now. */
import type { ProbeAnswer } from '../shared/api/bodies.ts'
import type { ProbeResult } from '../shared/api/live.ts'
import type { Prober } from './api/parts.ts'
import type { ConfigControl } from './control/change-config.ts'
import { ControlError } from './errors.ts'
import { createAddressProber } from './monitors/address-prober.ts'

export interface ProberParts {
  control: ConfigControl
  /** Probes a configured backend; the result counts for its health. */
  probeNow(pool: string, backend: string): Promise<ProbeResult | undefined>
}

export function createProber({ control, probeNow }: ProberParts): Prober {
  const { probeAddress } = createAddressProber({})
  return {
    probe: (address, healthCheck) => probeAddress({ address, healthCheck }),
    async probeBackend(poolId, backendId): Promise<ProbeAnswer> {
      const pool = control.current().config.pools.find((other) => other.id === poolId)
      const backend = pool?.backends.find((other) => other.id === backendId)
      if (pool === undefined || backend === undefined)
        throw new ControlError('not-found', `There is no backend "${backendId}" in pool "${poolId}".`)
      const result = await probeNow(poolId, backendId)
      if (result === undefined) return probeAddress({ address: backend.address })
      const step = pool.healthCheck.type === 'http' ? ('http' as const) : ('tcp' as const)
      return {
        address: backend.address,
        passed: result.passed,
        steps: [{ step, passed: result.passed, tookMs: result.tookMs, detail: result.detail }],
        hint: null,
        suggested: null,
      }
    },
  }
}
