/** What a toast says after a change, with the way back. */
import { Button, Text } from '@mantine/core'
import { IconArrowBackUp } from '@tabler/icons-react'

export interface UndoToastProps {
  text: string
  revision: number
  /** Why it cannot be undone any more; '' while it can. */
  overtaken: string
  onUndo: () => void
}

export function UndoToast({ text, revision, overtaken, onUndo }: UndoToastProps) {
  return (
    <div className="ek-undo">
      <div className="ek-undo-text">
        <Text size="sm">{text}</Text>
        <Text size="xs" c="dimmed">
          {overtaken === '' ? `Saved as revision ${revision}` : overtaken}
        </Text>
      </div>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconArrowBackUp size={14} />}
        onClick={onUndo}
        disabled={overtaken !== ''}
      >
        Undo
      </Button>
    </div>
  )
}
