/** Shapes of states. Each is told apart by its outline alone; colour only helps. */
import type { ReactNode } from 'react'
import styles from './marks.module.css'

export type Shape = 'dot' | 'half' | 'triangle' | 'cross' | 'arrow' | 'pause' | 'question' | 'ring'
export type Tone = 'good' | 'info' | 'warn' | 'bad' | 'idle'

const shapes: Record<Shape, ReactNode> = {
  dot: <circle className={styles.solid} cx="6" cy="6" r="4.5" />,
  half: (
    <>
      <circle cx="6" cy="6" r="4.5" />
      <path className={styles.solid} d="M6 1.500a4.5 4.5 0 0 1 0 9z" />
    </>
  ),
  triangle: <path className={styles.solid} d="M6 1.5 11 10.500H1z" />,
  cross: <path d="m2.5 2.5 7 7m0-7-7 7" />,
  arrow: <path d="M6 1v6.500M3 5l3 3 3-3M2 11h8" />,
  pause: <path d="M4 2v8M8 2v8" />,
  question: <path d="M3.5 4a2.5 2.5 0 1 1 3.7 2.200C6.4 6.7 6 7 6 8m0 2.800v.1" />,
  ring: <circle cx="6" cy="6" r="4.5" strokeDasharray="2.5 3" />,
}

/** The shape alone; give it a word beside it or a title. */
export function MarkIcon({ shape, tone, title }: { shape: Shape; tone: Tone; title?: string }) {
  const look = `${styles.icon} ${styles[tone]}`
  if (title === undefined) {
    return (
      <svg className={look} viewBox="0 0 12 12" aria-hidden="true">
        {shapes[shape]}
      </svg>
    )
  }
  return (
    <svg className={look} viewBox="0 0 12 12" role="img" aria-label={title}>
      <title>{title}</title>
      {shapes[shape]}
    </svg>
  )
}

/** Shape and word. */
export function Mark({ shape, tone, children }: { shape: Shape; tone: Tone; children: ReactNode }) {
  return (
    <span className={`${styles.mark} ${styles[tone]}`}>
      <MarkIcon shape={shape} tone={tone} />
      {children}
    </span>
  )
}
