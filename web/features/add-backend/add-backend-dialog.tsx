/** Adds one backend or many: each address is probed before anything is saved. */
import { Button, Modal, Select, Stack, Textarea } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { ChangeAnswer } from '../../../shared/api/bodies.ts'
import { CopyCurl } from '../../components/copy-curl.tsx'
import { MOST_SHOWN, PastedList } from '../../components/pasted/pasted-list.tsx'
import { api } from '../../lib/api.ts'
import { useChange } from '../../lib/mutations.ts'
import { useConfig } from '../../lib/queries.ts'
import { addWords, usePasted } from '../../lib/use-pasted.ts'
import { useProbes } from '../../lib/use-probes.ts'
import { HealthOffer } from './health-offer.tsx'
import { samePlaces } from './same-place.ts'
import { offerOf, questionOf } from './suggest-check.ts'

function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  return (
    <Modal opened onClose={onClose} title={title} size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack gap="sm">{children}</Stack>
    </Modal>
  )
}

/** `pool` is undefined when the page does not say which: then it is asked for. */
export function AddBackendDialog({ pool: given, onClose }: { pool: string | undefined; onClose: () => void }) {
  const { data: config } = useConfig()
  const pools = config?.document.pools ?? []
  const [chosen, setChosen] = useState(given)
  const pool = pools.find((one) => one.id === (chosen ?? (pools.length === 1 ? pools[0]?.id : undefined)))
  const members = pool?.backends ?? []
  const pasted = usePasted(members.map((member) => member.id))
  const { backends } = pasted
  const addresses = backends.map((backend) => backend.address)
  const answers = useProbes(addresses.slice(0, MOST_SHOWN))

  const untouched = pool !== undefined && pool.healthCheck === undefined
  const question = untouched
    ? questionOf(
        addresses,
        answers,
        members.map((member) => member.address),
      )
    : undefined
  const offer = offerOf(question, useProbes(question?.ask ?? [], question?.check))
  const [ticked, setTicked] = useState<boolean>()
  const checked = ticked ?? members.length === 0
  const healthCheck = offer.state === 'passed' && checked ? offer.check : undefined

  const warnings = samePlaces(addresses, members, pool?.id ?? '')
  // Which of them were warned about and confirmed: another text asks again.
  const [confirmed, setConfirmed] = useState('')
  const warned = [...warnings.keys()].join('\n')
  const again = warned !== '' && confirmed === warned

  const { run, pending } = useChange()
  const one = backends.length === 1 ? backends[0] : backends
  const body = healthCheck === undefined ? one : { backends, healthCheck }
  const path = `/pools/${pool?.id ?? 'POOL'}/backends`
  const add = async () => {
    if (pool === undefined || backends.length === 0) return
    if (warned !== '' && !again) return setConfirmed(warned)
    if ((await run(() => api<ChangeAnswer>('POST', path, body))) !== undefined) onClose()
  }
  return (
    <Dialog title={pool === undefined ? 'Add a backend' : `Add a backend to ${pool.id}`} onClose={onClose}>
      {pools.length > 1 && (
        <Select
          label="Pool"
          placeholder="Choose a pool"
          data={pools.map((each) => ({ value: each.id, label: each.id }))}
          value={pool?.id ?? null}
          onChange={(value) => setChosen(value ?? undefined)}
          allowDeselect={false}
          searchable={pools.length > 8}
          data-autofocus={given === undefined || undefined}
        />
      )}
      <Textarea
        label="Address"
        description="One per line: host:port or URLs. Or paste server lines or whole blocks of nginx, HAProxy, Caddy or Compose."
        placeholder="10.0.0.5:3000"
        autosize
        minRows={2}
        maxRows={8}
        value={pasted.text}
        onChange={(event) => pasted.setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void add()
        }}
        data-autofocus={given !== undefined || pools.length < 2 || undefined}
        classNames={{ input: 'mono' }}
      />
      <PastedList pasted={pasted} answers={answers} warnings={warnings} />
      <HealthOffer
        offer={offer}
        pool={pool?.id ?? ''}
        count={members.length + backends.length}
        nameOf={(address) => members.find((member) => member.address === address)?.id ?? address}
        checked={checked}
        onChange={setTicked}
      />
      <div style={{ display: 'flex', justifyContent: 'space-between', alignItems: 'center', gap: 8, flexWrap: 'wrap' }}>
        <CopyCurl call={{ method: 'POST', path, body: backends.length > 0 ? body : { address: '10.0.0.5:3000' } }} />
        <Button
          onClick={() => void add()}
          loading={pending}
          disabled={pool === undefined || backends.length === 0}
          variant={again ? 'default' : 'filled'}
          style={again ? { color: 'var(--ek-warn)', borderColor: 'var(--ek-warn)' } : undefined}
        >
          {again ? 'Add all the same' : addWords(pasted)}
        </Button>
      </div>
      {again && (
        <div style={{ fontSize: 12, alignSelf: 'flex-end', color: 'var(--ek-warn)' }} role="status">
          {warnings.size === 1 ? 'One address is there already' : `${warnings.size} addresses are there already`}: press
          again to add {warnings.size === 1 ? 'it' : 'them'} a second time.
        </div>
      )}
    </Dialog>
  )
}
