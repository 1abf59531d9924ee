/** What each signal means, and the end of the process that started us. */

/** What the process can be asked to do from outside. */
export interface Wishes {
  /** Finish what is open, then end. Called once. */
  drain(why: string): void
  /** End now: asked for while draining. */
  endNow(why: string): void
  /** Apply the configuration file again. */
  reapply(): void
  /** A signal that other programs give a meaning, and we do not. */
  ignored(signal: string): void
}

/** The part of `process` that is used here. */
export interface SignalSource {
  on(event: string, listener: () => void): unknown
}

/**
 * Signals that arrive together are one wish: a service manager signals every process it started, and each passes it on. A second one
 * later means "now". Milliseconds.
 */
const SAME_WISH_MS = 500

/**
 * Listens to the signals of a process for as long as it lives. `now`: a monotonic clock in milliseconds. SIGUSR1, which opens the
 * debugger of Node, and SIGUSR2, which would end us, do nothing: log tools send them to whatever they take for a server. A starter that
 * holds a channel to us (npm start) closes it by ending, however it ends; without it nobody is left to pass on a signal.
 */
export function listenToSignals(source: SignalSource, wishes: Wishes, now: () => number): void {
  let first: number | undefined
  const drain = (why: string) => {
    first = now()
    wishes.drain(why)
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT'])
    source.on(signal, () => {
      if (first === undefined) drain(signal)
      else if (now() - first >= SAME_WISH_MS) wishes.endNow(signal)
    })
  source.on('disconnect', () => {
    if (first === undefined) drain('the process that started it has ended')
  })
  source.on('SIGHUP', () => wishes.reapply())
  for (const signal of ['SIGUSR1', 'SIGUSR2']) source.on(signal, () => wishes.ignored(signal))
}
