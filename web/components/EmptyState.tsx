/** What to do when there is nothing to show yet: a sentence, and the exact command or button. */
import type { ReactNode } from 'react'
import { CommandLine } from './CommandLine.tsx'
import styles from './states.module.css'

export interface EmptyStateProps {
  title: string
  children?: ReactNode
  command?: string
  action?: ReactNode
  /** Without a frame, inside something that has one. */
  plain?: boolean
}

export function EmptyState({ title, children, command, action, plain }: EmptyStateProps) {
  return (
    <div className={`${styles.note} ${plain ? styles.plain : ''}`}>
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {command && <CommandLine command={command} />}
      {action}
    </div>
  )
}
