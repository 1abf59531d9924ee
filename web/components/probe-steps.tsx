/** What probing an address said, step by step, and what to do about it. */
import { Loader } from '@mantine/core'
import { IconCheck, IconX } from '@tabler/icons-react'
import type { ProbeAnswer, ProbeStep } from '../../shared/api/bodies.ts'
import { millis } from '../lib/format.ts'

const names = { dns: 'DNS', tcp: 'Connect', http: 'HTTP' } as const

/** "Connect: refused" and "DNS: not found" say it all: the step is named and the host stands above. */
function brief(detail: string): string {
  return detail.replace(/^connection refused$/, 'refused').replace(/^name not found: \S+$/, 'not found')
}

function Mark({ passed }: { passed: boolean }) {
  return passed ? <IconCheck size={14} aria-label="passed" /> : <IconX size={14} aria-label="failed" />
}

/** One after the other, with what was seen. */
function StepList({ steps }: { steps: readonly ProbeStep[] }) {
  return (
    <ol className="ek-steps">
      {steps.map((step) => (
        <li key={step.step} className="ek-mark" data-tone={step.passed ? 'good' : 'bad'}>
          <Mark passed={step.passed} />
          <strong>{names[step.step]}</strong>
          <span className="what">{step.detail}</span>
          <span className="ek-dim">{millis(step.tookMs)}</span>
        </li>
      ))}
    </ol>
  )
}

export interface ProbeStepsProps {
  /** Undefined while it is being probed. */
  answer: ProbeAnswer | undefined
  /** Each step on a line of its own, with its details. */
  list?: boolean
}

export function ProbeSteps({ answer, list = false }: ProbeStepsProps) {
  if (answer === undefined) {
    return (
      <span className="ek-mark" data-tone="dim">
        <Loader size={12} aria-hidden /> Probing…
      </span>
    )
  }
  return (
    <div>
      {list ? (
        <StepList steps={answer.steps} />
      ) : (
        <div style={{ display: 'flex', gap: '2px 14px', flexWrap: 'wrap', fontSize: 12 }}>
          {answer.steps.map((step) => (
            <span key={step.step} className="ek-mark" data-tone={step.passed ? 'good' : 'bad'} title={step.detail}>
              <Mark passed={step.passed} />
              {step.passed
                ? `${names[step.step]} ${millis(step.tookMs)}`
                : `${names[step.step]}: ${brief(step.detail)}`}
            </span>
          ))}
        </div>
      )}
      {answer.hint !== null && (
        <div className="ek-dim" style={{ fontSize: list ? 13 : 12, marginTop: list ? 8 : 0, overflowWrap: 'anywhere' }}>
          {answer.hint}
        </div>
      )}
    </div>
  )
}
