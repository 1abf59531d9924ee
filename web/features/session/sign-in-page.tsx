/** Sign-in. */
import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import type { Me } from '../../../shared/api/bodies.ts'
import { Panel } from '../../components/panel.tsx'
import { api } from '../../lib/api.ts'
import { at } from '../../lib/base-path.ts'
import { problemWords } from '../../lib/problem-words.ts'
import { keys, useSetupStatus } from '../../lib/queries.ts'

const route = getRouteApi('/sign-in')

export function SignInPage() {
  const client = useQueryClient()
  const navigate = useNavigate()
  const { next } = route.useSearch()
  const setup = useSetupStatus()
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setBusy(true)
    setProblem(undefined)
    try {
      const me = await api<Me>('POST', '/session', { name: form.get('name'), password: form.get('password') })
      client.setQueryData(keys.me, me)
      await navigate({ to: '/', href: next })
    } catch (error) {
      setProblem(problemWords(error).detail)
    } finally {
      setBusy(false)
    }
  }
  return (
    <main className="ek-main" style={{ maxWidth: 400, minHeight: '100vh', justifyContent: 'center' }}>
      <div className="ek-brand" style={{ padding: 0 }}>
        <img src={at('/favicon.svg')} alt="" width={28} height={28} />
        <h1>Sign in to Evenkeel</h1>
      </div>
      {setup.data?.problem && (
        <Alert color="red" variant="light" title="Signing in is not possible now" role="alert">
          {setup.data.problem}
        </Alert>
      )}
      <Panel label="Sign in">
        <form onSubmit={(event) => void submit(event)}>
          <Stack gap="sm">
            <TextInput name="name" label="Name" autoComplete="username" required autoFocus />
            <PasswordInput
              name="password"
              label="Passphrase"
              autoComplete="current-password"
              required
              error={problem}
              visibilityToggleButtonProps={{ 'aria-label': 'Show the passphrase', tabIndex: 0 }}
            />
            <Button type="submit" loading={busy}>
              Sign in
            </Button>
          </Stack>
        </form>
      </Panel>
    </main>
  )
}
