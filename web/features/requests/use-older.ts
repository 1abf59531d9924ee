/** The log page by page into the past, as far as it reaches. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { ExchangeRecord } from '../../../shared/api/records.ts'
import { api } from '../../lib/api.ts'

/** Largest answer the API gives. */
export const PAGE = 500

interface Past {
  records: readonly ExchangeRecord[]
  /** Pages that have come. */
  pages: number
  /** The last page was not full: there is nothing older. */
  exhausted: boolean
  loading: boolean
  error: unknown
}

const NOTHING: Past = { records: [], pages: 0, exhausted: false, loading: false, error: null }

/** `path`: the call for the newest page. Another `line` of the filter starts anew. */
export function useOlder(path: string, line: string) {
  const [past, setPast] = useState<Past>(NOTHING)
  const asked = useRef(line)
  useEffect(() => {
    asked.current = line
    setPast(NOTHING)
  }, [line])
  const load = useCallback(
    (known: readonly ExchangeRecord[]) => {
      const oldest = Math.min(...known.map(({ seq }) => seq ?? Number.POSITIVE_INFINITY))
      if (!Number.isFinite(oldest)) return
      setPast((before) => ({ ...before, loading: true, error: null }))
      const mine = line
      api<ExchangeRecord[]>('GET', `${path}&beforeSeq=${oldest}`).then(
        (page) => {
          if (asked.current !== mine) return
          setPast(({ records, pages }) => ({
            records: [...records, ...page],
            pages: pages + 1,
            exhausted: page.length < PAGE,
            loading: false,
            error: null,
          }))
        },
        (error: unknown) => {
          if (asked.current === mine) setPast((before) => ({ ...before, loading: false, error }))
        },
      )
    },
    [path, line],
  )
  const forget = useCallback(() => setPast(NOTHING), [])
  return { ...past, load, forget }
}
