/** Where the traffic goes: listener → pool → backend, as wide as it is much, red as far as it fails. Own SVG. */
import type { Status } from '../../../shared/api/live.ts'
import { Panel } from '../../components/panel.tsx'
import { rate } from '../../lib/format.ts'
import { useConfig } from '../../lib/queries.ts'

const ROW = 34
const WIDTH = 960
const COLUMNS = [0, 380, 760] as const
const BOX = 200
const MOST_BACKENDS = 40

interface Node {
  key: string
  label: string
  detail: string
  column: 0 | 1 | 2
  y: number
  tone: 'good' | 'bad' | 'dim'
}
interface Flow {
  from: Node
  to: Node
  requests: number
  errors: number
}

/** Places boxes and bands. Each column is centred on what it leads to. */
export function layOut(
  status: Status,
  poolsOf: (listener: string) => string[],
): { nodes: Node[]; flows: Flow[]; height: number } {
  const nodes: Node[] = []
  const flows: Flow[] = []
  const pools = new Map<string, { node: Node; requests: number; errors: number }>()
  let y = 0
  for (const pool of status.pools) {
    const backends = pool.backends.slice(0, MOST_BACKENDS)
    const top = y
    const poolNode: Node = {
      key: `p/${pool.id}`,
      label: pool.id,
      detail: pool.strategy,
      column: 1,
      y: 0,
      tone: pool.condition === 'down' ? 'bad' : pool.condition === 'empty' ? 'dim' : 'good',
    }
    let requests = 0
    let errors = 0
    for (const backend of backends) {
      const { recent } = backend
      const perSecond = recent.requestsPerSecond ?? 0
      const node: Node = {
        key: `b/${pool.id}/${backend.id}`,
        label: backend.id,
        detail: `${rate(recent.requestsPerSecond)}/s`,
        column: 2,
        y,
        tone:
          backend.availability === 'healthy'
            ? 'good'
            : backend.availability === 'unhealthy' || backend.availability === 'ejected'
              ? 'bad'
              : 'dim',
      }
      const failed = recent.failed / Math.max(1, recent.seconds)
      nodes.push(node)
      flows.push({ from: poolNode, to: node, requests: perSecond, errors: failed })
      requests += perSecond
      errors += failed
      y += ROW
    }
    const hidden = pool.backends.length - backends.length
    if (hidden > 0)
      nodes.push({ key: `m/${pool.id}`, label: `+ ${hidden} more`, detail: '', column: 2, y, tone: 'dim' })
    if (backends.length === 0 || hidden > 0) y += ROW
    poolNode.y = (top + y - ROW) / 2
    nodes.push(poolNode)
    pools.set(pool.id, { node: poolNode, requests, errors })
    y += 12
  }
  status.listeners.forEach((listener, index) => {
    const targets = poolsOf(listener.id).flatMap((id) => pools.get(id) ?? [])
    const middle =
      targets.length === 0 ? index * ROW : targets.reduce((sum, target) => sum + target.node.y, 0) / targets.length
    const node: Node = {
      key: `l/${listener.id}`,
      label: listener.id,
      detail: listener.address,
      column: 0,
      y: Math.max(middle, index * ROW),
      tone: listener.condition === 'failed' ? 'bad' : 'good',
    }
    nodes.push(node)
    for (const target of targets) {
      const alone = status.listeners.filter((other) => poolsOf(other.id).includes(target.node.label)).length === 1
      // Requests are counted by backend: with several listeners nobody knows how many came through which.
      flows.push({
        from: node,
        to: target.node,
        requests: alone ? target.requests : 0,
        errors: alone ? target.errors : 0,
      })
    }
  })
  return { nodes, flows, height: Math.max(ROW, y - 12) }
}

function Band({ flow, most }: { flow: Flow; most: number }) {
  const x1 = COLUMNS[flow.from.column] + BOX
  const x2 = COLUMNS[flow.to.column]
  const y1 = flow.from.y + ROW / 2
  const y2 = flow.to.y + ROW / 2
  const middle = (x1 + x2) / 2
  const width = flow.requests === 0 ? 1 : 2 + (flow.requests / most) * 18
  const path = `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`
  const share = flow.requests === 0 ? 0 : Math.min(1, flow.errors / flow.requests)
  return (
    <>
      <path
        d={path}
        fill="none"
        stroke={flow.requests === 0 ? 'var(--ek-line)' : '#56B4E9'}
        strokeOpacity={flow.requests === 0 ? 1 : 0.55}
        strokeWidth={width}
        strokeDasharray={flow.requests === 0 ? '3 4' : undefined}
      />
      {share > 0 && <path d={path} fill="none" stroke="#D55E00" strokeWidth={Math.max(1.5, width * share)} />}
    </>
  )
}

export function FlowMap({ status }: { status: Status }) {
  const routes = useConfig().data?.document.routes ?? []
  const poolsOf = (listener: string) => [
    ...new Set(routes.filter((route) => route.listener === listener).map((route) => route.action.pool)),
  ]
  const { nodes, flows, height } = layOut(status, poolsOf)
  const most = Math.max(1, ...flows.map((flow) => flow.requests))
  const words = status.pools
    .map(
      (pool) =>
        `${pool.id}: ${pool.backends.map((backend) => `${backend.id} ${rate(backend.recent.requestsPerSecond)} per second`).join(', ') || 'no backends'}`,
    )
    .join('; ')
  if (status.pools.length === 0) return null
  return (
    <Panel
      title="Traffic now"
      actions={
        <span className="ek-dim" style={{ fontSize: 12 }}>
          width: requests per second · red: errors
        </span>
      }
    >
      <section className="ek-scroll" tabIndex={0} aria-label="Map of the traffic">
        <svg
          role="img"
          aria-label={words}
          viewBox={`0 0 ${WIDTH} ${height}`}
          style={{ width: '100%', minWidth: 640, display: 'block' }}
        >
          {flows.map((flow) => (
            <Band key={`${flow.from.key} ${flow.to.key}`} flow={flow} most={most} />
          ))}
          {nodes.map((node) => (
            <g key={node.key} transform={`translate(${COLUMNS[node.column]} ${node.y})`}>
              <rect
                y={2}
                width={BOX}
                height={ROW - 4}
                rx={6}
                fill="var(--ek-panel)"
                stroke={node.tone === 'bad' ? '#D55E00' : 'var(--ek-line)'}
              />
              <text x={12} y={ROW / 2 + 4} fontSize={12} fontWeight={600} fill="var(--ek-text)">
                {node.tone === 'bad' ? '▲ ' : ''}
                {node.label.length > 16 ? `${node.label.slice(0, 15)}…` : node.label}
              </text>
              <text x={BOX - 12} y={ROW / 2 + 4} fontSize={11} textAnchor="end" fill="var(--ek-dim)">
                {node.detail}
              </text>
            </g>
          ))}
        </svg>
      </section>
    </Panel>
  )
}
