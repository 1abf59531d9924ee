/** How long to wait before the stream is tried again. */

const STEPS_MS = [1000, 2000, 3000, 5000, 10_000, 15_000]

/** Milliseconds before the next try after so many failures in a row (1 or more). */
export function retryDelayMs(failures: number): number {
  return STEPS_MS[Math.min(Math.max(failures, 1), STEPS_MS.length) - 1] as number
}
