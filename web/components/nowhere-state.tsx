/** Nothing is where one has come to: why, the way back, and how to find what was meant. */
import { Button, Kbd } from '@mantine/core'
import { spotlight } from '@mantine/spotlight'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useStatus } from '../lib/queries.ts'
import { PageHeader } from './page-header.tsx'

/** More pools than these are found by searching. */
const MOST_NAMED = 8

export function NowhereState({ title, children }: { title: string; children: ReactNode }) {
  const pools = useStatus()?.pools ?? []
  return (
    <>
      <PageHeader title={title} subtitle={children} />
      <section className="ek-panel ek-empty" aria-label="Where to go instead">
        <div className="ek-actions">
          <Button component={Link} to="/">
            Back to the overview
          </Button>
          <Button variant="default" onClick={() => spotlight.open()}>
            Search
          </Button>
          <span className="ek-dim">
            or press <Kbd>Ctrl</Kbd> <Kbd>K</Kbd> anywhere
          </span>
        </div>
        {pools.length > 0 && (
          <p>
            Pools:{' '}
            {pools.slice(0, MOST_NAMED).map(({ id }, index) => (
              <span key={id}>
                {index > 0 && ', '}
                <Link to="/pools/$pool" params={{ pool: id }}>
                  {id}
                </Link>
              </span>
            ))}
            {pools.length > MOST_NAMED && ` and ${pools.length - MOST_NAMED} more`}
          </p>
        )}
      </section>
    </>
  )
}
