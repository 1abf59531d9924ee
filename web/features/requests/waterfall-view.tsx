/** Where the time went: phases of the attempt that counted, then every attempt, on one axis. */
import { IconAlertTriangle, IconCheck, IconMinus, IconX } from '@tabler/icons-react'
import type { ExchangeRecord } from '../../../shared/api/records.ts'
import { millis } from '../../lib/format.ts'
import type { Tone } from './attempt-end.ts'
import { attemptBars, type Bar, phaseBars } from './waterfall.ts'

/** Narrowest bar that can still be seen, in percent. */
const LEAST = 0.8

const marks: Record<Tone, { icon: typeof IconX; word: string }> = {
  good: { icon: IconCheck, word: 'went well' },
  warn: { icon: IconAlertTriangle, word: 'client error' },
  bad: { icon: IconX, word: 'failed' },
  dim: { icon: IconMinus, word: 'ended early' },
}

function AttemptMark({ tone }: { tone: Tone }) {
  const { icon: Icon, word } = marks[tone]
  return (
    <span className="ek-mark" data-tone={tone} title={word}>
      <Icon size={14} aria-hidden />
      <span className="ek-hidden">{word}</span>
    </span>
  )
}

function Row({ bar, total, tone }: { bar: Bar; total: number; tone?: Tone }) {
  const left = Math.min(100 - LEAST, (bar.from / total) * 100)
  const width = Math.min(100 - left, Math.max(LEAST, ((bar.to - bar.from) / total) * 100))
  return (
    <li>
      <span className="label">
        {tone !== undefined && <AttemptMark tone={tone} />}
        {bar.label}
      </span>
      <span className="track" aria-hidden>
        <i data-phase={bar.phase} style={{ left: `${left}%`, width: `${width}%` }} />
      </span>
      <span className="took">{millis(bar.to - bar.from)}</span>
      {bar.note !== undefined && <span className="note ek-dim">{bar.note}</span>}
    </li>
  )
}

export function Waterfall({ exchange }: { exchange: ExchangeRecord }) {
  const total = Math.max(exchange.totalMs, ...exchange.attempts.map(({ endedMs }) => endedMs), 0.001)
  const phases = phaseBars(exchange)
  const attempts = attemptBars(exchange)
  return (
    <div className="ek-fall">
      {phases.length > 0 && (
        <ul aria-label="Phases">
          {phases.map((bar) => (
            <Row key={bar.key} bar={bar} total={total} />
          ))}
        </ul>
      )}
      {attempts.length > 0 && (
        <>
          <h3>{attempts.length === 1 ? 'Attempt' : `${attempts.length} attempts`}</h3>
          <ul aria-label="Attempts">
            {attempts.map((bar) => (
              <Row key={bar.key} bar={bar} total={total} tone={bar.tone} />
            ))}
          </ul>
        </>
      )}
      {attempts.length === 0 && <p className="ek-dim">No backend was tried.</p>}
      {phases.length + attempts.length > 0 && (
        <div className="axis ek-dim" aria-hidden>
          <span>0</span>
          <span>{millis(total)}</span>
        </div>
      )}
    </div>
  )
}
