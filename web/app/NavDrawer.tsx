/** The navigation on a phone. */
import { Drawer } from '@mantine/core'
import { Navigation } from './Navigation.tsx'

export function NavDrawer({
  opened,
  onClose,
  onSearch,
}: {
  opened: boolean
  onClose: () => void
  onSearch: () => void
}) {
  const search = () => {
    onClose()
    onSearch()
  }
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      size={264}
      withCloseButton={false}
      aria-label="Navigation"
      overlayProps={{ backgroundOpacity: 0.45 }}
      styles={{
        body: { padding: 0, height: '100%' },
        content: { background: 'var(--ek-surface)', boxShadow: 'none', borderRight: '1px solid var(--ek-line)' },
      }}
    >
      <Navigation onSearch={search} />
    </Drawer>
  )
}
