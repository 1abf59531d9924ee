/** Offers the health check that the new backends suggest, for the whole pool and only when all of it passes. */
import { Checkbox } from '@mantine/core'
import { plural } from '../../lib/format.ts'
import type { Offer } from './suggest-check.ts'

export interface HealthOfferProps {
  offer: Offer
  pool: string
  /** Backends that the pool will have. */
  count: number
  nameOf(address: string): string
  checked: boolean
  onChange(checked: boolean): void
}

export function HealthOffer({ offer, pool, count, nameOf, checked, onChange }: HealthOfferProps) {
  if (offer.state === 'none') return null
  const path = offer.check.path ?? '/'
  const all = count === 1 ? `the backend of ${pool}` : `all ${count} backends of ${pool}`
  if (offer.state === 'passed') {
    return (
      <Checkbox
        checked={checked}
        onChange={(event) => onChange(event.currentTarget.checked)}
        label={`Check health by GET ${path} from now on, for ${all}`}
        description={count === 1 ? 'It answers that well.' : 'Each of them answers that well.'}
      />
    )
  }
  const [first, ...more] = offer.state === 'refused' ? offer.by.map(nameOf) : []
  const others = more.length > 0 ? ` and ${plural(more.length, 'other')}` : ''
  return (
    <div className="ek-dim" style={{ fontSize: 12 }} role="status">
      {offer.state === 'trying'
        ? `Trying GET ${path} on ${all} …`
        : `The health check of ${pool} stays as it is: ${first}${others} would fail one by GET ${path}.`}
    </div>
  )
}
