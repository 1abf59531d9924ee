/** Refuses what cannot become an exchange: a head that is invalid, not allowed, or too slow. It is answered, counted and logged like any other. */
import { latin1 } from '../http1/latin1.ts'
import type { OwnAnswer } from '../own-answers.ts'
import { ulid } from '../ulid.ts'
import type { ClientConnection } from './client-connection.ts'
import { writeOwnAnswer } from './own-answer-writer.ts'

/** This much of the head is looked at, to answer in the form asked for and to log what it was. */
const SEEN_BYTES = 8192
/** Longest first line in the log. */
const LINE_CHARS = 200

/** `buffer[start, end)`: the head as far as it has come. Closes the connection. */
export function refuse(client: ClientConnection, own: OwnAnswer, buffer: Buffer, start: number, end: number): void {
  const { thread, settings } = client.home
  const head = latin1(buffer, start, Math.min(end, start + SEEN_BYTES))
  const id = ulid(Date.now())
  writeOwnAnswer(client, own, id, /^accept:(.*)$/im.exec(head)?.[1], false, true)
  const line = (head.trimStart().split(/[\r\n]/, 1)[0] as string).slice(0, LINE_CHARS).replace(/[^\x20-\x7e]/g, '?')
  const { status, detail } = own
  thread.plane.refused({ id, listener: settings.id, client: client.address, status, detail, line })
  client.close()
}
