/** Failing open: when backends that do not look well get traffic all the same, because nobody better is left. */

/**
 * Why a pool fails open. nobody-healthy: no backend is healthy, so refusing every request would be the only other way.
 * below-threshold: some are healthy, but fewer than the pool's `panicThreshold`.
 */
export type FailOpenRule = 'nobody-healthy' | 'below-threshold'

/** What a pool's configuration says of failing open, complete. */
export interface FailOpenPolicy {
  readonly failOpen: boolean
  /** In percent; 0 is off. */
  readonly panicThreshold: number
}

/**
 * Fills in what was left out. `panicThreshold: 0` was the only way to say "never" before there was `failOpen`, so written out
 * without `failOpen` it still says that.
 */
export function failOpenPolicy(pool: { failOpen?: boolean; panicThreshold?: number }): FailOpenPolicy {
  const { failOpen = pool.panicThreshold !== 0, panicThreshold = 0 } = pool
  return { failOpen, panicThreshold }
}

/** The rule in a sentence without its beginning: "no backend is healthy, so all are tried". */
export function failOpenWords(rule: FailOpenRule | null | undefined): string {
  if (rule === 'below-threshold')
    return 'fewer backends are available than the panic threshold asks for, so all are tried'
  return 'no backend is healthy, so all are tried'
}
