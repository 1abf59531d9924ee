/** A section with a title, on the page's own ground: a hairline, no shadow. */
import type { ReactNode } from 'react'

export interface PanelProps {
  title?: ReactNode
  actions?: ReactNode
  /** Without inner padding, for tables and lists that reach the edge. */
  flush?: boolean
  children: ReactNode
  label?: string
}

export function Panel({ title, actions, flush = false, children, label }: PanelProps) {
  return (
    <section className="ek-panel" aria-label={label ?? (typeof title === 'string' ? title : undefined)}>
      {title !== undefined && (
        <header className="ek-panel-head">
          <h2>{title}</h2>
          {actions}
        </header>
      )}
      <div className={flush ? undefined : 'ek-panel-body'}>{children}</div>
    </section>
  )
}
