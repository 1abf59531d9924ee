/** What has failed, in words for people. What was meant for developers stays apart: it helps in a report, not in an incident. */
import { ApiProblem } from './api.ts'

export interface ProblemWords {
  /** What happened; undefined where the place that shows it says so itself. */
  title: string | undefined
  /** Why, and what to do. */
  detail: string
  /** Faults by field, each on a line of its own: `pools.0.id: is missing`. */
  issues: string[]
  /** What a developer would ask for. */
  technical: string | undefined
}

/** Words of anything that can be thrown. */
export function problemWords(error: unknown): ProblemWords {
  if (error instanceof ApiProblem) {
    const { title, detail, issues = [] } = error.problem
    return {
      title,
      detail: detail === '' ? title : detail,
      issues: issues.map(({ path, message }) => `${path}: ${message}`),
      technical: undefined,
    }
  }
  return {
    title: undefined,
    detail: 'Something in this page itself has failed; the balancer is not affected. Try again, or reload the page.',
    issues: [],
    technical: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  }
}
