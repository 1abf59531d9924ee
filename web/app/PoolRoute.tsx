/** Joins the address of a pool with its page. */
import { useParams } from '@tanstack/react-router'
import { Suspense } from 'react'
import { PageLoading } from './fallbacks.tsx'
import { late } from './late.tsx'

const PoolPage = late<{ pool: string }>('pool/PoolPage')

export function PoolRoute() {
  const { pool } = useParams({ from: '/inside/pools/$pool' })
  return (
    <Suspense fallback={<PageLoading />}>
      <PoolPage key={pool} pool={pool} />
    </Suspense>
  )
}
