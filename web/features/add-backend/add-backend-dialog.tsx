/** Adds one backend or many: each address is probed before anything is saved. */
import { Button, Checkbox, Modal, Stack, Textarea } from '@mantine/core'
import { useState } from 'react'
import type { ChangeAnswer } from '../../../shared/api/bodies.ts'
import { CopyCurl } from '../../components/copy-curl.tsx'
import { ProbeSteps } from '../../components/probe-steps.tsx'
import { api } from '../../lib/api.ts'
import { plural } from '../../lib/format.ts'
import { useChange } from '../../lib/mutations.ts'
import { type ParsedLine, parseBackends } from '../../lib/parse-backends.ts'
import { useConfig } from '../../lib/queries.ts'
import { useProbes } from '../../lib/use-probes.ts'

function Line({ line, answer }: { line: ParsedLine; answer: ReturnType<ReturnType<typeof useProbes>['get']> }) {
  return (
    <li style={{ padding: '8px 0' }}>
      <span className="mono">{line.backend?.address ?? line.text}</span>
      {line.fault === undefined ? (
        <ProbeSteps answer={answer} />
      ) : (
        <div className="ek-bad" style={{ fontSize: 12 }}>
          Line {line.line}: {line.fault}
        </div>
      )}
    </li>
  )
}

export function AddBackendDialog({ pool, onClose }: { pool: string; onClose: () => void }) {
  const [text, setText] = useState('')
  const [useSuggested, setUseSuggested] = useState(true)
  const { run, pending } = useChange()
  const { data: config } = useConfig()
  const lines = parseBackends(text)
  const backends = lines.flatMap((line) => line.backend ?? [])
  const answers = useProbes(backends.map((backend) => backend.address))
  const faults = lines.length - backends.length
  const written = config?.document.pools?.find((other) => other.id === pool)
  const suggested =
    written?.healthCheck === undefined
      ? backends.map((backend) => answers.get(backend.address)?.suggested).find((check) => check?.type === 'http')
      : undefined
  const body = backends.length === 1 ? backends[0] : backends
  const add = async () => {
    const answer = await run(() => api<ChangeAnswer>('POST', `/pools/${pool}/backends`, body))
    if (answer === undefined) return
    if (suggested && useSuggested)
      await run(() => api<ChangeAnswer>('PATCH', `/pools/${pool}`, { healthCheck: suggested }))
    onClose()
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Add a backend to ${pool}`}
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="sm">
        <Textarea
          label="Address"
          description="host:port, a URL, or server lines of nginx or HAProxy; one per line"
          placeholder="10.0.0.5:3000"
          autosize
          minRows={2}
          maxRows={8}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && backends.length > 0 && faults === 0)
              void add()
          }}
          data-autofocus
          classNames={{ input: 'mono' }}
        />
        {lines.length > 0 && (
          <ul
            style={{ listStyle: 'none', margin: 0, padding: 0, maxHeight: 280, overflowY: 'auto' }}
            aria-live="polite"
          >
            {lines.map((line) => (
              <Line
                key={`${line.line} ${line.text}`}
                line={line}
                answer={line.backend && answers.get(line.backend.address)}
              />
            ))}
          </ul>
        )}
        {suggested?.type === 'http' && (
          <Checkbox
            checked={useSuggested}
            onChange={(event) => setUseSuggested(event.currentTarget.checked)}
            label={`Check health by GET ${suggested.path ?? '/'} from now on (it answered)`}
          />
        )}
        <div style={{ display: 'flex', justifyContent: 'space-between', gap: 8, flexWrap: 'wrap' }}>
          <CopyCurl
            call={{ method: 'POST', path: `/pools/${pool}/backends`, body: body ?? { address: '10.0.0.5:3000' } }}
          />
          <Button onClick={() => void add()} loading={pending} disabled={backends.length === 0 || faults > 0}>
            {backends.length > 1 ? `Add ${plural(backends.length, 'backend')}` : 'Add backend'}
          </Button>
        </div>
      </Stack>
    </Modal>
  )
}
