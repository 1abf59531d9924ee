/** Two runs side by side: shares as paired bars, figures as a table. Without an answer yet: the same shape, empty. */
import { Skeleton } from '@mantine/core'
import { IconArrowDownRight, IconArrowUpRight } from '@tabler/icons-react'
import type { SimulationAnswer } from '../../../shared/api/simulation.ts'
import { percent } from '../../lib/format.ts'
import { type Figure, figures, type ShareRow, shareRows } from './simulation-words.ts'

export interface SimulationResultProps {
  answer: SimulationAnswer | undefined
  /** Backends of the pool: how many rows there will be. */
  backends: readonly string[]
  /** The answer is about to be replaced. */
  outdated: boolean
}

function Shares({ rows, widest }: { rows: readonly ShareRow[]; widest: number }) {
  const width = (share: number) => `${(share / widest) * 100}%`
  return (
    <ul className="ek-sim-shares">
      {rows.map((row) => (
        <li key={row.id}>
          <span className="name" title={row.id}>
            {row.id}
          </span>
          <span className="numbers">
            <span className="ek-dim">{percent(row.before)}</span>
            <span aria-hidden className="ek-dim">
              →
            </span>
            <span className="ek-hidden">then</span>
            <b>{row.gone ? 'gone' : percent(row.after)}</b>
          </span>
          <span className="bars" aria-hidden>
            <i className="now" style={{ width: width(row.before) }} />
            <i className="then" style={{ width: width(row.after) }} />
          </span>
        </li>
      ))}
    </ul>
  )
}

function Difference({ figure: { verdict, difference } }: { figure: Figure }) {
  if (verdict === 'same') return <span className="ek-dim">{difference}</span>
  const Arrow = verdict === 'worse' ? IconArrowUpRight : IconArrowDownRight
  return (
    <span className="ek-mark" data-tone={verdict === 'worse' ? 'bad' : 'good'}>
      <Arrow size={14} aria-hidden />
      {difference}
      <span className="ek-hidden">{verdict}</span>
    </span>
  )
}

function Figures({ list }: { list: readonly Figure[] }) {
  return (
    <table className="ek-sim-figures">
      <thead>
        <tr>
          <th scope="col">
            <span className="ek-hidden">Figure</span>
          </th>
          <th scope="col">Now</th>
          <th scope="col">Then</th>
          <th scope="col">
            <span className="ek-hidden">Difference</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {list.map((figure) => (
          <tr key={figure.label}>
            <th scope="row">
              {figure.label}
              <small>{figure.hint}</small>
            </th>
            <td className="ek-dim">{figure.before}</td>
            <td>
              <b>{figure.after}</b>
            </td>
            <td>
              <Difference figure={figure} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function SharesToCome({ backends }: { backends: readonly string[] }) {
  return (
    <ul className="ek-sim-shares">
      {backends.map((id) => (
        <li key={id}>
          <span className="name">{id}</span>
          <span className="numbers">
            <Skeleton width={84} height={12} my={4} />
          </span>
          <span className="bars">
            <Skeleton height={8} radius={2} />
            <Skeleton height={8} radius={2} />
          </span>
        </li>
      ))}
    </ul>
  )
}

/** The six rows and the head of the table, so that nothing moves when it comes. */
function FiguresToCome() {
  return (
    <div className="ek-sim-figures-to-come">
      {Array.from({ length: 6 }, (_, index) => (
        <Skeleton key={index} height={14} radius={3} />
      ))}
    </div>
  )
}

export function SimulationResult({ answer, backends, outdated }: SimulationResultProps) {
  const rows = answer && shareRows(answer)
  const widest = Math.max(0.01, ...(rows ?? []).flatMap((row) => [row.before, row.after]))
  return (
    <div className="ek-sim-result" data-outdated={outdated && answer !== undefined} aria-busy={outdated}>
      <div>
        <div className="ek-sim-legend">
          <h3>Share of requests</h3>
          <span>
            <i className="now" aria-hidden /> now
          </span>
          <span>
            <i className="then" aria-hidden /> then
          </span>
        </div>
        {rows ? <Shares rows={rows} widest={widest} /> : <SharesToCome backends={backends} />}
      </div>
      {answer ? <Figures list={figures(answer)} /> : <FiguresToCome />}
    </div>
  )
}
