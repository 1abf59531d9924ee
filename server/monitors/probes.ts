/** The visible registry of probes: which health check is carried out by what. A new probe is one file and one line here. */

import { type AddressPolicy, createAddressPolicy } from '../../shared/address-policy.ts'
import type { HealthCheckConfig } from '../../shared/config/health-check.ts'
import { createHttpProbe } from './http-probe.ts'
import type { Probe, ProbeParts } from './probe.ts'
import { createResolver, type Resolver } from './resolver.ts'
import { createTcpProbe } from './tcp-probe.ts'

type Factories = {
  [T in HealthCheckConfig['type']]: (check: Extract<HealthCheckConfig, { type: T }>, parts: ProbeParts) => Probe | null
}

const registry = { http: createHttpProbe, tcp: createTcpProbe, none: () => null } satisfies Factories

export interface Probes {
  /** The probe of a health check; null for `none`, which looks at nothing. */
  of(check: HealthCheckConfig): Probe | null
  readonly parts: ProbeParts
  /** Calls off name look-ups. */
  close(): void
}

export interface ProbesOptions {
  resolver?: Pick<Resolver, 'resolve' | 'close'>
  policy?: AddressPolicy
  /** Epoch milliseconds. */
  wallClock?: () => number
}

/** Builds probes; without options they use the system's names and refuse link-local addresses. */
export function createProbes(options: ProbesOptions = {}): Probes {
  const resolver = options.resolver ?? createResolver()
  const parts = { resolver, policy: options.policy ?? createAddressPolicy(), wallClock: options.wallClock ?? Date.now }
  return {
    of: (check) =>
      (registry[check.type] as (check: HealthCheckConfig, parts: ProbeParts) => Probe | null)(check, parts),
    parts,
    close: () => resolver.close(),
  }
}
