/**
 * Cost of one pick per strategy, in nanoseconds, over the production scoreboard's shared memory. Run with
 * `node_modules/.bin/node bench/micro/pick.ts [backends] [--json]`. Reports the best and the median of several interleaved rounds:
 * on a shared machine the best is the cost, the rest is the neighbours. Goal: 100 ns for every strategy but hash at 16 backends.
 */
import { createStrategy } from '../../server/core/strategies/registry.ts'
import type { PickRequest, Strategy } from '../../server/core/strategies/strategy.ts'
import { candidatesOf, nameOf, specs } from '../../server/core/strategies/testing.ts'
import { createScoreboard, ScoreboardWriter } from '../../server/dataplane/scoreboard.ts'

const ROUNDS = 15
const PICKS = 100_000
const backends = Number(process.argv[2]) || 16

const board = new ScoreboardWriter(createScoreboard({ slots: 65_536, workers: 1 }), 0)
const clock = { now: () => performance.now() }
const members = candidatesOf(Array.from({ length: backends }, (_, index) => 1 + (index % 3)))
for (const { slot } of members) for (let held = slot % 5; held > 0; held--) board.take(slot)
const requests: PickRequest[] = Array.from({ length: 1024 }, (_, index) => {
  const address = `192.0.${index >> 8}.${index & 255}`
  return {
    clientAddress: () => address,
    uri: () => '/',
    header: () => undefined,
    cookie: () => undefined,
    query: () => undefined,
  }
})

/** Nanoseconds per pick in one round.  */
function round(strategy: Strategy): number {
  let held = -1
  const start = performance.now()
  for (let index = 0; index < PICKS; index++) {
    const picked = strategy.pick(members, requests[index & 1023] as PickRequest)
    // A lease now and then, so that counts move and their cost does not hide the pick's.
    if ((index & 31) !== 0) continue
    if (held >= 0) board.release(held)
    held = members[picked]?.slot ?? -1
    if (held >= 0) board.take(held)
  }
  const ns = ((performance.now() - start) * 1e6) / PICKS
  if (held >= 0) board.release(held)
  return ns
}

const runs = specs.map((spec) => {
  const strategy = createStrategy(spec, { numbers: board, clock, random: Math.random })
  const start = performance.now()
  strategy.prepare(members)
  return { name: nameOf(spec), strategy, prepareMs: performance.now() - start, ns: [] as number[] }
})
for (let index = 0; index < ROUNDS; index++) for (const run of runs) run.ns.push(round(run.strategy))

const results = runs.map(({ name, prepareMs, ns }) => {
  const sorted = ns.slice(2).sort((a, b) => a - b)
  return { name, bestNs: sorted[0] ?? 0, medianNs: sorted[sorted.length >> 1] ?? 0, prepareMs }
})
if (process.argv.includes('--json')) console.log(JSON.stringify({ node: process.version, backends, results }))
else {
  console.log(`${backends} backends, Node ${process.version}`)
  for (const { name, bestNs, medianNs, prepareMs } of results) {
    const figures = `${bestNs.toFixed(0).padStart(6)} ns best ${medianNs.toFixed(0).padStart(6)} ns median`
    console.log(`${name.padEnd(30)} ${figures}   prepare ${prepareMs.toFixed(2)} ms`)
  }
}
