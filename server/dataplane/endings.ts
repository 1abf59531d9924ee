/** Why Evenkeel itself ended an exchange that was not over: its deadlines for clients, and cuts. Logged, so that nobody blames the client for them. */
import { formatDuration } from '../../shared/units.ts'
import type { ExchangeOutcome } from './exchange-plane.ts'
import { COUNTER } from './scoreboard-layout.ts'

export interface Ending {
  readonly outcome: ExchangeOutcome
  /** What happened, in one sentence. */
  readonly detail: string
}

/** What is counted of it beside the status. */
export const counterOf: Partial<Record<ExchangeOutcome, number>> = {
  'client-aborted': COUNTER.aborted,
  'client-timeout': COUNTER.clientTimeouts,
  cut: COUNTER.cut,
}

const time = (ms: number) => formatDuration(ms).replace(/(\d+)/, '$1 ')

export const endings = {
  readsNothing: (ms: number): Ending => ({
    outcome: 'client-timeout',
    detail: `The client read nothing for ${time(ms)}; Evenkeel closed the connection (timeouts.write of the listener).`,
  }),
  sendsNothing: (ms: number): Ending => ({
    outcome: 'client-timeout',
    detail: `The client sent nothing of its request body for ${time(ms)}; Evenkeel gave up waiting (timeouts.body of the listener).`,
  }),
  tunnelIdle: (ms: number): Ending => ({
    outcome: 'cut',
    detail: `Neither side sent anything for ${time(ms)}; Evenkeel closed both connections (timeouts.tunnel of the pool).`,
  }),
  backendRemoved: Object.freeze<Ending>({
    outcome: 'cut',
    detail: 'Its backend was taken out before the response was complete; Evenkeel closed the connection.',
  }),
  stopping: Object.freeze<Ending>({
    outcome: 'cut',
    detail: 'Evenkeel was stopping and the time to finish had passed; it closed the connection.',
  }),
} as const
