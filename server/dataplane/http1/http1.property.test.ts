/**
 * Random and mutated messages, with Node's own strict parser as oracle: whatever is accepted here must be read there in the same way,
 * as it came and as it is passed on. `EVENKEEL_PROPERTY_RUNS` sets the number of messages per property; a failure prints its seed.
 */
import { METHODS } from 'node:http'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mendHead } from './mended-head.ts'
import { ANSWERS, mutated, REQUESTS } from './testing/messages.ts'
import { answerNode, readNode } from './testing/read-node.ts'
import { answerOurs, type Reading, readOurs } from './testing/read-ours.ts'

const RUNS = Number(process.env.EVENKEEL_PROPERTY_RUNS ?? 4000)
const TIMEOUT_MS = 20_000 + RUNS * 5

const check = <T>(property: fc.IRawProperty<T>, runs = RUNS) =>
  fc.assert(property, { numRuns: runs, endOnFailure: RUNS > 10_000 })

/** Names that Node does not know as methods are refused there; that is not a difference in reading. */
const known = (messages: Reading[]) => messages.every((message) => METHODS.includes(message.method))

/** What the grammar allows and Node refuses: whitespace in chunk extensions (RFC 9112 §7.1.1), and a tab behind `chunked`. */
const WIDER = /\n[0-9a-f]+(?:[ \t]+;|[ \t]*;[^\r\n]*[ \t])|chunked *\t/i

describe('requests', () => {
  it('that are accepted are read by Node in the same way, as sent and as passed on', {
    timeout: TIMEOUT_MS,
  }, async () => {
    let accepted = 0
    await check(
      fc.asyncProperty(mutated(REQUESTS, 3), fc.array(fc.nat(250), { maxLength: 3 }), async (text, cuts) => {
        const whole = readOurs(text)
        expect(readOurs(text, cuts)).toEqual(whole)
        if (whole.refused !== 0 || whole.open || whole.messages.length !== 1 || !known(whole.messages)) return
        accepted++
        const node = await readNode(text.slice(0, whole.taken), 1)
        if (node.refused === '' || !WIDER.test(text)) expect(node).toEqual({ messages: whole.messages, refused: '' })
        const raw = readOurs(text, cuts, true)
        const passedOn = (raw.forwarded[0] as string) + (raw.messages[0] as Reading).body
        const backend = await readNode(passedOn, 1)
        expect(backend.refused).toBe('')
        expect(backend.messages).toHaveLength(1)
        expect(backend.messages[0]).toMatchObject({ method: whole.messages[0]?.method, body: whole.messages[0]?.body })
        // What we send on is strictly valid to ourselves, and a second pass does not change where it goes.
        const again = readOurs(passedOn)
        expect(again).toMatchObject({ refused: 0, open: false, messages: [{ target: backend.messages[0]?.target }] })
        expect(again.forwarded[0]?.split('\r\n', 1)).toEqual(passedOn.split('\r\n', 1))
      }),
    )
    expect(accepted).toBeGreaterThan(RUNS / 20)
  })

  it('are read the same when split at every byte', () => {
    for (const text of REQUESTS) {
      const whole = readOurs(text)
      expect(whole).toMatchObject({ refused: 0, open: false, messages: [{}] })
      for (let cut = 1; cut < text.length; cut++) expect(readOurs(text, [cut])).toEqual(whole)
      expect(
        readOurs(
          text,
          [...text].map((_, index) => index),
        ),
      ).toEqual(whole)
    }
  })

  it('can be glued together, and a bad one does not spoil those before it', { timeout: TIMEOUT_MS }, async () => {
    // Behind a request to upgrade nothing is HTTP until it is answered, so Node reads no further.
    const plain = REQUESTS.filter((text) => !text.includes('Upgrade'))
    const good = fc.array(fc.constantFrom(...plain), { minLength: 1, maxLength: 5 })
    await check(
      fc.asyncProperty(good, fc.array(fc.nat(900), { maxLength: 5 }), fc.boolean(), async (texts, cuts, bad) => {
        const glued = texts.join('')
        const outcome = readOurs(glued + (bad ? 'GET / HTTP/1.1\r\nHost : a\r\n\r\n' : ''), cuts)
        expect(outcome.messages).toEqual(texts.map((text) => readOurs(text).messages[0]))
        expect(outcome).toMatchObject({ refused: bad ? 400 : 0, open: false })
        const node = await readNode(glued, texts.length)
        expect(node).toEqual({ messages: outcome.messages, refused: '' })
      }),
      Math.min(RUNS, 2000),
    )
  })
})

/** The answer as Node takes it: with its head mended. */
function mended(text: string): string {
  const bytes = Buffer.from(text, 'latin1')
  const head = mendHead(bytes, 0, bytes.length)
  return head === undefined ? text : head.bytes.toString('latin1') + text.slice(head.end)
}

describe('responses', () => {
  it('that are accepted are read by Node in the same way, as sent and as passed on', {
    timeout: TIMEOUT_MS,
  }, async () => {
    let accepted = 0
    await check(
      fc.asyncProperty(mutated(ANSWERS, 3), async (text) => {
        const ours = answerOurs(text)
        if (ours === undefined) return
        // RFC 9112 §6.3 lets a recipient take identical lengths for one; Node does not. Only one is passed on.
        if (ours.reading.fields.filter((name, index) => index % 2 === 0 && /^content-length$/i.test(name)).length > 1)
          return
        accepted++
        // Node refuses the heads that we mend; it must read the mended one as we do.
        const node = await answerNode(mended(text))
        // What only we take from a backend: padded chunk sizes, and trailers that must not come late, which are left out.
        const wider = WIDER.test(text) || /\n[0-9a-f]+ +\r|\n0+ *(?:;[^\r]*)?\r\n[^\r]/i.test(text)
        // With a tab behind `chunked`, Node takes the chunks for the body.
        if (!/chunked *\t/i.test(text) && (typeof node !== 'string' || !wider)) expect(node).toEqual(ours.reading)
        const { status, body } = ours.reading
        expect(await answerNode(ours.passedOn)).toMatchObject({ status, body })
      }),
    )
    expect(accepted).toBeGreaterThan(RUNS / 20)
  })
})
