/** The second half of set-up: paste addresses, choose a strategy, see who answers. Or start with the demo. */
import { Button, Code, SegmentedControl, Stack, Textarea } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ChangeAnswer } from '../../../shared/api/bodies.ts'
import type { Status } from '../../../shared/api/live.ts'
import { Panel } from '../../components/panel.tsx'
import { MOST_SHOWN, PastedList } from '../../components/pasted/pasted-list.tsx'
import { api } from '../../lib/api.ts'
import { millis } from '../../lib/format.ts'
import { useStatusQuery } from '../../lib/queries.ts'
import { showProblem } from '../../lib/show-problem.ts'
import { addWords, usePasted } from '../../lib/use-pasted.ts'
import { useProbes } from '../../lib/use-probes.ts'

interface TestAnswer {
  url: string
  status: number | null
  backend: string | null
  tookMs: number
  detail: string
}

const choices = [
  { value: 'round-robin', label: 'Round robin', words: 'Each in turn. Right for most.' },
  {
    value: 'least-connections',
    label: 'Least connections',
    words: 'Fewest in flight first. For WebSockets and uneven requests.',
  },
  { value: 'power-of-two', label: 'Power of two', words: 'The less busy of two drawn at random.' },
]

function TestRequest({ status }: { status: Status }) {
  const [answer, setAnswer] = useState<TestAnswer>()
  const [busy, setBusy] = useState(false)
  const send = async () => {
    setBusy(true)
    await api<TestAnswer>('POST', '/test-request', { path: '/' }).then(setAnswer, showProblem)
    setBusy(false)
  }
  return (
    <Stack gap="sm" align="flex-start">
      <div>
        Traffic for this pool comes in at <Code>{status.listeners[0]?.address}</Code>.
      </div>
      <Button variant="default" loading={busy} onClick={() => void send()}>
        Send a test request
      </Button>
      {answer !== undefined && (
        <div role="status">
          {answer.status === null ? (
            <span className="ek-bad">No answer: {answer.detail}</span>
          ) : (
            <>
              <strong>{answer.backend ?? 'Evenkeel itself'}</strong> answered {answer.status} in {millis(answer.tookMs)}
            </>
          )}
        </div>
      )}
    </Stack>
  )
}

export function FirstBackends() {
  const navigate = useNavigate()
  const { data: status, refetch } = useStatusQuery()
  const [strategy, setStrategy] = useState('round-robin')
  const [busy, setBusy] = useState<'add' | 'demo'>()
  const pool = status?.pools[0]
  const pasted = usePasted([])
  const { backends } = pasted
  const answers = useProbes(backends.slice(0, MOST_SHOWN).map((backend) => backend.address))
  const added = (pool?.backends.length ?? 0) > 0
  const work = async (what: 'add' | 'demo', action: () => Promise<unknown>) => {
    setBusy(what)
    await action().catch(showProblem)
    await refetch()
    setBusy(undefined)
  }
  const add = async () => {
    if (strategy !== 'round-robin')
      await api<ChangeAnswer>('PATCH', `/pools/${pool?.id}`, { strategy: { type: strategy } })
    await api<ChangeAnswer>('POST', `/pools/${pool?.id}/backends`, backends)
  }
  const demo = async () => {
    await api('POST', '/demo')
    await navigate({ to: '/' })
  }
  if (status === undefined || pool === undefined) return null
  return (
    <>
      <Panel title="2 · Your backends">
        <Stack gap="sm">
          <Textarea
            label="Addresses"
            description="One per line: host:port or URLs. Or paste server lines or whole blocks of nginx, HAProxy, Caddy or Compose."
            placeholder={'10.0.0.5:3000\n10.0.0.6:3000'}
            autosize
            minRows={3}
            maxRows={10}
            value={pasted.text}
            onChange={(event) => pasted.setText(event.currentTarget.value)}
            classNames={{ input: 'mono' }}
            autoFocus
            disabled={added}
          />
          <PastedList pasted={pasted} answers={answers} />
          <SegmentedControl
            aria-label="Strategy"
            value={strategy}
            onChange={setStrategy}
            data={choices}
            disabled={added}
            fullWidth
            orientation={window.innerWidth < 500 ? 'vertical' : 'horizontal'}
          />
          <span className="ek-dim">{choices.find((choice) => choice.value === strategy)?.words}</span>
          <div style={{ display: 'flex', gap: 8, flexWrap: 'wrap' }}>
            <Button
              onClick={() => void work('add', add)}
              loading={busy === 'add'}
              disabled={added || backends.length === 0}
            >
              {added ? 'Added' : backends.length === 0 && pasted.missing === 0 ? 'Add backends' : addWords(pasted)}
            </Button>
            {!added && (
              <Button variant="default" onClick={() => void work('demo', demo)} loading={busy === 'demo'}>
                Start with a demo instead
              </Button>
            )}
          </div>
        </Stack>
      </Panel>
      {added && (
        <Panel title="3 · See it work">
          <TestRequest status={status} />
        </Panel>
      )}
      <Button
        variant={added ? 'filled' : 'subtle'}
        color={added ? undefined : 'gray'}
        style={{ alignSelf: 'flex-start' }}
        onClick={() => void navigate({ to: '/' })}
      >
        {added ? 'Open the dashboard' : 'Skip to the dashboard'}
      </Button>
    </>
  )
}
