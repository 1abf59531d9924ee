/** The configuration as a file: YAML and JSON are the same document. Applied as a revision when it differs from the last time. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { LineCounter, parseDocument, stringify } from 'yaml'
import type { ChangeAnswer } from '../../shared/api/bodies.ts'
import type { ProblemIssue } from '../../shared/api/problem.ts'
import type { ConfigDocument } from '../../shared/config/config.ts'
import type { Db } from '../db/handle.ts'
import { getMeta, setMeta } from '../db/meta.ts'
import { ControlError } from '../errors.ts'
import type { ConfigControl } from './change-config.ts'
import { YamlFault, yamlValue } from './yaml-value.ts'

const APPLIED_HASH = 'config-file-hash'
const MOST_BYTES = 2 * 1024 * 1024

/** What exists before anybody configured anything: one listener, one empty pool, so that the first backend added takes traffic. */
export function defaultDocument(): ConfigDocument {
  return {
    version: 1,
    listeners: [{ id: 'web', protocol: 'http', bind: '0.0.0.0:8080' }],
    routes: [{ id: 'default', listener: 'web', action: { type: 'forward', pool: 'app' } }],
    pools: [{ id: 'app' }],
  }
}

/** Reads YAML or JSON text; aliases and merge keys are written out. Errors: `invalid-json` with the line and column of every fault. */
export function parseConfigText(text: string): unknown {
  if (Buffer.byteLength(text) > MOST_BYTES)
    throw new ControlError('body-too-large', 'A configuration may have at most 2 MiB.')
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2', merge: true })
  const faults = document.errors.map((error) => ({ at: error.pos[0], message: error.message }))
  if (faults.length === 0) {
    try {
      return yamlValue(document, MOST_BYTES)
    } catch (error) {
      if (!(error instanceof YamlFault)) throw error
      faults.push(error)
    }
  }
  const issues: ProblemIssue[] = faults.map(({ at, message }) => {
    const { line, col } = lines.linePos(at)
    return { path: `line ${line}, column ${col}`, message }
  })
  const [first] = issues as [ProblemIssue]
  throw new ControlError('invalid-json', `${first.path}: ${first.message}`, { issues: issues.slice(0, 200) })
}

/** The document as YAML that `parseConfigText` reads back unchanged. */
export function exportYaml(document: ConfigDocument): string {
  return stringify(document, { lineWidth: 120, aliasDuplicateObjects: false })
}

/** Finds the line of a file that a dotted path leads to, for faults found by the schema; undefined when it leads nowhere. */
function lineFinder(text: string): (path: string) => number | undefined {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, merge: true })
  return (path) => {
    const keys = path === '' ? [] : path.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key))
    for (let depth = keys.length; depth >= 0; depth--) {
      const node = document.getIn(keys.slice(0, depth), true) as { range?: [number, number, number] } | undefined
      if (node?.range) return lines.linePos(node.range[0]).line
    }
    return undefined
  }
}

export interface ConfigFileParts {
  /** Path of the file. */
  file: string
  control: ConfigControl
  db: Db
}

/** A file's content and what it says. */
export interface ConfigFile {
  /** Reads and checks the file. Errors: `not-found`, `invalid-json`, `invalid-config`, each naming file and line. */
  read(): Promise<{ document: ConfigDocument; hash: string }>
  /**
   * Applies the file as a revision when its content differs from the last time it was applied (`force`: in any case).
   * Answers undefined when there was nothing to do. Errors: those of `read` and of `ConfigControl.change`.
   */
  apply(force?: boolean): Promise<ChangeAnswer | undefined>
  /** Notes that this content is in force, after it was used as the first configuration. */
  applied(hash: string): void
}

/** Builds the reader of a configuration file. */
export function createConfigFile({ file, control, db }: ConfigFileParts): ConfigFile {
  async function text(): Promise<string> {
    try {
      return await readFile(file, 'utf8')
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new ControlError('not-found', `The configuration file ${file} cannot be read: ${why}`, { cause: error })
    }
  }

  async function read() {
    const content = await text()
    let document: unknown
    try {
      document = parseConfigText(content)
    } catch (error) {
      if (error instanceof ControlError)
        throw new ControlError(error.code, `${file}, ${error.message}`, { issues: error.issues ?? [] })
      throw error
    }
    const issues = control.validate(document)
    if (issues.length > 0) {
      const lineOf = lineFinder(content)
      const details = issues.map(({ path, message }) => `${file}, line ${lineOf(path) ?? '?'}, ${path}: ${message}`)
      throw new ControlError('invalid-config', details.join('\n'), { issues })
    }
    const hash = createHash('sha256').update(content).digest('hex')
    return { document: document as ConfigDocument, hash }
  }

  return {
    read,
    async apply(force = false) {
      const { document, hash } = await read()
      if (!force && getMeta(db, APPLIED_HASH) === hash) return undefined
      const answer = await control.change({
        edit: () => document,
        author: `file ${file}`,
        summary: (difference) => `applied ${file} (${difference})`,
      })
      setMeta(db, APPLIED_HASH, hash)
      return answer
    },
    applied: (hash) => setMeta(db, APPLIED_HASH, hash),
  }
}
