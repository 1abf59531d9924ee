/** The numbers of a synthetic mix. */
import { NumberInput } from '@mantine/core'

export interface MixFields {
  requestsPerSecond: number
  clients: number
  skew: number
  medianMs: number
  p99Ms: number
}

export const defaultMix: MixFields = { requestsPerSecond: 100, clients: 200, skew: 1, medianMs: 20, p99Ms: 200 }

/** Requests that are simulated of it: a minute's worth, or what the simulator takes. */
export function mixQuestion(fields: MixFields): MixFields & { seconds: number } {
  return { ...fields, seconds: Math.max(1, Math.min(60, Math.floor(60_000 / fields.requestsPerSecond))) }
}

/** Why the numbers cannot be used; undefined when they can. */
export function mixProblem({ medianMs, p99Ms }: MixFields): string | undefined {
  return p99Ms < medianMs ? 'must not be below the median' : undefined
}

const fields: { name: keyof MixFields; label: string; min: number; max: number; step: number }[] = [
  { name: 'requestsPerSecond', label: 'Requests per second', min: 1, max: 10_000, step: 50 },
  { name: 'clients', label: 'Clients', min: 1, max: 100_000, step: 50 },
  { name: 'skew', label: 'Skew (0: all alike)', min: 0, max: 3, step: 0.1 },
  { name: 'medianMs', label: 'Median, ms', min: 0.1, max: 60_000, step: 5 },
  { name: 'p99Ms', label: 'p99, ms', min: 0.1, max: 600_000, step: 50 },
]

export function MixForm({ mix, onChange }: { mix: MixFields; onChange: (mix: MixFields) => void }) {
  return (
    <div className="ek-sim-mix">
      {fields.map(({ name, label, min, max, step }) => (
        <NumberInput
          key={name}
          size="xs"
          label={label}
          min={min}
          max={max}
          step={step}
          clampBehavior="strict"
          value={mix[name]}
          error={name === 'p99Ms' ? mixProblem(mix) : undefined}
          onChange={(value) => {
            if (typeof value === 'number' && value >= min) onChange({ ...mix, [name]: value })
          }}
        />
      ))}
    </div>
  )
}
