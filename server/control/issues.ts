/** Faults found by a schema, as dotted paths and sentences. */
import type { z } from 'zod'
import type { ProblemIssue } from '../../shared/api/problem.ts'
import { schemaWords } from '../../shared/schema-words.ts'

type Issue = z.core.$ZodIssue

/** The branch of a union that came furthest speaks for all: "expected an array" helps nobody who sent an object. */
function unfold(issue: Issue, prefix: PropertyKey[]): ProblemIssue[] {
  const path = [...prefix, ...issue.path]
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const depth = (branch: Issue[]) => Math.max(...branch.map((inner) => inner.path.length))
    const best = issue.errors.reduce((a, b) => (depth(b) > depth(a) ? b : a))
    return best.flatMap((inner) => unfold(inner, path))
  }
  if (issue.code === 'invalid_key') return issue.issues.flatMap((inner) => unfold(inner, path))
  if (issue.code === 'unrecognized_keys') {
    const words = issue.message.split('\n')
    return issue.keys.map((key, index) => ({
      path: dotted([...path, key]),
      message: words[index] ?? 'there is no such field; leave it out',
    }))
  }
  return [{ path: dotted(path), message: issue.message }]
}

function dotted(path: PropertyKey[]): string {
  return path.map(String).join('.')
}

/** Every fault with its dotted path (`pools.0.backends.2.address`), at most 200. */
export function issuesOf(error: { issues: readonly Issue[] }): ProblemIssue[] {
  return error.issues.flatMap((issue) => unfold(issue, [])).slice(0, 200)
}

/** Checks with a schema; faults say what to write instead. */
export function check<T extends z.ZodType>(
  schema: T,
  data: unknown,
): { ok: true; value: z.output<T> } | { ok: false; issues: ProblemIssue[] } {
  const parsed = schema.safeParse(data, { error: schemaWords })
  return parsed.success ? { ok: true, value: parsed.data } : { ok: false, issues: issuesOf(parsed.error) }
}
