/** A small moving picture of how a strategy spreads requests. Still under reduced motion. */
import { useReducedMotion } from '@mantine/hooks'
import type { StrategyType } from '../../../shared/config/strategy.ts'

/** For each strategy: which of three backends gets each of six requests. */
const order: Record<StrategyType, number[]> = {
  'round-robin': [0, 1, 2, 0, 1, 2],
  'least-connections': [2, 0, 2, 1, 2, 0],
  'least-time': [0, 0, 1, 0, 0, 1],
  'power-of-two': [1, 2, 0, 2, 1, 0],
  random: [2, 2, 0, 1, 0, 2],
  hash: [0, 2, 0, 2, 0, 2],
  first: [0, 0, 0, 0, 1, 1],
}
const ROWS = [8, 24, 40]

export function StrategyDiagram({ type }: { type: StrategyType }) {
  const still = useReducedMotion()
  return (
    <svg viewBox="0 0 160 48" width="100%" height="48" aria-hidden>
      <circle cx="14" cy="24" r="6" fill="var(--ek-dim)" />
      {ROWS.map((y) => (
        <g key={y}>
          <path d={`M20 24C70 24 70 ${y} 128 ${y}`} fill="none" stroke="var(--ek-line)" strokeWidth="1.5" />
          <rect x="128" y={y - 5} width="24" height="10" rx="3" fill="var(--ek-track)" stroke="var(--ek-line)" />
        </g>
      ))}
      {order[type].map((target, index) => {
        const path = `M20 24C70 24 70 ${ROWS[target]} 128 ${ROWS[target]}`
        const color = type === 'hash' ? (index % 2 === 0 ? '#0072B2' : '#E69F00') : '#009E73'
        return still ? (
          <circle
            key={index}
            cx={60 + index * 10}
            cy={24 + ((ROWS[target] ?? 24) - 24) * (0.3 + index * 0.1)}
            r="2.5"
            fill={color}
          />
        ) : (
          <circle key={index} r="3" fill={color} opacity="0">
            <animateMotion dur="3s" begin={`${index * 0.5}s`} repeatCount="indefinite" path={path} />
            <animate
              attributeName="opacity"
              values="0;1;1;0"
              keyTimes="0;0.05;0.45;0.5"
              dur="3s"
              begin={`${index * 0.5}s`}
              repeatCount="indefinite"
            />
          </circle>
        )
      })}
    </svg>
  )
}
