/** Switches a pool's strategy: cards in plain words, live at once, no connection is cut, Undo. */
import { Button, Group, Modal, NumberInput, Select, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { ChangeAnswer } from '../../../shared/api/bodies.ts'
import { type StrategyConfig, type StrategyType, strategySchema } from '../../../shared/config/strategy.ts'
import { CopyCurl } from '../../components/copy-curl.tsx'
import { api } from '../../lib/api.ts'
import { useChange } from '../../lib/mutations.ts'
import { useConfig } from '../../lib/queries.ts'
import { strategies } from './strategies.ts'
import { StrategyDiagram } from './strategy-diagram.tsx'

interface HashFields {
  on: string
  method: string
  boundedLoad: number | string
}

function HashForm({
  fields,
  onChange,
  problem,
}: {
  fields: HashFields
  onChange: (fields: HashFields) => void
  problem: string | undefined
}) {
  return (
    <Group grow align="flex-start">
      <TextInput
        label="Hash on"
        description="client-ip, uri, header:<name>, cookie:<name> or query:<name>"
        value={fields.on}
        error={problem}
        onChange={(event) => onChange({ ...fields, on: event.currentTarget.value })}
      />
      <Select
        label="Method"
        description="A lookup table, or the highest score"
        data={['maglev', 'rendezvous']}
        value={fields.method}
        allowDeselect={false}
        onChange={(value) => onChange({ ...fields, method: value ?? 'maglev' })}
      />
      <NumberInput
        label="Bounded load"
        description="Skip one with more than this many times the average; empty: never"
        value={fields.boundedLoad}
        min={1}
        max={10}
        step={0.05}
        onChange={(value) => onChange({ ...fields, boundedLoad: value })}
      />
    </Group>
  )
}

export function StrategyDialog({ pool, onClose }: { pool: string; onClose: () => void }) {
  const { data } = useConfig()
  const { run, pending } = useChange()
  const written = data?.document.pools?.find((other) => other.id === pool)?.strategy
  const current: { type: StrategyType } | undefined = data && (written ?? { type: 'round-robin' })
  const [chosen, setChosen] = useState<StrategyType>()
  const [hash, setHash] = useState<HashFields>({ on: 'client-ip', method: 'maglev', boundedLoad: '' })
  const type = chosen ?? current?.type ?? 'round-robin'
  const wanted =
    type === 'hash'
      ? {
          type,
          on: hash.on,
          method: hash.method,
          ...(hash.boundedLoad === '' ? {} : { boundedLoad: Number(hash.boundedLoad) }),
        }
      : { type }
  const checked = strategySchema.safeParse(wanted)
  const problem = checked.success ? undefined : checked.error.issues[0]?.message
  const apply = async () => {
    const answer = await run(() => api<ChangeAnswer>('PATCH', `/pools/${pool}`, { strategy: wanted as StrategyConfig }))
    if (answer !== undefined) onClose()
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Strategy of ${pool}`}
      size={1080}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        <div
          role="radiogroup"
          aria-label="Strategy"
          style={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fill, minmax(224px, 1fr))', gap: 12 }}
        >
          {strategies.map((strategy) => (
            // biome-ignore lint/a11y/useSemanticElements: a card with a picture and text is more than an input can hold
            <button
              key={strategy.type}
              type="button"
              role="radio"
              aria-checked={type === strategy.type}
              className="ek-select-card"
              onClick={() => setChosen(strategy.type)}
            >
              <span style={{ display: 'flex', justifyContent: 'space-between' }}>
                <strong>{strategy.name}</strong>
                {current?.type === strategy.type && <span className="ek-dim">in force</span>}
              </span>
              <StrategyDiagram type={strategy.type} />
              <span style={{ fontSize: 13 }}>{strategy.sentence}</span>
              <span className="ek-dim" style={{ fontSize: 12 }}>
                <b>When:</b> {strategy.use} <b>Not when:</b> {strategy.not}
              </span>
            </button>
          ))}
        </div>
        {type === 'hash' && <HashForm fields={hash} onChange={setHash} problem={problem} />}
        <div style={{ display: 'flex', justifyContent: 'space-between', gap: 8, flexWrap: 'wrap' }}>
          <CopyCurl call={{ method: 'PATCH', path: `/pools/${pool}`, body: { strategy: wanted } }} />
          <Button
            onClick={() => void apply()}
            loading={pending}
            disabled={problem !== undefined || (type === current?.type && type !== 'hash')}
          >
            Apply
          </Button>
        </div>
      </Stack>
    </Modal>
  )
}
