/** A button that copies a text and says whether it did. */
import { Button } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconCopy } from '@tabler/icons-react'
import { type ReactNode, useEffect, useState } from 'react'
import { copyText } from '../lib/copy-text.ts'

/** How long the button says what became of it, in milliseconds. */
const SAID_MS = 2000

interface Props {
  text: string
  children: string
  icon?: ReactNode
}

export function CopyButton({ text, children, icon = <IconCopy size={14} /> }: Props) {
  const [outcome, setOutcome] = useState<'copied' | 'failed'>()
  useEffect(() => {
    if (outcome === undefined) return
    const timer = setTimeout(() => setOutcome(undefined), SAID_MS)
    return () => clearTimeout(timer)
  }, [outcome])
  const icons = { copied: <IconCheck size={14} />, failed: <IconAlertTriangle size={14} /> }
  const words = { copied: 'Copied', failed: 'Could not copy' }
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      color={outcome === 'failed' ? 'red' : 'gray'}
      onClick={() => void copyText(text).then((copied) => setOutcome(copied ? 'copied' : 'failed'))}
      leftSection={outcome === undefined ? icon : icons[outcome]}
    >
      <span aria-live="polite">{outcome === undefined ? children : words[outcome]}</span>
    </Button>
  )
}
