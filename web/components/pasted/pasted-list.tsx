/** What was understood of pasted lines: the port that is missing, faults first, then each backend as it will be, then what is left out. */
import { NumberInput } from '@mantine/core'
import type { ProbeAnswer } from '../../../shared/api/bodies.ts'
import type { PastedBackend } from '../../../shared/pasted/read.ts'
import { plural } from '../../lib/format.ts'
import { MOST_AT_ONCE, type Pasted } from '../../lib/use-pasted.ts'
import { ProbeSteps } from '../probe-steps.tsx'
import './pasted.css'

/** Rows that are drawn, and addresses that are probed; further ones are counted. */
export const MOST_SHOWN = 100
const MOST_FAULTS = 20
const MOST_LEFT_OUT = 50

/** The settings that a line brings along, in short. */
function tagsOf({ weight, backup, maxConnections, adminState }: PastedBackend): string[] {
  const tags: string[] = []
  if (weight !== undefined) tags.push(`weight ${weight}`)
  if (backup) tags.push('backup')
  if (maxConnections !== undefined) tags.push(`at most ${plural(maxConnections, 'connection')}`)
  if (adminState !== undefined && adminState !== 'active') tags.push(adminState)
  return tags
}

function PortQuestion({ pasted: { withoutPort, port, setPort } }: { pasted: Pasted }) {
  const [only] = withoutPort
  if (only === undefined) return null
  const some = withoutPort.slice(0, 5).join(', ')
  return (
    <NumberInput
      label={withoutPort.length === 1 ? `Port of ${only}` : `Port of the ${withoutPort.length} without one`}
      description={withoutPort.length === 1 ? undefined : `${some}${withoutPort.length > 5 ? ' …' : ''}`}
      placeholder="such as 80"
      min={1}
      max={65_535}
      clampBehavior="strict"
      allowDecimal={false}
      allowNegative={false}
      hideControls
      maw={280}
      value={port ?? ''}
      onChange={(value) => setPort(typeof value === 'number' && value >= 1 ? value : undefined)}
    />
  )
}

function Faults({ faults }: { faults: Pasted['faults'] }) {
  if (faults.length === 0) return null
  return (
    <section aria-label="Not understood">
      <h3 className="ek-pasted-title ek-bad">{plural(faults.length, 'line')} not taken</h3>
      <ul className="ek-pasted">
        {faults.slice(0, MOST_FAULTS).map((entry, index) => (
          <li key={`${entry.line} ${index}`}>
            <div className="head">
              <span className="line">line {entry.line}</span>
              <span className="mono">{entry.text.slice(0, 200)}</span>
            </div>
            <div className="small ek-bad">{entry.fault}</div>
          </li>
        ))}
      </ul>
      {faults.length > MOST_FAULTS && (
        <div className="ek-pasted-rest ek-dim">and {faults.length - MOST_FAULTS} more</div>
      )}
    </section>
  )
}

function LeftOut({ leftOut }: { leftOut: Pasted['leftOut'] }) {
  if (leftOut.length === 0) return null
  return (
    <details className="ek-pasted-rest">
      <summary>{plural(leftOut.length, 'other line')} left out</summary>
      <ul>
        {leftOut.slice(0, MOST_LEFT_OUT).map((entry, index) => (
          <li key={`${entry.line} ${index}`}>
            line {entry.line}: <span className="mono">{entry.text.slice(0, 200)}</span> · {entry.reason}
          </li>
        ))}
        {leftOut.length > MOST_LEFT_OUT && <li>and {leftOut.length - MOST_LEFT_OUT} more</li>}
      </ul>
    </details>
  )
}

export interface PastedListProps {
  pasted: Pasted
  answers: ReadonlyMap<string, ProbeAnswer>
  /** By address: what speaks against adding it. */
  warnings?: ReadonlyMap<string, string>
}

export function PastedList({ pasted, answers, warnings }: PastedListProps) {
  const { taken, faults, leftOut } = pasted
  return (
    <>
      <PortQuestion pasted={pasted} />
      <Faults faults={faults} />
      {taken.length > 0 && (
        <ul className="ek-pasted" aria-live="polite" aria-label="Understood">
          {taken.slice(0, MOST_SHOWN).map(({ backend, notes, line }) => (
            <li key={`${line} ${backend.address}`}>
              <div className="head">
                {backend.id !== undefined && <span className="name">{backend.id}</span>}
                <span className="mono">{backend.address}</span>
                {tagsOf(backend).map((tag) => (
                  <span key={tag} className="tag">
                    {tag}
                  </span>
                ))}
              </div>
              {warnings?.has(backend.address) && <div className="small warning">{warnings.get(backend.address)}</div>}
              {notes.map((note) => (
                <div key={note} className="small ek-dim">
                  {note}
                </div>
              ))}
              <ProbeSteps answer={answers.get(backend.address)} />
            </li>
          ))}
        </ul>
      )}
      {taken.length > MOST_SHOWN && (
        <div className="ek-pasted-rest ek-dim">
          and {taken.length - MOST_SHOWN} more, which are not probed here
          {taken.length > MOST_AT_ONCE && `; at most ${MOST_AT_ONCE} are added at once`}
        </div>
      )}
      <LeftOut leftOut={leftOut} />
    </>
  )
}
