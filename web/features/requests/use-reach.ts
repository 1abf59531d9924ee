/** How far back the log reaches, as the balancer says it. */
import { useQuery } from '@tanstack/react-query'
import type { ExchangeLogReach } from '../../../shared/api/exchanges.ts'
import { api } from '../../lib/api.ts'

const ASK_EVERY_MS = 15_000

export function useReach(): { reach: ExchangeLogReach | undefined; failed: boolean } {
  const asked = useQuery({
    queryKey: ['exchange-log'],
    queryFn: () => api<ExchangeLogReach>('GET', '/exchange-log'),
    refetchInterval: ASK_EVERY_MS,
  })
  return { reach: asked.data, failed: asked.isError }
}
