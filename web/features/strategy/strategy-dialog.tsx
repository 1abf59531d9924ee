/** Switches a pool's strategy: cards in plain words, what would change, live at once, no connection is cut, Undo. */
import { Button, Modal, Stack } from '@mantine/core'
import { useMemo, useState } from 'react'
import type { ChangeAnswer } from '../../../shared/api/bodies.ts'
import { type StrategyConfig, type StrategyType, strategySchema } from '../../../shared/config/strategy.ts'
import { CopyCurl } from '../../components/copy-curl.tsx'
import { api } from '../../lib/api.ts'
import { useChange } from '../../lib/mutations.ts'
import { useConfig } from '../../lib/queries.ts'
import { defaultHash, type HashFields, HashForm } from './hash-form.tsx'
import { SimulationPanel } from './simulation-panel.tsx'
import { StrategyCards } from './strategy-cards.tsx'

/** The strategy as it goes into the configuration. */
function written(type: StrategyType, { on, method, boundedLoad }: HashFields) {
  if (type !== 'hash') return { type }
  return { type, on, method, ...(boundedLoad === '' ? {} : { boundedLoad: Number(boundedLoad) }) }
}

function fieldsOf(strategy: StrategyConfig | undefined): HashFields {
  if (strategy?.type !== 'hash') return defaultHash
  return { on: strategy.on, method: strategy.method, boundedLoad: strategy.boundedLoad ?? '' }
}

/** The pool's strategy with its defaults; undefined until the configuration is there. */
function useInForce(pool: string) {
  const { data } = useConfig()
  const config = data?.document.pools?.find((other) => other.id === pool)
  const inForce = useMemo(
    () => (data === undefined ? undefined : strategySchema.parse(config?.strategy ?? { type: 'round-robin' })),
    [data, config],
  )
  const backends = useMemo(() => (config?.backends ?? []).map(({ id }) => id), [config])
  return { inForce, backends }
}

export function StrategyDialog({ pool, onClose }: { pool: string; onClose: () => void }) {
  const { inForce, backends } = useInForce(pool)
  const { run, pending } = useChange()
  const [chosen, setChosen] = useState<StrategyType>()
  const [typed, setTyped] = useState<HashFields>()
  const type = chosen ?? inForce?.type ?? 'round-robin'
  const hash = typed ?? fieldsOf(inForce)
  const wanted = written(type, hash)
  const checked = strategySchema.safeParse(wanted)
  const problem = checked.success ? undefined : checked.error.issues[0]?.message
  const differs = inForce !== undefined && JSON.stringify(checked.data) !== JSON.stringify(inForce)
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
        <StrategyCards chosen={type} inForce={inForce?.type} onChoose={setChosen} />
        {type === 'hash' && <HashForm fields={hash} onChange={setTyped} problem={problem} />}
        {inForce !== undefined && (
          <SimulationPanel
            pool={pool}
            backends={backends}
            strategy={checked.data}
            inForce={inForce.type}
            differs={differs}
          />
        )}
        <div className="ek-dialog-foot">
          <CopyCurl call={{ method: 'PATCH', path: `/pools/${pool}`, body: { strategy: wanted } }} />
          <Button onClick={() => void apply()} loading={pending} disabled={problem !== undefined || !differs}>
            Apply
          </Button>
        </div>
      </Stack>
    </Modal>
  )
}
