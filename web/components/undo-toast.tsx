/** What a toast says after a change, with the way back. */
import { Button, Group, Text } from '@mantine/core'
import { IconArrowBackUp } from '@tabler/icons-react'

export function UndoToast({ text, revision, onUndo }: { text: string; revision: number; onUndo: () => void }) {
  return (
    <Group justify="space-between" wrap="nowrap" gap="sm">
      <div>
        <Text size="sm">{text}</Text>
        <Text size="xs" c="dimmed">
          Saved as revision {revision}
        </Text>
      </div>
      <Button size="compact-sm" variant="default" leftSection={<IconArrowBackUp size={14} />} onClick={onUndo}>
        Undo
      </Button>
    </Group>
  )
}
