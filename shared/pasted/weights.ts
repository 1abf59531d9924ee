/** Weights here end at 256; nginx knows no end. Larger ones are scaled, all of a paste alike, so that the shares stay. */
import type { Server } from './server.ts'

const LARGEST = 256

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b)
}

/** Changes weights in place when one is too large, and notes what became of each. */
export function scaleWeights(servers: readonly Server[]): void {
  const largest = servers.reduce((most, server) => Math.max(most, server.weight ?? 1), 1)
  if (largest <= LARGEST) return
  const common = servers.reduce((all, server) => gcd(all, server.weight ?? 1), largest)
  const parts = largest / common
  const factor = parts <= LARGEST ? Math.floor(LARGEST / parts) / common : LARGEST / largest
  for (const server of servers) {
    const { weight = 1 } = server
    const exact = weight * factor
    const scaled = weight === 0 ? 0 : Math.max(1, Math.round(exact))
    const share = Math.abs(scaled - exact) > 0.2 * exact ? ', and its share is larger than before' : ''
    if (scaled !== weight)
      server.notes.push(`weight ${weight} is scaled to ${scaled}: weights end at ${LARGEST}${share}`)
    else if (share !== '') server.notes.push(`weight ${weight} stays while others are scaled down${share}`)
    server.weight = scaled
  }
}
