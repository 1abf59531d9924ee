/** What is read every half minute, and how much each figure may grow from one half of the run to the other. */
import type { Bound, Reading } from './verdict.ts'

export interface Figure {
  readonly name: string
  readonly unit: string
  readonly digits: number
  readonly bound: Bound
  readonly readings: Reading[]
  /** Why it is what it is, where the name does not say it. */
  readonly note: string | undefined
}

interface Kind {
  unit: string
  digits: number
  bound: Bound
  note?: string
}

const kinds = {
  /** Processor time: neighbours of a shared machine change it by a tenth and more. */
  processor: { unit: '% of a core', digits: 2, bound: { absolute: 1, relative: 0.2 } },
  resident: { unit: 'MiB', digits: 1, bound: { absolute: 8, relative: 0.05 } },
  heap: { unit: 'MiB', digits: 2, bound: { absolute: 2, relative: 0.08 }, note: 'after full collections' },
  collections: { unit: 'an hour', digits: 1, bound: { absolute: 30, relative: 0.25 } },
  descriptors: { unit: '', digits: 0, bound: { absolute: 3, relative: 0 } },
  threads: { unit: '', digits: 0, bound: { absolute: 0.5, relative: 0 } },
  /** History is kept for days, so it grows; what must not happen is that it grows faster and faster. */
  database: {
    unit: 'MiB an hour',
    digits: 2,
    bound: { absolute: 2, relative: 0.25 },
    note: 'growth over ten minutes: history is kept for days',
  },
  writeAhead: { unit: 'MiB', digits: 1, bound: { absolute: 4, relative: 0.25 } },
  /** Only told. */
  yardstick: { unit: 'ms', digits: 2, bound: { absolute: Number.POSITIVE_INFINITY, relative: 0 } },
  pageHeap: { unit: 'MiB', digits: 2, bound: { absolute: 1.5, relative: 0.08 }, note: 'after a collection' },
  nodes: { unit: '', digits: 0, bound: { absolute: 60, relative: 0.05 } },
  listeners: { unit: '', digits: 0, bound: { absolute: 15, relative: 0.05 } },
  failures: { unit: '% of requests', digits: 2, bound: { absolute: 2, relative: 0.5 }, note: 'the demo makes some' },
} as const satisfies Record<string, Kind>

export type FigureKind = keyof typeof kinds

/** Collects readings under names; a figure is there from its first reading on. */
export function createFigures() {
  const figures = new Map<string, Figure>()
  return {
    add(kind: FigureKind, name: string, at: number, value: number): void {
      if (!Number.isFinite(value)) return
      const { unit, digits, bound, ...rest }: Kind = kinds[kind]
      const figure = figures.get(name) ?? { name, unit, digits, bound, readings: [], note: rest.note }
      figures.set(name, figure)
      figure.readings.push({ at, value })
    },
    all: (): Figure[] => [...figures.values()],
  }
}

export type Figures = ReturnType<typeof createFigures>
