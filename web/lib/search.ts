/** What may stand in the address of any page, and how to change it: dialogs are addresses, so Back closes them. */
import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'

/** Dialogs that open over any page. */
export interface DialogSearch {
  /** Pool to add to; empty: the first one, or a choice. */
  'add-backend'?: string
  /** `pool/backend`. */
  'remove-backend'?: string
  /** Pool whose strategy is switched. */
  strategy?: string
}

/** What a pool page shows. */
export interface PoolSearch {
  /** Preset such as `15m`; or `from` and `to`. */
  range?: string
  /** Epoch milliseconds. */
  from?: string
  to?: string
  /** Backends on the charts, separated by commas; absent: all. */
  backends?: string
  tab?: string
  /** Moment to look at, epoch milliseconds: the charts show the minutes around it. */
  at?: string
  /** Filter. */
  q?: string
  sort?: string
  view?: string
  /** `backend@time` of the probe that is open. */
  probe?: string
}

/** Filters of the event page. */
export interface EventsSearch {
  kind?: string
  pool?: string
  backend?: string
  q?: string
}

/** The named values of an address, leaving out what is not text. */
export function texts(raw: Record<string, unknown>, wanted: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    wanted.flatMap((name) => (typeof raw[name] === 'string' && raw[name] !== '' ? [[name, raw[name] as string]] : [])),
  )
}

const names = ['add-backend', 'remove-backend', 'strategy'] as const satisfies (keyof DialogSearch)[]

/** Reads the dialogs of an address. */
export function dialogSearch(raw: Record<string, unknown>): DialogSearch {
  const found: DialogSearch = {}
  for (const name of names) if (typeof raw[name] === 'string') found[name] = raw[name]
  return found
}

/** Query strings as plain names and values, without the JSON quoting that the router would add. */
export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text))
}

export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== null) params.set(name, String(value))
  }
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}

/** Opens and closes the dialogs that the shell holds. */
export function useDialogs() {
  const navigate = useNavigate()
  return useMemo(() => {
    const go = (change: DialogSearch) =>
      void navigate({
        to: '.',
        resetScroll: false,
        search: ((search: Record<string, unknown>) => ({
          ...Object.fromEntries(
            Object.entries(search).filter(([name]) => !(names as readonly string[]).includes(name)),
          ),
          ...change,
        })) as never,
      })
    return {
      addBackend: (pool = '') => go({ 'add-backend': pool }),
      removeBackend: (pool: string, backend: string) => go({ 'remove-backend': `${pool}/${backend}` }),
      switchStrategy: (pool: string) => go({ strategy: pool }),
      close: () => go({}),
    }
  }, [navigate])
}
