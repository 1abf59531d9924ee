/** Asks the balancer "what if", a moment after the last change of the question; a question that was replaced is hung up on. */
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { SimulationAnswer, SimulationQuestion } from '../../../shared/api/simulation.ts'
import { ApiProblem, api } from '../../lib/api.ts'

/** Clicks through the cards should not start a simulation each, milliseconds. */
const PAUSE_MS = 250
/** The thread is taken by somebody else's question: it is worth a few more tries. */
const MOST_TRIES = 3

export function useSimulation(pool: string, question: SimulationQuestion | undefined) {
  const [text] = useDebouncedValue(question === undefined ? '' : JSON.stringify(question), PAUSE_MS)
  const wanted = question === undefined ? '' : JSON.stringify(question)
  const query = useQuery({
    queryKey: ['simulation', pool, text],
    queryFn: ({ signal }) =>
      api<SimulationAnswer>('POST', `/pools/${pool}/simulate`, JSON.parse(text) as SimulationQuestion, { signal }),
    enabled: wanted !== '' && text !== '',
    retry: (tries, error) =>
      error instanceof ApiProblem && error.problem.code === 'not-available' && tries < MOST_TRIES,
    retryDelay: 2000,
    staleTime: 30_000,
    gcTime: 60_000,
    refetchOnWindowFocus: false,
    placeholderData: keepPreviousData,
  })
  /** What is shown belongs to another question than the present one. */
  const outdated = wanted !== '' && (wanted !== text || query.isFetching)
  return { answer: query.data, error: query.error, outdated, again: () => void query.refetch() }
}
