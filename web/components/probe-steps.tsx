/** What probing an address said, step by step, and what to do about it. */
import { Loader } from '@mantine/core'
import { IconCheck, IconX } from '@tabler/icons-react'
import type { ProbeAnswer } from '../../shared/api/bodies.ts'
import { millis } from '../lib/format.ts'

const names = { dns: 'Name', tcp: 'Connection', http: 'HTTP' } as const

export function ProbeSteps({ answer }: { answer: ProbeAnswer | undefined }) {
  if (answer === undefined) {
    return (
      <span className="ek-mark" data-tone="dim">
        <Loader size={12} aria-hidden /> Probing…
      </span>
    )
  }
  return (
    <div>
      <div style={{ display: 'flex', gap: '2px 14px', flexWrap: 'wrap', fontSize: 12 }}>
        {answer.steps.map((step, index) => (
          <span
            key={`${step.step}${index}`}
            className="ek-mark"
            data-tone={step.passed ? 'good' : 'bad'}
            title={step.detail}
          >
            {step.passed ? <IconCheck size={14} aria-label="passed" /> : <IconX size={14} aria-label="failed" />}
            {names[step.step]} {step.passed ? millis(step.tookMs) : step.detail}
          </span>
        ))}
      </div>
      {answer.hint !== null && (
        <div className="ek-dim" style={{ fontSize: 12, overflowWrap: 'anywhere' }}>
          {answer.hint}
        </div>
      )}
    </div>
  )
}
