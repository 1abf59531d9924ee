/** The balancer's clock: charts end at its present, not at that of a computer whose clock is wrong. */

/** Ticks are told to the second and take a moment to arrive: less than this is no difference. */
const NOISE_MS = 3000
let offset = 0

/** Told with each tick: what time it is at the balancer, epoch milliseconds. */
export function noteServerTime(now: number, here = Date.now()): void {
  const difference = now - here
  offset = Math.abs(difference) < NOISE_MS ? 0 : difference
}

/** Epoch milliseconds. */
export function serverNow(here = Date.now()): number {
  return here + offset
}
