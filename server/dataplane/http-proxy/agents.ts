/** Keep-alive connections to backends for the http-proxy engine: one agent per keep-alive time, newest idle connection first. */
import { Agent } from 'node:http'

const agents = new Map<number, Agent>()

/** The thread's agent for pools that keep idle connections this long. Milliseconds; 0 closes each connection after its answer. */
export function agentFor(keepAliveMs: number): Agent {
  let agent = agents.get(keepAliveMs)
  if (agent === undefined) {
    agent = new Agent({
      keepAlive: keepAliveMs > 0,
      scheduling: 'lifo',
      maxSockets: Number.POSITIVE_INFINITY,
      maxFreeSockets: 1024,
      timeout: keepAliveMs || undefined,
    })
    agents.set(keepAliveMs, agent)
  }
  return agent
}

/** Closes every idle connection and forgets the agents. */
export function closeAgents(): void {
  for (const agent of agents.values()) agent.destroy()
  agents.clear()
}
