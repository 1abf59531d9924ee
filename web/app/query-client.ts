/** The one cache. Refused calls are not repeated; calls that got no answer are, twice. */
import { QueryClient } from '@tanstack/react-query'
import { ApiProblem } from '../lib/api.ts'

function worthRepeating(failures: number, error: Error): boolean {
  const refused = error instanceof ApiProblem && error.status >= 400 && error.status < 500
  return !refused && failures < 2
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: worthRepeating, refetchOnWindowFocus: false, networkMode: 'always' },
    mutations: { networkMode: 'always' },
  },
})
