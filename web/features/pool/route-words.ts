/** Where a pool is reached, in words: `web → shop.example.com, www.shop.example.com/cart/*`. */
import type { ConfigDocument } from '../../../shared/config/config.ts'

type RouteDocument = NonNullable<ConfigDocument['routes']>[number]
/** Further hosts are counted. */
const MOST_HOSTS = 3

export function routeWords({ listener, match }: RouteDocument): string {
  const path = match?.path ?? ''
  const hosts = match?.host === undefined ? ['any host'] : [match.host].flat()
  const shown = hosts.slice(0, MOST_HOSTS).map((host) => `${host}${path}`)
  if (hosts.length > MOST_HOSTS) shown.push(`${hosts.length - MOST_HOSTS} more`)
  return `${listener} → ${shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`}`
}
