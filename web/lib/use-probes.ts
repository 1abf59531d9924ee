/** Probes addresses as they are typed, each once, a moment after the last key. */
import { useEffect, useRef, useState } from 'react'
import type { ProbeAnswer } from '../../shared/api/bodies.ts'
import { api } from './api.ts'
import { problemWords } from './problem-words.ts'

const PAUSE_MS = 400

function failed(address: string, error: unknown): ProbeAnswer {
  return {
    address,
    passed: false,
    steps: [],
    hint: problemWords(error).detail,
    suggested: null,
  }
}

/** Answers by address; an address without one is being probed. */
export function useProbes(addresses: readonly string[]): ReadonlyMap<string, ProbeAnswer> {
  const [answers, setAnswers] = useState<ReadonlyMap<string, ProbeAnswer>>(new Map())
  const asked = useRef(new Set<string>())
  const wanted = addresses.join('\n')
  useEffect(() => {
    const timer = setTimeout(() => {
      for (const address of wanted.split('\n').filter(Boolean)) {
        if (asked.current.has(address)) continue
        asked.current.add(address)
        api<ProbeAnswer>('POST', '/probe', { address })
          .catch((error) => failed(address, error))
          .then((answer) => setAnswers((before) => new Map(before).set(address, answer)))
      }
    }, PAUSE_MS)
    return () => clearTimeout(timer)
  }, [wanted])
  return answers
}
