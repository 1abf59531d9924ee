/** Probes addresses as they are typed, each once, a moment after the last key, a few at a time. */
import { useEffect, useMemo, useRef, useState } from 'react'
import type { ProbeAnswer } from '../../shared/api/bodies.ts'
import { api } from './api.ts'
import { problemWords } from './problem-words.ts'

const PAUSE_MS = 400
/** Probes that are out at once: the balancer answers each within four seconds. */
const AT_ONCE = 6

type Check = ProbeAnswer['suggested']

function failed(address: string, error: unknown): ProbeAnswer {
  return {
    address,
    passed: false,
    steps: [],
    hint: problemWords(error).detail,
    suggested: null,
  }
}

/** Answers by address; an address without one is being probed. With `check` each is asked whether it would pass that. */
export function useProbes(addresses: readonly string[], check: Check = null): ReadonlyMap<string, ProbeAnswer> {
  const [answers, setAnswers] = useState<ReadonlyMap<string, ProbeAnswer>>(new Map())
  const asked = useRef(new Set<string>())
  const prefix = check === null ? '' : JSON.stringify(check)
  const wanted = addresses.join('\n')
  useEffect(() => {
    let stopped = false
    const work = async (queue: string[]) => {
      for (let address = queue.shift(); address !== undefined && !stopped; address = queue.shift()) {
        const key = `${prefix}\n${address}`
        asked.current.add(key)
        const body = prefix === '' ? { address } : { address, healthCheck: JSON.parse(prefix) }
        const answer = await api<ProbeAnswer>('POST', '/probe', body).catch((error) => failed(body.address, error))
        setAnswers((before) => new Map(before).set(key, answer))
      }
    }
    const timer = setTimeout(() => {
      const queue = wanted
        .split('\n')
        .filter((address) => address !== '' && !asked.current.has(`${prefix}\n${address}`))
      for (let worker = 0; worker < AT_ONCE; worker++) void work(queue)
    }, PAUSE_MS)
    return () => {
      stopped = true
      clearTimeout(timer)
    }
  }, [wanted, prefix])
  return useMemo(() => {
    const own = [...answers].filter(([key]) => key.startsWith(`${prefix}\n`))
    return new Map(own.map(([key, answer]) => [key.slice(prefix.length + 1), answer]))
  }, [answers, prefix])
}
