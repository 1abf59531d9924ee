/** A page before anybody is signed in: the sign, a title, one column. */
import type { ReactNode } from 'react'
import { BrandMark } from './BrandMark.tsx'
import styles from './front-page.module.css'

export interface FrontPageProps {
  title: string
  lead?: ReactNode
  wide?: boolean
  children: ReactNode
}

export function FrontPage({ title, lead, wide, children }: FrontPageProps) {
  return (
    <main className={`${styles.page} ${wide ? styles.wide : ''}`}>
      <BrandMark size={36} />
      <h1>{title}</h1>
      {lead && <p className={styles.lead}>{lead}</p>}
      {children}
    </main>
  )
}
