/** Status, outcome and reason of a logged request: icon, number and word, never colour alone. */
import {
  IconAlertTriangle,
  IconArrowForwardUp,
  IconBug,
  IconCheck,
  IconCircleX,
  IconClockHour4,
  IconDots,
  IconPlugConnectedX,
} from '@tabler/icons-react'
import type { ExchangeRecord } from '../../../shared/api/records.ts'

const classes = {
  2: { icon: IconCheck, tone: 'good', word: 'success' },
  3: { icon: IconArrowForwardUp, tone: 'plain', word: 'redirect' },
  4: { icon: IconAlertTriangle, tone: 'warn', word: 'client error' },
  5: { icon: IconCircleX, tone: 'bad', word: 'error' },
} as const

/** How it ended, where that is news. */
export const outcomeWords: Record<ExchangeRecord['outcome'], string> = {
  complete: 'complete',
  'client-aborted': 'client left',
  'client-timeout': 'client too slow',
  cut: 'cut by Evenkeel',
  'backend-broke': 'backend broke',
  refused: 'refused',
}

export function StatusMark({ exchange }: { exchange: ExchangeRecord }) {
  const { status, outcome, ours } = exchange
  const broken = outcome !== 'complete' && outcome !== 'refused'
  const mark = broken
    ? {
        icon: IconPlugConnectedX,
        tone: outcome === 'client-aborted' ? 'dim' : outcome === 'cut' ? 'warn' : 'bad',
        word: outcomeWords[outcome],
      }
    : (classes[Math.floor(status / 100) as keyof typeof classes] ?? { icon: IconDots, tone: 'dim', word: 'interim' })
  const Icon = mark.icon
  return (
    <span className="ek-mark" data-tone={mark.tone} title={`${status || 'no status'}: ${mark.word}`}>
      <Icon size={15} stroke={2} aria-hidden />
      <strong className="ek-req-status" data-tone={mark.tone}>
        {status || '–'}
      </strong>
      {broken ? <span>{mark.word}</span> : <span className="ek-hidden">{mark.word}</span>}
      {ours && !broken && (
        <span className="ek-req-tag" title="Evenkeel made this answer, not a backend">
          ours
        </span>
      )}
    </span>
  )
}

const reasons = {
  error: { icon: IconCircleX, tone: 'bad', word: 'error', title: 'Errors are always logged' },
  slow: { icon: IconClockHour4, tone: 'warn', word: 'slow', title: 'Slow requests are always logged' },
  debug: { icon: IconBug, tone: 'plain', word: 'debug', title: 'Asked for with the header X-Evenkeel-Debug' },
  sample: { icon: IconDots, tone: 'dim', word: 'sample', title: 'One of the sampled ordinary requests' },
} as const

/** `short`: the icon alone, and nothing for what the status tells, nor for the samples that most are. */
export function LoggedMark({ because, short = false }: { because: ExchangeRecord['loggedBecause']; short?: boolean }) {
  const { icon: Icon, tone, word, title } = reasons[because]
  if (short && (because === 'sample' || because === 'error')) return null
  return (
    <span className="ek-mark" data-tone={tone} title={title}>
      <Icon size={14} aria-hidden />
      <span className={short ? 'ek-hidden' : undefined}>{word}</span>
    </span>
  )
}
