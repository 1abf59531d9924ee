/** Who is signed in, and the way out. */
import { ActionIcon, Menu } from '@mantine/core'
import { IconApi, IconLogout, IconUser } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { call } from '../lib/api.ts'
import { meQuery } from '../lib/queries.ts'
import { showProblem } from '../lib/toasts.tsx'

/** Ends the session on the server and forgets everything that was read. */
export function useSignOut(): () => Promise<void> {
  const client = useQueryClient()
  const navigate = useNavigate()
  return async () => {
    try {
      await call('/session', { method: 'DELETE' })
    } catch (error) {
      showProblem('Not signed out', error)
      return
    }
    await navigate({ to: '/sign-in', search: {} })
    client.clear()
  }
}

export function UserMenu() {
  const me = useQuery(meQuery).data
  const signOut = useSignOut()
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`Signed in as ${me?.name ?? 'somebody'}`}>
          <IconUser size={16} stroke={1.8} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {me?.name} · {me?.role}
        </Menu.Label>
        <Menu.Item
          component="a"
          href="/api/openapi.json"
          target="_blank"
          leftSection={<IconApi size={16} stroke={1.8} />}
        >
          API description
        </Menu.Item>
        <Menu.Item onClick={() => void signOut()} leftSection={<IconLogout size={16} stroke={1.8} />}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
