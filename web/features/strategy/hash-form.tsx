/** What of a request is hashed, and how. */
import { Group, NumberInput, Select, TextInput } from '@mantine/core'

export interface HashFields {
  on: string
  method: string
  boundedLoad: number | string
}

export const defaultHash: HashFields = { on: 'client-ip', method: 'maglev', boundedLoad: '' }

export function HashForm({
  fields,
  onChange,
  problem,
}: {
  fields: HashFields
  onChange: (fields: HashFields) => void
  problem: string | undefined
}) {
  return (
    <Group grow preventGrowOverflow={false} align="flex-start" className="ek-sim-fields">
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
