/**
 * A moving picture of how a strategy spreads requests: its own picks, one a step, for three equal backends of which the lowest is slow.
 * Dots stay at their backend as long as it works on them, so they pile up where work does. Still under reduced motion.
 */
import { useReducedMotion } from '@mantine/hooks'
import type { StrategyType } from '../../../shared/config/strategy.ts'
import { CLIENTS, picks, SERVICE_STEPS } from '../../../shared/strategy-picture.ts'

/** Seconds of one step. */
const STEP_S = 0.5
/** Steps a request is on its way. */
const TRAVEL_STEPS = 1.5
/** Steps in which a dot comes and goes. */
const FADE_STEPS = 0.2
const ROWS = [8, 24, 40]
const BOX_X = 112
/** Between two dots that wait at the same backend. */
const DOT_GAP = 8
const COLORS = ['#009E73', '#E69F00']

interface Dot {
  backend: number
  /** Requests that its backend was working on when it came. */
  before: number
  color: string
}

function dotsOf(type: StrategyType): Dot[] {
  const order = picks[type]
  return order.map((backend, index) => ({
    backend,
    before: order.filter((other, at) => at < index && other === backend && at + (SERVICE_STEPS[other] ?? 0) > index)
      .length,
    color: (type === 'hash' ? COLORS[index % CLIENTS.length] : COLORS[0]) as string,
  }))
}

const endOf = ({ backend, before }: Dot) => [BOX_X + 8 + before * DOT_GAP, ROWS[backend] ?? 24] as const
const pathOf = (dot: Dot) => {
  const [x, y] = endOf(dot)
  return `M20 24C66 24 66 ${y} ${BOX_X} ${y}L${x} ${y}`
}

function MovingDot({ dot, index, steps }: { dot: Dot; index: number; steps: number }) {
  const time = (step: number) => Math.min(1, step / steps)
  const leaves = TRAVEL_STEPS + (SERVICE_STEPS[dot.backend] ?? 0)
  const timing = { dur: `${steps * STEP_S}s`, begin: `${index * STEP_S}s`, repeatCount: 'indefinite' }
  return (
    <circle r="3" fill={dot.color} opacity="0">
      <animateMotion
        {...timing}
        path={pathOf(dot)}
        calcMode="linear"
        keyPoints="0;1;1"
        keyTimes={`0;${time(TRAVEL_STEPS)};1`}
      />
      <animate
        {...timing}
        attributeName="opacity"
        values="0;1;1;0;0"
        keyTimes={`0;${time(FADE_STEPS)};${time(leaves - FADE_STEPS)};${time(leaves)};1`}
      />
    </circle>
  )
}

export function StrategyDiagram({ type }: { type: StrategyType }) {
  const still = useReducedMotion()
  const dots = dotsOf(type)
  return (
    <svg viewBox="0 0 168 48" width="100%" height="48" aria-hidden>
      <circle cx="14" cy="24" r="6" fill="var(--ek-dim)" />
      {ROWS.map((y, row) => (
        <g key={y}>
          <path d={`M20 24C66 24 66 ${y} ${BOX_X} ${y}`} fill="none" stroke="var(--ek-line)" strokeWidth="1.5" />
          <rect
            x={BOX_X}
            y={y - 6}
            width="52"
            height="12"
            rx="3"
            fill="var(--ek-track)"
            stroke="var(--ek-line)"
            strokeDasharray={SERVICE_STEPS[row] === Math.max(...SERVICE_STEPS) ? '3 2' : undefined}
          />
        </g>
      ))}
      {dots.map((dot, index) =>
        still ? (
          <circle key={index} cx={endOf(dot)[0]} cy={endOf(dot)[1]} r="3" fill={dot.color} />
        ) : (
          <MovingDot key={index} dot={dot} index={index} steps={dots.length} />
        ),
      )}
    </svg>
  )
}
