/** "Why this backend": who could be chosen, by what, who could not and why. */
import { IconAlertTriangle, IconArrowRight } from '@tabler/icons-react'
import type { ExchangeRecord, WhyRecord } from '../../../shared/api/records.ts'
import { failOpenWords } from '../../../shared/fail-open.ts'
import { count } from '../../lib/format.ts'
import { DebugCommand } from './debug-command.tsx'
import { notRetriedText } from './verdict.ts'
import { choiceSentence, leftOutWords, scoreText } from './why-words.ts'

function Candidates({ why, chosen }: { why: WhyRecord; chosen: string | null }) {
  const scored = why.candidates.some(({ score }) => score !== undefined)
  return (
    <section className="ek-scroll ek-req-inset" tabIndex={0} aria-label="Candidates">
      <table className="ek-table">
        <thead>
          <tr>
            <th scope="col">Candidate</th>
            {scored && (
              <th scope="col" className="num">
                Score
              </th>
            )}
            <th scope="col" className="num">
              In flight
            </th>
            <th scope="col" className="num">
              Weight
            </th>
          </tr>
        </thead>
        <tbody>
          {why.candidates.map((candidate) => {
            const picked = candidate.backend === chosen
            return (
              <tr key={candidate.backend} data-picked={picked || undefined}>
                <th scope="row">
                  <span className="ek-req-pick">
                    {picked && <IconArrowRight size={14} aria-hidden />}
                    {candidate.backend}
                  </span>
                  {picked && <span className="ek-req-tag">chosen</span>}
                </th>
                {scored && <td className="num">{scoreText(candidate.score)}</td>}
                <td className="num">{count(candidate.inFlight)}</td>
                <td className="num">{scoreText(candidate.weight)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}

/** What the record does not tell, and how to have it told. */
function AskAgain({ exchange, children }: { exchange: ExchangeRecord; children: string }) {
  return (
    <div className="ek-req-again">
      <p className="ek-dim">{children}</p>
      <DebugCommand exchange={exchange} />
    </div>
  )
}

export function Why({ exchange }: { exchange: ExchangeRecord }) {
  const { why } = exchange
  if (exchange.pool === null) return <p>No route led to a pool, so no backend was to be chosen.</p>
  if (why === undefined) {
    return (
      <AskAgain exchange={exchange}>
        The reasons of this choice were not kept. Send the request with the header X-Evenkeel-Debug and an admin token
        to see them.
      </AskAgain>
    )
  }
  // The choice that counted is the last one: a retry may have ended elsewhere.
  const last = exchange.attempts.at(-1)
  const chosen = last?.backend ?? exchange.backend
  const notRetried = notRetriedText(exchange)
  return (
    <>
      <p>{choiceSentence(chosen, last?.reason ?? '', why)}</p>
      {notRetried !== '' && (
        <p>
          Not tried {exchange.attempts.length > 1 ? 'once more' : 'again'}: {notRetried}.
        </p>
      )}
      {why.key !== undefined && (
        <p>
          Key: <span className="mono ek-req-break">{why.key}</span>
        </p>
      )}
      {why.failingOpen && (
        <p className="ek-mark ek-req-note" data-tone="warn">
          <IconAlertTriangle size={16} aria-hidden />
          <span>Failing open: {failOpenWords(why.failOpenRule)}.</span>
        </p>
      )}
      {why.candidates.length > 0 && <Candidates why={why} chosen={chosen} />}
      {why.leftOut.length > 0 && (
        <>
          <h3>Left out</h3>
          <ul className="ek-req-left">
            {why.leftOut.map(({ backend, because }) => (
              <li key={backend}>
                <strong>{backend}</strong> <span className="ek-dim">{leftOutWords[because] ?? because}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {why.takenAt === 'end' && (
        <AskAgain exchange={exchange}>
          These numbers are from the end of the request: nobody had asked about it before. With the header
          X-Evenkeel-Debug and an admin token they are those of the choice.
        </AskAgain>
      )}
    </>
  )
}
