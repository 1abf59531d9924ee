/** What becomes of an exchange when its client is late, and how it is logged: the deadline was ours. */
import { endings } from '../endings.ts'
import { ownAnswers } from '../own-answers.ts'
import type { ClientConnection } from './client-connection.ts'

/** The client has not taken what was written. */
export function readsNothing(client: ClientConnection): void {
  const exchange = client.carrier?.exchange
  if (exchange !== undefined) exchange.ending = endings.readsNothing(client.home.settings.timeouts.writeMs)
  client.cut()
}

/** The client has not sent on, or has half-closed and may be gone. */
export function lateWhenBusy(client: ClientConnection): void {
  const { carrier } = client
  if (carrier?.body.open === true) {
    if (carrier.exchange !== undefined)
      carrier.exchange.ending = endings.sendsNothing(client.home.settings.timeouts.bodyMs)
    carrier.giveUp(ownAnswers.clientSlow)
  } else if (client.halfClosed && carrier !== undefined) {
    // A response that goes on shows by a reset whether the client has left; one that pauses shows nothing.
    if (carrier.wait.goesOn()) client.rearm()
    else client.cut()
  }
}
