/** Starts and stops the demo: three sample backends in a pool of the configuration, and steady traffic through the first listener. */
import { parseHostPort } from '../shared/address.ts'
import type { ListenerStatus } from '../shared/api/live.ts'
import type { ConfigDocument } from '../shared/config/config.ts'
import type { Demo } from './api/parts.ts'
import type { ConfigControl } from './control/change-config.ts'
import { type RunningDemo, startDemo } from './demo/demo.ts'
import { ControlError } from './errors.ts'

/** Host name that leads to the demo's pool where other routes exist already. */
const DEMO_HOST = 'demo.localhost'
const DEMO_POOL = 'demo'

export interface DemoSwitch extends Demo {
  running(): boolean
  /** Stops it because the process ends. */
  halt(): Promise<void>
}

type DemoBackends = RunningDemo['backends']

/** The pool that an untouched configuration has: still empty, and everything leads there. */
function emptyPool(document: ConfigDocument): string | undefined {
  const only = document.pools?.length === 1 ? document.pools[0] : undefined
  return only !== undefined && (only.backends ?? []).every((backend) => backend.id.startsWith('demo-'))
    ? only.id
    : undefined
}

function withDemo(document: ConfigDocument, backends: DemoBackends): ConfigDocument {
  const target = emptyPool(document)
  const check = { type: 'http' as const, path: '/health', interval: '2s', timeout: '1s' }
  if (target !== undefined) {
    const pools = document.pools?.map((pool) => (pool.id === target ? { ...pool, healthCheck: check, backends } : pool))
    return { ...document, pools }
  }
  const listener = document.listeners?.[0]?.id ?? ''
  const pools = [
    ...(document.pools ?? []).filter((pool) => pool.id !== DEMO_POOL),
    { id: DEMO_POOL, healthCheck: check, backends },
  ]
  const route = {
    id: DEMO_POOL,
    listener,
    match: { host: DEMO_HOST },
    action: { type: 'forward' as const, pool: DEMO_POOL },
  }
  return { ...document, pools, routes: [route, ...(document.routes ?? []).filter((other) => other.id !== DEMO_POOL)] }
}

function withoutDemo(document: ConfigDocument, backends: DemoBackends): ConfigDocument {
  const gone = new Set(backends.map((backend) => backend.id))
  const pools = (document.pools ?? [])
    .filter((pool) => pool.id !== DEMO_POOL)
    .map((pool) => ({ ...pool, backends: (pool.backends ?? []).filter((backend) => !gone.has(backend.id)) }))
  return { ...document, pools, routes: (document.routes ?? []).filter((route) => route.id !== DEMO_POOL) }
}

export function createDemoSwitch(parts: { control: ConfigControl; listeners: () => ListenerStatus[] }): DemoSwitch {
  const { control } = parts
  let demo: RunningDemo | undefined
  let busy = false

  function target(): { url: string; host: string } {
    const listener = parts.listeners().find((other) => other.condition === 'listening')
    const at = listener === undefined ? undefined : parseHostPort(listener.address)
    if (at === undefined)
      throw new ControlError('not-available', 'The demo needs a listener that is listening; add one first.')
    const host = at.host === '0.0.0.0' || at.host === '::' ? '127.0.0.1' : at.host
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${at.port}`
    return { url, host: emptyPool(control.current().document) === undefined ? DEMO_HOST : `${host}:${at.port}` }
  }

  async function stop(actor: string): Promise<void> {
    const stopping = demo
    if (stopping === undefined) return
    demo = undefined
    await control
      .change({
        author: actor,
        edit: (document) => withoutDemo(document, stopping.backends),
        summary: () => 'demo stopped',
      })
      .finally(() => stopping.stop())
  }

  return {
    running: () => demo !== undefined,
    async start(actor) {
      if (demo !== undefined || busy) return
      busy = true
      try {
        const { url, host } = target()
        const started = await startDemo({ target: url, host })
        try {
          await control.change({
            author: actor,
            edit: (document) => withDemo(document, started.backends),
            summary: () => 'demo started: three sample backends and a trickle of traffic',
          })
        } catch (error) {
          await started.stop()
          throw error
        }
        demo = started
      } finally {
        busy = false
      }
    },
    stop,
    halt: () => stop('evenkeel').catch(() => undefined),
  }
}
