import { expect, it } from 'vitest'
import { CLIENTS, MAX_CONNECTIONS, picks, SEED, SERVICE_STEPS, WARM_UP } from '../../../shared/strategy-picture.ts'
import { createStrategy } from './registry.ts'
import type { StrategySpec, StrategyType } from './strategy.ts'
import { candidatesOf, fakeContext, requestOf } from './testing.ts'

const STEP_MS = 100
const SHOWN = 12

/** Plays the scene of the pictures with a strategy's own code. */
function play(type: StrategyType): number[] {
  const context = fakeContext(SEED)
  const spec: StrategySpec = type === 'hash' ? { type, on: 'client-ip', method: 'maglev' } : { type }
  const strategy = createStrategy(spec, context)
  const candidates = candidatesOf([1, 1, 1], type === 'first' ? MAX_CONNECTIONS : 0)
  strategy.prepare(candidates)
  const order: number[] = []
  const working: { slot: number; began: number; until: number }[] = []
  for (let step = 0; step < WARM_UP + SHOWN; step++) {
    context.clock.time += STEP_MS
    for (const job of working.filter(({ until }) => until === step)) {
      context.numbers.counts[job.slot] = context.numbers.inFlight(job.slot) - 1
      strategy.observe?.(job.slot, (step - job.began) * STEP_MS)
    }
    const client = CLIENTS[step % CLIENTS.length] as string
    const index = strategy.pick(candidates, requestOf(client))
    const slot = candidates[index]?.slot as number
    context.numbers.counts[slot] = context.numbers.inFlight(slot) + 1
    working.push({ slot, began: step, until: step + (SERVICE_STEPS[index] as number) })
    order.push(index)
  }
  return order.slice(WARM_UP)
}

it.each(Object.entries(picks))('the picture of %s shows what it picks', (type, shown) => {
  expect(shown).toEqual(play(type as StrategyType))
})
