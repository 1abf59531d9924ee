/** Title of a page, what it says in one line, and what can be done there. */
import type { ReactNode } from 'react'

export function PageHeader({
  title,
  subtitle,
  actions,
}: {
  title: ReactNode
  subtitle?: ReactNode
  actions?: ReactNode
}) {
  return (
    <header className="ek-page-head">
      <div>
        <h1>{title}</h1>
        {subtitle !== undefined && <div className="ek-page-sub">{subtitle}</div>}
      </div>
      {actions !== undefined && <div className="ek-actions">{actions}</div>}
    </header>
  )
}
