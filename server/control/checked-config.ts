/** Reads a whole configuration document, or says everything that is wrong with it. */
import { parseHostPort } from '../../shared/address.ts'
import type { AddressPolicy } from '../../shared/address-policy.ts'
import type { ProblemIssue } from '../../shared/api/problem.ts'
import { type Config, configSchema } from '../../shared/config/config.ts'
import { ControlError } from '../errors.ts'
import { check } from './issues.ts'

export type Checked = { readonly config: Config } | { readonly issues: ProblemIssue[] }

/**
 * Backends at addresses that are not connected to. Those that `before` has already are let be: they carry no traffic, and must not stand in
 * the way of every other change.
 */
function refusedAddresses(config: Config, before: Config, policy: AddressPolicy | undefined): ProblemIssue[] {
  const known = new Set(before.pools.flatMap((pool) => pool.backends.map(({ address }) => `${pool.id} ${address}`)))
  return config.pools.flatMap((pool, at) =>
    pool.backends.flatMap(({ address }, index) => {
      const refusal = policy?.refusal(parseHostPort(address)?.host ?? '')
      if (refusal === undefined || known.has(`${pool.id} ${address}`)) return []
      return [{ path: `pools.${at}.backends.${index}.address`, message: refusal }]
    }),
  )
}

/** Checks a document that shall follow the configuration `before`. */
export function checkDocument(document: unknown, before: Config, policy: AddressPolicy | undefined): Checked {
  const parsed = check(configSchema, document)
  if (!parsed.ok) return { issues: parsed.issues }
  const issues = refusedAddresses(parsed.value, before, policy)
  return issues.length > 0 ? { issues } : { config: parsed.value }
}

/** The same; throws `invalid-config` with every fault. */
export function parseWhole(document: unknown, before: Config, policy: AddressPolicy | undefined): Config {
  const checked = checkDocument(document, before, policy)
  if ('config' in checked) return checked.config
  const { issues } = checked
  const first = issues[0] as ProblemIssue
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : ''
  const message = `${first.path || 'document'}: ${first.message}${more}. Nothing has changed.`
  throw new ControlError('invalid-config', message, { issues })
}
