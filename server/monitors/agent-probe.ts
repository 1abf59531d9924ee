/** Asks one agent for its line. */
import { connect } from 'node:net'
import { checkLiteral, inWords, lookupThrough } from './connect.ts'
import { startDeadline } from './deadline.ts'
import { ProbeFailed, type ProbeParts, type ProbeTarget, spell } from './probe.ts'

/** Longest line that is read, in bytes. */
const LONGEST = 1024

/** Connects, reads up to the first line end or the end of the stream. Rejects with `ProbeFailed` or `ProbeNotMade`. */
export function readAgentLine(target: ProbeTarget, timeoutMs: number, parts: ProbeParts): Promise<string> {
  return new Promise((resolve, reject) => {
    try {
      checkLiteral(target.host, parts.policy)
    } catch (error) {
      return reject(error)
    }
    let text = ''
    const socket = connect({ ...target, lookup: lookupThrough(parts) })
    const finish = (error?: Error) => {
      stop()
      socket.destroy()
      if (error === undefined) resolve(text.split(/[\r\n]/, 1)[0] as string)
      else reject(error)
    }
    const stop = startDeadline(timeoutMs, () =>
      finish(new ProbeFailed('no-answer', `no line within ${spell(timeoutMs)}`)),
    )
    socket.setEncoding('latin1')
    socket.on('data', (piece: string) => {
      text += piece
      if (/[\r\n]/.test(text)) finish()
      else if (text.length > LONGEST) finish(new ProbeFailed('other', `a line longer than ${LONGEST} bytes`))
    })
    socket.on('end', () => finish())
    socket.on('error', (error) => finish(inWords(error)))
  })
}
