/** Keep-alive connections to backends for the http-proxy engine: one agent per keep-alive time, newest idle connection first. */
import { Agent } from 'node:http'
import { isIP, type LookupFunction } from 'node:net'

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

/** A look-up that knows its answer: `net` tries these addresses in turn, and no name server is asked. */
export function lookupAmong(addresses: readonly string[]): LookupFunction {
  return (_host, options, callback) => {
    const found = addresses.map((address) => ({ address, family: isIP(address) }))
    if (options.all) callback(null, found)
    else callback(null, found[0]?.address ?? '', found[0]?.family)
  }
}

/** Closes every idle connection and forgets the agents. */
export function closeAgents(): void {
  for (const agent of agents.values()) agent.destroy()
  agents.clear()
}
