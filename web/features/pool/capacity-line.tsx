/** "Can I lose one?": the answer as icon and word; why, with the numbers, on hover, focus, click and touch. */
import { Tooltip } from '@mantine/core'
import { IconAlertTriangleFilled, IconCircleCheckFilled, IconHelpCircle } from '@tabler/icons-react'
import { useState } from 'react'
import type { CanLoseOne } from '../../../shared/api/live.ts'

const marks = {
  yes: { icon: IconCircleCheckFilled, tone: 'good' },
  no: { icon: IconAlertTriangleFilled, tone: 'warn' },
  unknown: { icon: IconHelpCircle, tone: 'dim' },
} as const

export function CapacityLine({ answer }: { answer: CanLoseOne }) {
  const [open, setOpen] = useState(false)
  const { icon: Icon, tone } = marks[answer.verdict]
  return (
    <div className="ek-capacity">
      <Tooltip
        label={answer.sentence}
        multiline
        withinPortal={false}
        maw={360}
        disabled={open}
        events={{ hover: true, focus: true, touch: false }}
        position="bottom-start"
      >
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          <span className="ek-mark" data-tone={tone}>
            <Icon size={14} aria-hidden />
          </span>
          <span>Can lose one: {answer.verdict}</span>
        </button>
      </Tooltip>
      {open && <span role="status">{answer.sentence}</span>}
    </div>
  )
}
