/** `evenkeel restore`: says what can be got back of a damaged data directory, and with `--apply` gets it back. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DatabaseProblem } from './db/problem.ts'
import { type FileReport, inspect, type Restored, restore, type TableCount } from './db/restore.ts'

const HELP = `Usage: evenkeel restore [--data DIR] [--apply]

Says what can be read of the database in DIR (default ./data, or EVENKEEL_DATA), of the copy of its configuration
and of its backups. Nothing is changed.

  --apply   builds a new database from that; the damaged file stays, under another name.
            Evenkeel may run meanwhile: it takes the new database over by itself.
`

const names: Record<string, string> = {
  revisions: 'revisions of the configuration',
  users: 'accounts',
  tokens: 'API tokens',
  events: 'events',
  exchanges: 'logged requests',
  series_10s: 'rows of history (10 s)',
  series_1m: 'rows of history (1 min)',
  series_1h: 'rows of history (1 h)',
  audit: 'entries of the audit log',
}

function countLines(tables: readonly TableCount[]): string[] {
  return tables
    .filter(({ table }) => table in names)
    .map(
      ({ table, rows, whole }) =>
        `  ${String(rows).padStart(8)}  ${names[table]}${whole ? '' : '   (damaged: more may be lost)'}`,
    )
}

function fileLines(report: FileReport): string[] {
  const state = report.damage === null ? 'whole' : `damaged: ${report.damage.split('\n')[0]}`
  const newest = report.revision === 0 ? 'no revision can be read' : `newest revision ${report.revision}`
  return [`${report.file}: ${state}; ${newest}`, ...countLines(report.tables)]
}

function report(directory: string, now: number): string[] {
  const { database, copy, backups } = inspect(directory, now)
  const lines = database === null ? [`${join(directory, 'evenkeel.db')}: there is no such file`] : fileLines(database)
  lines.push(
    copy === undefined
      ? 'There is no copy of the configuration.'
      : `Copy of the configuration: revision ${copy.revision}, in force since ${new Date(copy.at).toISOString()}`,
  )
  if (backups.length === 0) lines.push('There are no backups.')
  for (const backup of backups) lines.push(`Backup ${fileLines(backup)[0]}`)
  if (database?.damage === null) lines.push('', 'The database is whole: there is nothing to restore.')
  else lines.push('', 'Nothing was changed. With --apply a new database is built from this; the damaged file is kept.')
  return lines
}

function done({ setAside, revision, from, accountsFrom, users, tables }: Restored): string[] {
  const sources = {
    database: 'the damaged database',
    copy: 'the copy of the configuration',
    backup: 'the newest backup',
  }
  const lines = ['A new database is in place.', `Configuration: revision ${revision}, from ${sources[from]}.`]
  if (users === 0) lines.push('No accounts could be read: the next start prints a link to create the administrator.')
  else if (accountsFrom !== null)
    lines.push(`Accounts: ${users}, from the backup ${accountsFrom}. Check who may still sign in.`)
  lines.push(...countLines(tables))
  if (setAside !== null) lines.push(`The damaged file is kept as ${setAside}.`)
  return lines
}

/** Runs the command; answers the exit code. `print` and `complain` get whole texts. */
export function restoreCommand(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  now: number,
  { print, complain }: { print: (text: string) => void; complain: (text: string) => void },
): number {
  let values: { data?: string | undefined; apply?: boolean | undefined; help?: boolean | undefined }
  try {
    const options = {
      data: { type: 'string' },
      apply: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    } as const
    values = parseArgs({ args: [...argv], options }).values
  } catch (error) {
    complain(`evenkeel: ${(error as Error).message}\n`)
    return 2
  }
  if (values.help) {
    print(HELP)
    return 0
  }
  const directory = values.data ?? (environment.EVENKEEL_DATA || './data')
  if (!existsSync(directory)) {
    complain(`evenkeel: there is no data directory ${directory}\n`)
    return 1
  }
  try {
    const whole = values.apply && inspect(directory, now).database?.damage === null
    const lines = values.apply && !whole ? done(restore(directory, now)) : report(directory, now)
    print(`${lines.join('\n')}\n`)
    return 0
  } catch (error) {
    if (!(error instanceof DatabaseProblem) && (error as NodeJS.ErrnoException).code === undefined) throw error
    complain(`evenkeel: ${(error as Error).message}\n`)
    return 1
  }
}
