/** The strategies as cards to choose from: a picture, a sentence, when and when not. */
import type { StrategyType } from '../../../shared/config/strategy.ts'
import { strategies } from './strategies.ts'
import { StrategyDiagram } from './strategy-diagram.tsx'

export interface StrategyCardsProps {
  chosen: StrategyType
  inForce: StrategyType | undefined
  onChoose: (type: StrategyType) => void
}

export function StrategyCards({ chosen, inForce, onChoose }: StrategyCardsProps) {
  return (
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
          aria-checked={chosen === strategy.type}
          className="ek-select-card"
          onClick={() => onChoose(strategy.type)}
        >
          <span style={{ display: 'flex', justifyContent: 'space-between' }}>
            <strong>{strategy.name}</strong>
            {inForce === strategy.type && <span className="ek-dim">in force</span>}
          </span>
          <StrategyDiagram type={strategy.type} />
          <span style={{ fontSize: 13 }}>{strategy.sentence}</span>
          <span className="ek-dim" style={{ fontSize: 12 }}>
            <b>When:</b> {strategy.use} <b>Not when:</b> {strategy.not}
          </span>
        </button>
      ))}
    </div>
  )
}
