/** Title of a page, what it says in one line, and what can be done there. */
import type { ReactNode } from 'react'
import { lostSentence, useContact } from '../lib/contact.ts'

/** Stands over everything that is no longer fresh. */
function LostLine({ heading = false }: { heading?: boolean }) {
  const contact = useContact()
  if (contact.lostFor === 0) return null
  const words = (
    <>
      <span aria-hidden>? </span>
      {lostSentence(contact)}
    </>
  )
  return heading ? <h1 className="ek-lost">{words}</h1> : <p className="ek-lost">{words}</p>
}

export function PageHeader({
  title,
  subtitle,
  actions,
  tellsState = false,
}: {
  title: ReactNode
  subtitle?: ReactNode
  actions?: ReactNode
  /** The title says how the balancer is: out of contact, that takes its place. */
  tellsState?: boolean
}) {
  const lost = useContact().lostFor > 0
  return (
    <>
      {lost && !tellsState && <LostLine />}
      <header className="ek-page-head">
        <div>
          {lost && tellsState ? <LostLine heading /> : <h1>{title}</h1>}
          {subtitle !== undefined && <div className="ek-page-sub">{subtitle}</div>}
        </div>
        {actions !== undefined && <div className="ek-actions">{actions}</div>}
      </header>
    </>
  )
}
