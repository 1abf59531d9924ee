/** The question that stands, if there is one. The safe way out has the focus. */
import { Button, Group, Modal, Stack } from '@mantine/core'
import { useQuestion } from '../lib/ask.ts'

export function AskDialog() {
  const question = useQuestion()
  if (question === undefined) return null
  const no = () => question.answer(false)
  return (
    <Modal opened onClose={no} title={question.title} withCloseButton={false} zIndex={500}>
      <Stack gap="md">
        <p style={{ margin: 0 }}>{question.text}</p>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={no} data-autofocus>
            Cancel
          </Button>
          <Button color="red.9" onClick={() => question.answer(true)}>
            {question.action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
