/** Nothing here yet: says what to do, with the exact command. */
import { Code } from '@mantine/core'
import type { ReactNode } from 'react'

export function EmptyState({
  title,
  children,
  command,
  action,
}: {
  title: string
  children?: ReactNode
  command?: string
  action?: ReactNode
}) {
  return (
    <div className="ek-empty">
      <strong>{title}</strong>
      {children !== undefined && <p>{children}</p>}
      {action}
      {command !== undefined && (
        <Code block tabIndex={0} aria-label="The same by command">
          {command}
        </Code>
      )}
    </div>
  )
}
