/** Names that the text gives its servers, where they can be names of backends. */
import { quoted } from '../address-fault.ts'
import type { Server } from './server.ts'

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** The name of each server that keeps its own; why another does not is put into its notes. */
export function takeNames(servers: readonly Server[], taken: readonly string[]): Map<Server, string> {
  const used = new Set(taken)
  const names = new Map<Server, string>()
  for (const server of servers) {
    const { id } = server
    if (id === undefined) continue
    if (!ID.test(id)) server.notes.push(`${quoted(id)} cannot be a name here; the pool gives it one`)
    else if (used.has(id)) server.notes.push(`the name ${quoted(id)} is taken; the pool gives it another`)
    else {
      used.add(id)
      names.set(server, id)
    }
  }
  return names
}
