/** Sign in. */
import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'
import { type FormEvent, useEffect } from 'react'
import type { Me } from '../../../shared/api/bodies.ts'
import { FrontPage } from '../../components/FrontPage.tsx'
import { Refusal } from '../../components/Refusal.tsx'
import { call } from '../../lib/api.ts'
import { keys } from '../../lib/queries.ts'

/** Only addresses of this page: what a link elsewhere says is not followed. */
function safe(next: string | undefined): string {
  return next?.startsWith('/') && !next.startsWith('//') && !next.includes('\\') ? next : '/'
}

export function SignInPage() {
  const { next } = useSearch({ from: '/sign-in' })
  const client = useQueryClient()
  const router = useRouter()
  const signIn = useMutation({
    mutationFn: (body: { name: string; password: string }) => call<Me>('/session', { method: 'POST', body }),
    onSuccess: (me) => {
      client.setQueryData(keys.me, me)
      router.history.push(safe(next))
    },
  })
  useEffect(() => {
    document.title = 'Sign in · Evenkeel'
  }, [])
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    signIn.mutate({ name: String(form.get('name')), password: String(form.get('password')) })
  }
  return (
    <FrontPage title="Sign in to Evenkeel">
      <form onSubmit={submit}>
        <TextInput label="Name" name="name" autoComplete="username" required autoFocus withAsterisk={false} />
        <PasswordInput
          label="Passphrase"
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
        />
        {signIn.error && <Refusal error={signIn.error} />}
        <Button type="submit" fullWidth loading={signIn.isPending}>
          Sign in
        </Button>
      </form>
    </FrontPage>
  )
}
