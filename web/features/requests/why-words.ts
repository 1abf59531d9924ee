/** The choice of a backend in words. Pure. */
import type { WhyRecord } from '../../../shared/api/records.ts'

export const leftOutWords: Record<WhyRecord['leftOut'][number]['because'], string> = {
  draining: 'draining: it finishes what it has and takes nothing new',
  disabled: 'disabled in the configuration',
  unhealthy: 'unhealthy: it failed its health check',
  unknown: 'not known yet: no probe has passed since it was added',
  ejected: 'ejected for a while: it failed in live traffic',
  full: 'full: as many in flight as its maxConnections',
  tried: 'already tried for this request',
  backup: 'a backup: it takes traffic only when no other is available',
  'weight-0': 'weight 0: no new traffic',
}

/** One sentence: who was chosen, by what. `reason` is that of the last attempt. */
export function choiceSentence(chosen: string | null, reason: string, why: WhyRecord): string {
  if (chosen === null) return `${why.strategy} had nobody to choose.`
  if (why.sticky === chosen) return `The client's cookie names ${chosen}, so ${why.strategy} was not asked.`
  const choice = `${why.strategy} chose ${chosen}${reason === '' ? '' : `: ${reason}`}.`
  return why.sticky === undefined ? choice : `The client's cookie names ${why.sticky}; ${choice}`
}

/** Score as the strategy compared it, or a weight that slow start makes a fraction of. */
export function scoreText(score: number | undefined): string {
  if (score === undefined) return '–'
  if (!Number.isFinite(score)) return String(score)
  return Number.isInteger(score) ? String(score) : score.toPrecision(3)
}
