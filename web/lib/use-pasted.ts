/** Text as it is typed or pasted, and what it says: backends, lines that are not understood, hosts without a port, and the rest. */
import { useMemo, useState } from 'react'
import { type PastedBackend, type PastedEntry, readPasted } from '../../shared/pasted/read.ts'

type Entry<Kind extends PastedEntry['kind']> = Extract<PastedEntry, { kind: Kind }>

export interface Pasted {
  text: string
  setText(text: string): void
  /** The port for hosts that name none; undefined until it is given. */
  port: number | undefined
  setPort(port: number | undefined): void
  /** Hosts that name no port, whether one was given or not. */
  withoutPort: string[]
  taken: Entry<'backend'>[]
  faults: Entry<'fault'>[]
  leftOut: Entry<'left-out'>[]
  /** Lines that could be backends but are not taken yet: faults, and hosts whose port is missing. */
  missing: number
  backends: PastedBackend[]
}

/** Most that the admin API takes at once. */
export const MOST_AT_ONCE = 500

/** `names` are those that the pool has. */
export function usePasted(names: readonly string[]): Pasted {
  const [text, setText] = useState('')
  const [port, setPort] = useState<number>()
  const used = names.join('\n')
  const found = useMemo(() => {
    const options = { taken: used.split('\n') }
    const bare = readPasted(text, options)
    const entries = port === undefined ? bare : readPasted(text, { ...options, port })
    const of = <Kind extends PastedEntry['kind']>(kind: Kind, all = entries) =>
      all.filter((entry): entry is Entry<Kind> => entry.kind === kind)
    const taken = of('backend')
    return {
      withoutPort: of('port', bare).map((entry) => entry.host),
      taken,
      faults: of('fault'),
      leftOut: of('left-out'),
      missing: of('fault').length + of('port').length,
      backends: taken.map((entry) => entry.backend).slice(0, MOST_AT_ONCE),
    }
  }, [text, port, used])
  return { text, setText, port, setPort, ...found }
}

/** What the button says: `Add backend`, `Add 3 backends`, `Add the 7 good ones`. */
export function addWords({ backends, taken, missing }: Pick<Pasted, 'backends' | 'taken' | 'missing'>): string {
  const count = backends.length
  if (taken.length > count) return `Add the first ${count}`
  if (missing > 0 && count > 0) return count === 1 ? 'Add the good one' : `Add the ${count} good ones`
  return count > 1 ? `Add ${count} backends` : 'Add backend'
}
