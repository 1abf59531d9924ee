/**
 * Asks the agents of the backends how much they want to take. An agent that cannot be asked, or says nothing that means anything, changes
 * nothing: what it said last stays true, and the trouble is told once. That is not a health check.
 */
import { parseHostPort } from '../../shared/address.ts'
import type { Config } from '../../shared/config/config.ts'
import { ms } from '../../shared/units.ts'
import { type AgentState, hearAgent, NEW_AGENT } from '../core/agent-report.ts'
import type { Random } from '../core/clock.ts'
import { readAgentLine } from './agent-probe.ts'
import { ProbeNotMade, type ProbeParts, type ProbeTarget } from './probe.ts'
import { createProbes, type Probes } from './probes.ts'

/** Each interval is up to this much longer or shorter, so that not all agents are asked at once. */
const JITTER = 0.1

export interface AgentMonitorParts {
  random: Random
  /** What an agent says has changed. Must not throw. */
  onChange(pool: string, backend: string, state: AgentState): void
  /** An agent cannot be asked, in words; told once until it can be again. Must not throw. */
  onTrouble(pool: string, backend: string, problem: string): void
  /** Where they are; absent: by the system's names. */
  probes?: Pick<Probes, 'parts' | 'close'>
  /** How agents are asked; absent: over TCP. */
  ask?(target: ProbeTarget, timeoutMs: number): Promise<string>
}

export interface AgentMonitor {
  /** Follows a configuration. A backend that is no longer asked has said nothing. */
  update(config: Config): void
  /** What a backend's agent has said; undefined when it is not asked or has said nothing yet. */
  state(pool: string, backend: string): AgentState | undefined
  stop(): void
}

interface Asked {
  readonly text: string
  state: AgentState | undefined
  troubled: boolean
  timer: NodeJS.Timeout | undefined
  gone: boolean
}

/** Asks nobody until `update` says whom. */
export function createAgentMonitor(parts: AgentMonitorParts): AgentMonitor {
  const probes = parts.probes ?? createProbes()
  const ask =
    parts.ask ??
    ((target: ProbeTarget, timeoutMs: number) => readAgentLine(target, timeoutMs, probes.parts as ProbeParts))
  const asked = new Map<string, Asked>()

  function retire(key: string, entry: Asked): void {
    entry.gone = true
    clearTimeout(entry.timer)
    asked.delete(key)
  }

  function begin(
    pool: string,
    backend: string,
    target: ProbeTarget,
    check: { interval: string; timeout: string },
    text: string,
  ) {
    const entry: Asked = { text, state: undefined, troubled: false, timer: undefined, gone: false }
    asked.set(`${pool}/${backend}`, entry)
    const again = () => {
      const pause = ms(check.interval) * (1 + JITTER * (2 * parts.random() - 1))
      if (!entry.gone) entry.timer = setTimeout(turn, pause)
    }
    const turn = () =>
      void ask(target, ms(check.timeout))
        .then((line) => hear(pool, backend, entry, line))
        .catch((error) => trouble(pool, backend, entry, error))
        .finally(again)
    entry.timer = setTimeout(turn, 0)
  }

  function hear(pool: string, backend: string, entry: Asked, line: string): void {
    if (entry.gone) return
    const before = entry.state ?? NEW_AGENT
    const state = hearAgent(before, line)
    if (state === undefined) throw new Error(`its line "${line.slice(0, 60)}" has no word that is known`)
    entry.troubled = false
    entry.state = state
    const same = state.share === before.share && state.wish === before.wish && state.down === before.down
    if (!same) parts.onChange(pool, backend, state)
  }

  function trouble(pool: string, backend: string, entry: Asked, error: unknown): void {
    if (entry.gone || entry.troubled || error instanceof ProbeNotMade) return
    entry.troubled = true
    parts.onTrouble(pool, backend, error instanceof Error ? error.message : String(error))
  }

  return {
    update(config) {
      const wanted = new Map<string, () => void>()
      const texts = new Map<string, string>()
      for (const { id, agentCheck, backends } of config.pools) {
        if (agentCheck === undefined) continue
        for (const backend of backends) {
          const host = parseHostPort(backend.address)?.host ?? ''
          const key = `${id}/${backend.id}`
          const text = `${host} ${JSON.stringify(agentCheck)}`
          texts.set(key, text)
          wanted.set(key, () => begin(id, backend.id, { host, port: agentCheck.port }, agentCheck, text))
        }
      }
      for (const [key, entry] of asked) if (texts.get(key) !== entry.text) retire(key, entry)
      for (const [key, start] of wanted) if (!asked.has(key)) start()
    },
    state: (pool, backend) => asked.get(`${pool}/${backend}`)?.state,
    stop() {
      for (const [key, entry] of asked) retire(key, entry)
      probes.close()
    },
  }
}
