/** "What would happen?": the chosen strategy against the one in force, replayed over the pool's own traffic, before anything is changed. */
import { SegmentedControl, Select, Skeleton } from '@mantine/core'
import { IconAlertTriangle, IconFlask, IconInfoCircle } from '@tabler/icons-react'
import { useState } from 'react'
import type { SimulationQuestion } from '../../../shared/api/simulation.ts'
import type { StrategyConfig, StrategyType } from '../../../shared/config/strategy.ts'
import { ErrorState } from '../../components/error-state.tsx'
import { defaultMix, type MixFields, MixForm, mixProblem, mixQuestion } from './mix-form.tsx'
import { SimulationResult } from './simulation-result.tsx'
import { headline, movesSentence } from './simulation-words.ts'
import { useSimulation } from './use-simulation.ts'
import './simulation.css'

export interface SimulationPanelProps {
  pool: string
  backends: readonly string[]
  /** Undefined while what was typed is not valid. */
  strategy: StrategyConfig | undefined
  inForce: StrategyType
  /** The strategy is another one than that in force. */
  differs: boolean
}

type Source = 'recorded' | 'synthetic'

/** The whole question, with a mix to fall back on; undefined while there is nothing to ask. */
function questionOf(whatIf: SimulationQuestion | undefined, source: Source, mix: MixFields) {
  if (whatIf === undefined || mixProblem(mix) !== undefined) return undefined
  return { ...whatIf, [source === 'synthetic' ? 'mix' : 'otherwise']: mixQuestion(mix) }
}

function Note({ children }: { children: string }) {
  return (
    <p className="ek-sim-note">
      <IconInfoCircle size={16} aria-hidden />
      <span>{children}</span>
    </p>
  )
}

/** As high as a note of one line and the folded list. */
function NoteToCome() {
  return (
    <>
      <Skeleton height={14} width="60%" my={3} />
      <Skeleton height={14} width={172} my={5} />
    </>
  )
}

function Limits({ can, cannot }: { can: readonly string[]; cannot: readonly string[] }) {
  return (
    <details className="ek-sim-limits">
      <summary>What this cannot predict ({cannot.length})</summary>
      <div>
        <h3>It can tell</h3>
        <ul>
          {can.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
        <h3>It leaves out</h3>
        <ul>
          {cannot.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      </div>
    </details>
  )
}

function Controls({
  source,
  onSource,
  backends,
  gone,
  onGone,
}: {
  source: Source
  onSource: (source: Source) => void
  backends: readonly string[]
  gone: string | null
  onGone: (backend: string | null) => void
}) {
  return (
    <div className="ek-sim-controls">
      <SegmentedControl
        size="xs"
        aria-label="Traffic that is replayed"
        value={source}
        onChange={(value) => onSource(value as Source)}
        data={[
          { value: 'recorded', label: 'Recorded traffic' },
          { value: 'synthetic', label: 'Synthetic mix' },
        ]}
      />
      <Select
        size="xs"
        aria-label="What if one backend is gone?"
        placeholder="What if one backend is gone?"
        data={backends.map((id) => ({ value: id, label: `without ${id}` }))}
        value={gone}
        onChange={onGone}
        clearable
        clearButtonProps={{ 'aria-label': 'All backends stay' }}
        w={232}
      />
    </div>
  )
}

export function SimulationPanel({ pool, backends, strategy, inForce, differs }: SimulationPanelProps) {
  const [source, setSource] = useState<Source>('recorded')
  const [mix, setMix] = useState(defaultMix)
  const [gone, setGone] = useState<string | null>(null)
  const asks = strategy !== undefined && (differs || gone !== null)
  const whatIf = asks ? { strategy, ...(gone !== null && { remove: [gone] }) } : undefined
  const { answer, error, outdated, again } = useSimulation(pool, questionOf(whatIf, source, mix))
  const thin = asks && source === 'recorded' && answer !== undefined && answer.fellBack !== null
  const failed = asks && error !== null && !outdated
  const moves = answer && movesSentence(answer.moves, inForce === 'hash', strategy?.type === 'hash')
  return (
    <section className="ek-panel ek-sim" aria-label="Simulation">
      <header className="ek-panel-head">
        <h2>
          <IconFlask size={16} aria-hidden /> What would change
        </h2>
        <Controls
          source={thin ? 'synthetic' : source}
          onSource={(wanted) => {
            setSource(wanted)
            if (thin) again()
          }}
          backends={backends}
          gone={gone}
          onGone={setGone}
        />
      </header>
      <div className="ek-panel-body">
        {thin && (
          <p className="ek-sim-thin">
            <IconAlertTriangle size={18} aria-hidden />
            <span>
              <strong>These numbers are of a made-up mix.</strong> {answer.fellBack}
            </span>
          </p>
        )}
        {(thin || source === 'synthetic') && <MixForm mix={mix} onChange={setMix} />}
        {!asks && (
          <p className="ek-sim-idle">
            Choose another strategy, or take a backend away, to replay the last five minutes of this pool’s traffic
            through it. Nothing is changed by looking.
          </p>
        )}
        {failed && <ErrorState title="No simulation" error={error} onRetry={again} />}
        {asks && !failed && (
          <>
            <p className="ek-sim-headline" role="status">
              {answer === undefined ? 'Replaying…' : headline(answer)}
            </p>
            <SimulationResult answer={answer} backends={backends} outdated={outdated} />
            {gone !== null && <Note>{`Only looked at: applying the strategy leaves ${gone} where it is.`}</Note>}
            {moves !== undefined && <Note>{moves}</Note>}
            {answer === undefined ? (
              <NoteToCome />
            ) : (
              <>
                <Note>{answer.note}</Note>
                <Limits can={answer.canPredict} cannot={answer.cannotPredict} />
              </>
            )}
          </>
        )}
      </div>
    </section>
  )
}
