/** Marks a backend that takes traffic only when no other is available. */
import { Badge } from '@mantine/core'

export function BackupBadge() {
  return (
    <Badge
      variant="outline"
      color="gray"
      size="xs"
      radius="sm"
      title="Takes traffic only when no other backend is available"
      style={{ color: 'var(--ek-dim)', borderColor: 'var(--ek-line)', textTransform: 'none', flexShrink: 0 }}
    >
      backup
    </Badge>
  )
}
