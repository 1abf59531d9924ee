/** Faults of the database, told apart so that a person learns what happened, why, and what to do next. */

export type DatabaseProblemCode =
  | 'newer-version'
  | 'corrupt'
  | 'read-only'
  | 'disk-full'
  | 'locked'
  | 'in-use'
  | 'migration-edited'
  | 'migration-failed'
  | 'unavailable'

/** Thrown by `openDatabase`, `migrate` and `commitRevision`; `message` is written for the operator. */
export class DatabaseProblem extends Error {
  readonly code: DatabaseProblemCode

  constructor(code: DatabaseProblemCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'DatabaseProblem'
    this.code = code
  }
}

/** Kind of a fault that SQLite or the file system reported; undefined when it is a fault of ours (a wrong statement, a broken rule). */
export function problemCode(error: unknown): DatabaseProblemCode | undefined {
  if (error instanceof DatabaseProblem) return error.code
  const code = (error as { code?: unknown } | null)?.code
  if (typeof code !== 'string') return undefined
  // A shared-memory file that cannot grow is how a full disk shows first.
  if (code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_SHMSIZE' || code === 'ENOSPC' || code === 'EDQUOT')
    return 'disk-full'
  if (code.startsWith('SQLITE_READONLY') || code === 'EROFS' || code === 'EACCES' || code === 'EPERM')
    return 'read-only'
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'locked'
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return 'corrupt'
  if (code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_CANTOPEN')) return 'unavailable'
  if (code === 'EIO' || code === 'ENOENT' || code === 'ENOTDIR' || code === 'EEXIST') return 'unavailable'
  return undefined
}

const advice: Record<DatabaseProblemCode, string> = {
  'newer-version': 'Start the newer Evenkeel again, or use another data directory.',
  corrupt: '"npm run restore" says what can be got back, and gets it back.',
  'read-only': 'Make the data directory writable for the user that runs Evenkeel.',
  'disk-full': 'Free space on the disk that holds the data directory; writing then goes on by itself.',
  locked: 'Close the other program that uses the database.',
  'in-use': 'Stop the other Evenkeel first.',
  'migration-edited': 'Put the released migration file back.',
  'migration-failed': 'Start the Evenkeel that was used before; the database was not changed.',
  unavailable: 'Check that the data directory is a directory, and the disk that holds it.',
}

const what: Record<DatabaseProblemCode, string> = {
  'newer-version': 'it was written by a newer Evenkeel',
  corrupt: 'it is damaged',
  'read-only': 'it cannot be written to',
  'disk-full': 'the disk is full',
  locked: 'another program holds it',
  'in-use': 'another Evenkeel uses it',
  'migration-edited': 'a migration was edited',
  'migration-failed': 'a migration failed',
  unavailable: 'the file system reported an error',
}

/** What to do about a fault. */
export function adviceFor(code: DatabaseProblemCode): string {
  return advice[code]
}

/** The fault as a `DatabaseProblem` that names the file, the cause and the next step; a fault of ours is returned as it is. */
export function toProblem(error: unknown, file: string): unknown {
  if (error instanceof DatabaseProblem) return error
  const code = problemCode(error)
  if (code === undefined) return error
  const cause = error instanceof Error ? error.message : String(error)
  return new DatabaseProblem(code, `The database ${file} cannot be used: ${what[code]} (${cause}). ${advice[code]}`, {
    cause: error,
  })
}
