/** Set-up while nobody has an account: administrator, backends, strategy, a test request. At most five inputs. */
import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import type { Me } from '../../../shared/api/bodies.ts'
import { Panel } from '../../components/panel.tsx'
import { ApiProblem, api } from '../../lib/api.ts'
import { at } from '../../lib/base-path.ts'
import { problemWords } from '../../lib/problem-words.ts'
import { keys, useMe, useSetupStatus } from '../../lib/queries.ts'
import { FirstBackends } from './first-backends.tsx'

const route = getRouteApi('/setup')

function AdminForm({ onDone }: { onDone: (me: Me) => void }) {
  const { token } = route.useSearch()
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setBusy(true)
    setProblem(undefined)
    try {
      onDone(
        await api<Me>('POST', '/setup', {
          token: form.get('token') ?? token,
          name: form.get('name'),
          password: form.get('password'),
        }),
      )
    } catch (error) {
      const issues = error instanceof ApiProblem ? error.problem.issues?.map((issue) => issue.message) : undefined
      setProblem(issues?.join('; ') ?? problemWords(error).detail)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Panel title="1 · The administrator">
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="sm">
          {token === undefined && (
            <TextInput
              name="token"
              label="Set-up token"
              description="The log printed it at the latest start."
              required
            />
          )}
          <TextInput name="name" label="Name" defaultValue="admin" autoComplete="username" required />
          <PasswordInput
            name="password"
            label="Passphrase"
            description="At least 10 characters; a few words make a good one."
            minLength={10}
            autoComplete="new-password"
            required
            autoFocus
            visibilityToggleButtonProps={{ 'aria-label': 'Show the passphrase', tabIndex: 0 }}
          />
          {problem !== undefined && (
            <Alert color="red" variant="light" role="alert">
              {problem}
            </Alert>
          )}
          <Button type="submit" loading={busy} style={{ alignSelf: 'flex-start' }}>
            Continue
          </Button>
        </Stack>
      </form>
    </Panel>
  )
}

export function SetupPage() {
  const client = useQueryClient()
  const navigate = useNavigate()
  const setup = useSetupStatus()
  const me = useMe()
  const [begun, setBegun] = useState(false)
  const done = !begun && setup.data?.needed === false
  return (
    <main className="ek-main" style={{ maxWidth: 680, paddingTop: 48 }}>
      <div className="ek-brand" style={{ padding: 0 }}>
        <img src={at('/favicon.svg')} alt="" width={28} height={28} />
        <h1>Set up Evenkeel</h1>
      </div>
      {done ? (
        <Alert variant="light" title="This balancer is set up already">
          <Button mt="xs" size="xs" onClick={() => void navigate({ to: '/' })}>
            Go to the dashboard
          </Button>
        </Alert>
      ) : me.data ? (
        <FirstBackends />
      ) : (
        <AdminForm
          onDone={(who) => {
            setBegun(true)
            client.setQueryData(keys.me, who)
          }}
        />
      )}
    </main>
  )
}
