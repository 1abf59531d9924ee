/**
 * What a backend's own agent says: one line of ASCII words, as HAProxy's agent-check. `75%` scales the weight; `ready`, `drain` and
 * `maint` are its wish for new traffic; `down`, `failed` and `stopped` (with `#reason`) take it out until `up`. A line changes what it
 * names and leaves the rest; words that are not known are passed over.
 * Source: HAProxy configuration manual, `agent-check`.
 */
import type { AgentFact } from './snapshot.ts'

/** What an agent has said so far. */
export interface AgentState {
  /** Wanted share of the configured weight; 1 until it says otherwise. */
  readonly share: number
  readonly wish: 'ready' | 'drain' | 'maint'
  readonly down: boolean
  /** Why it is down, in its own words. */
  readonly reason: string
}

export const NEW_AGENT: AgentState = Object.freeze({ share: 1, wish: 'ready', down: false, reason: '' })
/** A report above this is taken for this: nothing may grow without bound on the word of a backend. */
const MOST_SHARE = 10

const WORD = /^(?:(\d{1,4})%|(ready|drain|maint|up)|(?:down|failed|fail|stopped)(?:#(.*))?)$/i

/** The state after `line`; undefined when it has no word that means anything. */
export function hearAgent(before: AgentState, line: string): AgentState | undefined {
  let state = before
  let understood = false
  // A reason is everything behind its #, blanks included.
  const hash = line.indexOf('#')
  const words = (hash < 0 ? line : line.slice(0, hash)).split(/[\s,]+/).filter(Boolean)
  const last = words.length - 1
  words.forEach((word, index) => {
    const match = WORD.exec(word)
    if (match === null) return
    understood = true
    const [, percent, wish] = match
    if (percent !== undefined) state = { ...state, share: Math.min(MOST_SHARE, Number(percent) / 100) }
    else if (wish?.toLowerCase() === 'up') state = { ...state, down: false, reason: '' }
    else if (wish !== undefined) state = { ...state, wish: wish.toLowerCase() as AgentState['wish'] }
    else state = { ...state, down: true, reason: hash >= 0 && index === last ? line.slice(hash + 1).trim() : '' }
  })
  return understood ? state : undefined
}

/** What the workers need of it. */
export function agentFact({ share, wish, down }: AgentState): AgentFact {
  return { state: wish === 'maint' ? 'maint' : down ? 'down' : wish, share }
}

/** In words: "its agent says down: disk full, 50 % of its weight". */
export function agentWords({ share, wish, down, reason }: AgentState): string {
  const parts = down ? [reason === '' ? 'down' : `down: ${reason}`] : []
  if (wish !== 'ready') parts.push(wish)
  if (share !== 1) parts.push(`${Math.round(share * 100)} % of its weight`)
  return `its agent says ${parts.length === 0 ? 'ready' : parts.join(', ')}`
}
