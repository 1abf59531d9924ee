/**
 * Cost of one pick per strategy, in nanoseconds, over shared-memory counts as in production. Run with
 * `node_modules/.bin/node bench/micro/pick.ts [backends] [--json]`. Reports the best and the median of several interleaved rounds:
 * on a shared machine the best is the cost, the rest is the neighbours. Goal: 100 ns for every strategy but hash at 16 backends.
 */
import { createStrategy } from '../../server/core/strategies/registry.ts'
import type { PickRequest, Strategy } from '../../server/core/strategies/strategy.ts'
import { candidatesOf, nameOf, specs } from '../../server/core/strategies/testing.ts'

const ROUNDS = 15
const PICKS = 100_000
const backends = Number(process.argv[2]) || 16

const counts = new Int32Array(new SharedArrayBuffer(4 * 65_536))
const numbers = { inFlight: (slot: number) => Atomics.load(counts, slot) }
const clock = { now: () => performance.now() }
const members = candidatesOf(Array.from({ length: backends }, (_, index) => 1 + (index % 3)))
for (const { slot } of members) counts[slot] = slot % 5
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

/** Nanoseconds per pick in one round. Every pick takes a lease and gives it back, so that counts move. */
function round(strategy: Strategy): number {
  const start = performance.now()
  for (let index = 0; index < PICKS; index++) {
    const picked = strategy.pick(members, requests[index & 1023] as PickRequest)
    const slot = members[picked]?.slot ?? 0
    counts[slot] = ((counts[slot] as number) + 1) & 7
  }
  return ((performance.now() - start) * 1e6) / PICKS
}

const runs = specs.map((spec) => {
  const strategy = createStrategy(spec, { numbers, clock, random: Math.random })
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
