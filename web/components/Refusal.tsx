/** Why a form was refused, beside its button. */
import { ApiProblem } from '../lib/api.ts'
import styles from './front-page.module.css'
import { Mark } from './MarkIcon.tsx'

export function Refusal({ error }: { error: Error }) {
  const problem = error instanceof ApiProblem ? error : undefined
  const details = problem?.issues.map((issue) => `${issue.path}: ${issue.message}`) ?? []
  return (
    <div role="alert" className={styles.refusal}>
      <Mark shape="triangle" tone="bad">
        {problem?.title ?? 'That did not work'}
      </Mark>
      <p>{details.length > 0 ? details.join(' · ') : error.message}</p>
    </div>
  )
}
