/** A framed part of a page with its heading. Never put one inside another. */
import { type ReactNode, useId } from 'react'
import styles from './section.module.css'

export interface SectionProps {
  title: string
  /** A few words after the title. */
  hint?: ReactNode
  /** At the right end of the heading. */
  side?: ReactNode
  /** Rows that reach the frame instead of padded content. */
  flush?: boolean
  children: ReactNode
}

export function Section({ title, hint, side, flush, children }: SectionProps) {
  const id = useId()
  return (
    <section className={styles.section} aria-labelledby={id}>
      <div className={styles.head}>
        <h2 id={id}>{title}</h2>
        {hint && <span className={styles.hint}>{hint}</span>}
        {side && <div className={styles.side}>{side}</div>}
      </div>
      <div className={flush ? styles.flush : styles.body}>{children}</div>
    </section>
  )
}
