/** Where the traffic goes: listener → pool → backend, as wide as it is much, red as far as it fails. Own SVG. */
import type { Status } from '../../../shared/api/live.ts'
import { windowWords } from '../../../shared/what-happened.ts'
import { Panel } from '../../components/panel.tsx'
import { percent } from '../../lib/format.ts'
import { useConfig } from '../../lib/queries.ts'
import { type Band, type Box, flowWords, layOut, perSecondWords, ROW, type Stub } from './flow-layout.ts'

const WIDTH = 960
const COLUMNS = [0, 380, 760] as const
const BOX = 200
const RED = '#D55E00'

/** Widths add up by eye: the busiest band has the full one. */
const widthOf = (perSecond: number, most: number) => 2 + (perSecond / most) * 18

function BandPath({ band, most }: { band: Band; most: number }) {
  const { from, to, perSecond, failed } = band
  const x1 = COLUMNS[from.column] + BOX
  const x2 = COLUMNS[to.column]
  const y1 = from.y + ROW / 2
  const y2 = to.y + ROW / 2
  const middle = (x1 + x2) / 2
  const path = `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`
  const flowing = perSecond !== null && perSecond > 0
  const width = flowing ? widthOf(perSecond, most) : 1
  const words = `${from.label} → ${to.label}: ${perSecond === null ? 'not known yet' : perSecondWords(perSecond)}${failed > 0 ? `, ${percent(failed)} failed` : ''}`
  return (
    <g>
      <title>{words}</title>
      <path
        d={path}
        fill="none"
        stroke={flowing ? '#56B4E9' : 'var(--ek-line)'}
        strokeOpacity={flowing ? 0.55 : 1}
        strokeWidth={width}
        strokeDasharray={flowing ? undefined : '3 4'}
      />
      {flowing && failed > 0 && <path d={path} fill="none" stroke={RED} strokeWidth={Math.max(1.5, width * failed)} />}
      {perSecond === null && (
        <text x={middle} y={(y1 + y2) / 2 - 4} fontSize={12} textAnchor="middle" fill="var(--ek-dim)">
          ?
        </text>
      )}
    </g>
  )
}

/** Ends below its box: nobody takes it any further. */
function StubPath({ stub: { at, perSecond, words }, most }: { stub: Stub; most: number }) {
  const x = COLUMNS[at.column] + 24
  const y = at.y + ROW - 2
  const width = Math.max(2, Math.min(8, widthOf(perSecond, most)))
  return (
    <g>
      <path d={`M${x} ${y}v11h36`} fill="none" stroke={RED} strokeWidth={width} strokeLinejoin="round" />
      <text x={x + 44} y={y + 15} fontSize={11} fontWeight={600} fill="var(--ek-bad)">
        ✕ {perSecondWords(perSecond)} {words}
      </text>
    </g>
  )
}

function BoxShape({ box }: { box: Box }) {
  const { column, y, tone, label, detail } = box
  return (
    <g transform={`translate(${COLUMNS[column]} ${y})`}>
      <rect
        y={2}
        width={BOX}
        height={ROW - 4}
        rx={6}
        fill="var(--ek-panel)"
        stroke={tone === 'bad' ? RED : 'var(--ek-line)'}
      />
      <text
        x={12}
        y={ROW / 2 + 4}
        fontSize={12}
        fontWeight={600}
        fill={tone === 'dim' ? 'var(--ek-dim)' : 'var(--ek-text)'}
      >
        {tone === 'bad' ? '▲ ' : ''}
        {label.length > 16 ? `${label.slice(0, 15)}…` : label}
      </text>
      <text x={BOX - 12} y={ROW / 2 + 4} fontSize={11} textAnchor="end" fill="var(--ek-dim)">
        {detail}
      </text>
    </g>
  )
}

export function FlowMap({ status }: { status: Status }) {
  const routes = useConfig().data?.document.routes ?? []
  if (status.pools.length === 0) return null
  const picture = layOut(
    status,
    routes.map(({ id, listener, action }) => ({ id, listener, pool: action.pool })),
  )
  const { boxes, bands, stubs, height } = picture
  const most = Math.max(1, ...[...bands, ...stubs].map(({ perSecond }) => perSecond ?? 0))
  return (
    <Panel
      title="Traffic now"
      actions={
        <span className="ek-dim" style={{ fontSize: 12 }}>
          width: requests per second, {windowWords(status.flows.seconds)} · red: errors
        </span>
      }
    >
      <section className="ek-scroll" tabIndex={0} aria-label="Map of the traffic">
        <svg
          role="img"
          aria-label={flowWords(picture)}
          viewBox={`0 0 ${WIDTH} ${height}`}
          style={{ width: '100%', minWidth: 640, display: 'block' }}
        >
          {bands.map((band) => (
            <BandPath key={`${band.from.key} ${band.to.key}`} band={band} most={most} />
          ))}
          {stubs.map((stub) => (
            <StubPath key={`${stub.at.key} ${stub.words}`} stub={stub} most={most} />
          ))}
          {boxes.map((box) => (
            <BoxShape key={box.key} box={box} />
          ))}
        </svg>
      </section>
    </Panel>
  )
}
