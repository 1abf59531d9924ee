/** Options of the process: flag, else environment, else default. A bad value gives one clear line and exit code 2. */
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { formatHostPort, type HostPort, parseHostPort } from '../shared/address.ts'
import { addressBytes, parseRange } from '../shared/address-range.ts'

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

export interface Options {
  /** Directory of the database and its backups. */
  data: string
  /** Where the dashboard and the API listen. */
  admin: HostPort
  /** Further names the admin server answers to. */
  adminHosts: string[]
  /** Path below which another proxy serves dashboard and API, without a slash at its end; empty: the root. */
  adminPath: string
  /** Threads that carry traffic. */
  workers: number
  /** Configuration file, applied as a revision when it differs from the last time. */
  config: string | undefined
  /** Creates the user `admin` on an empty database. Secret. */
  adminPassword: string | undefined
  /** Bearer token with the admin role. Secret. */
  adminToken: string | undefined
  logLevel: LogLevel
  /** Name servers (`ip` or `ip:port`) to ask for the names of backends; none: those of the system. */
  nameServers: string[]
  /** Link-local and cloud metadata addresses, or ranges of them, that may be connected to all the same. */
  allowedAddresses: string[]
  /** Start demo backends and a trickle of traffic. */
  demo: boolean
}

/** What `readOptions` answers: options, or text to print and the code to exit with. */
export type OptionsAnswer = { options: Options } | { exit: number; text: string }

export type Environment = Readonly<Record<string, string | undefined>>

const SHORTEST_PASSWORD = 10
const SHORTEST_TOKEN = 16

function hostPort(text: string): HostPort {
  const parsed = parseHostPort(text, true)
  if (!parsed) throw new InvalidArgumentError('write HOST:PORT, such as 127.0.0.1:7070')
  return parsed
}

function adminPath(text: string): string {
  const path = text.replace(/\/+$/, '')
  if (path !== '' && !/^(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$/.test(path))
    throw new InvalidArgumentError('write a path such as /lb/')
  return path
}

function workers(text: string): number {
  if (text === 'auto') return availableParallelism()
  if (!/^\d{1,3}$/.test(text) || Number(text) < 1 || Number(text) > 256)
    throw new InvalidArgumentError('write a number from 1 to 256, or auto (one per core)')
  return Number(text)
}

function hosts(text: string, before: string[] = []): string[] {
  const names = text.split(/[\s,]+/).filter(Boolean)
  return [...before, ...names.map((name) => name.toLowerCase())]
}

/** The items of a list separated by spaces or commas, each of which must fit. */
function list(text: string, before: string[] | undefined, fits: (item: string) => boolean, write: string): string[] {
  const items = text.split(/[\s,]+/).filter(Boolean)
  const wrong = items.find((item) => !fits(item))
  if (wrong !== undefined) throw new InvalidArgumentError(`"${wrong}": ${write}`)
  return [...(before ?? []), ...items]
}

const isNameServer = (text: string) => {
  const host = parseHostPort(text)?.host ?? text
  return addressBytes(host) !== undefined && !host.startsWith('[')
}
const nameServers = (text: string, before: string[] | undefined) =>
  list(text, before, isNameServer, 'write the IP address of a name server, such as 10.0.0.2 or 127.0.0.1:8600')
const addressRanges = (text: string, before: string[] | undefined) =>
  list(
    text,
    before,
    (item) => parseRange(item) !== undefined,
    'write an IP address or a range, such as 169.254.10.0/24',
  )

function command(version: string): Command {
  return new Command('evenkeel')
    .description('A load balancer with a dashboard. Every option may also be given by its environment variable.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addOption(new Option('--data <dir>', 'directory of the database').env('EVENKEEL_DATA').default('./data'))
    .addOption(
      new Option('--admin <host:port>', 'where dashboard and API listen')
        .env('EVENKEEL_ADMIN')
        .default(hostPort('127.0.0.1:7070'), '127.0.0.1:7070')
        .argParser(hostPort),
    )
    .addOption(
      new Option('--admin-host <name>', 'further name the admin server answers to (repeat, or separate by commas)')
        .env('EVENKEEL_ADMIN_HOSTS')
        .default([], 'none')
        .argParser((text: string, before: string[] | undefined) => hosts(text, before)),
    )
    .addOption(
      new Option('--admin-path <path>', 'path below which another proxy serves the dashboard, such as /lb/')
        .env('EVENKEEL_ADMIN_PATH')
        .default('', '/')
        .argParser(adminPath),
    )
    .addOption(
      new Option('--workers <n|auto>', 'threads that carry traffic; auto is one per core')
        .env('EVENKEEL_WORKERS')
        .default(availableParallelism(), 'auto')
        .argParser(workers),
    )
    .addOption(
      new Option('--config <file>', 'YAML or JSON to apply when it differs from the last time').env('EVENKEEL_CONFIG'),
    )
    .addOption(
      new Option('--log-level <level>', 'least severity that is logged')
        .env('EVENKEEL_LOG_LEVEL')
        .default('info')
        .choices(logLevels),
    )
    .addOption(
      new Option('--name-server <ip[:port]>', 'asks this one for the names of backends (repeat, or separate by commas)')
        .env('EVENKEEL_NAME_SERVERS')
        .default([], "the system's")
        .argParser(nameServers),
    )
    .addOption(
      new Option(
        '--allow-address <ip|range>',
        'lets backends and probes use this link-local or cloud metadata address (repeat, or separate by commas)',
      )
        .env('EVENKEEL_ALLOW_ADDRESSES')
        .default([], 'none')
        .argParser(addressRanges),
    )
    .addOption(new Option('--demo', 'start three demo backends and a trickle of traffic').env('EVENKEEL_DEMO'))
    .allowExcessArguments(false)
    .addHelpText(
      'after',
      `
Commands:
  restore    says what can be got back of a damaged data directory, and gets it back (restore --help)

Environment only:
  EVENKEEL_ADMIN_PASSWORD, EVENKEEL_ADMIN_PASSWORD_FILE  creates the user "admin" on an empty database
  EVENKEEL_ADMIN_TOKEN, EVENKEEL_ADMIN_TOKEN_FILE        bearer token with the admin role, for automation`,
    )
}

/** A secret from the environment or from the file that the environment names; its first line counts. Throws one clear line. */
function secret(environment: Environment, name: string, shortest: number): string | undefined {
  const [direct, file] = [environment[name], environment[`${name}_FILE`]]
  if (direct && file) throw new InvalidArgumentError(`set ${name} or ${name}_FILE, not both`)
  let value = direct || undefined
  if (file) {
    try {
      value = readFileSync(file, 'utf8').split(/\r?\n/, 1)[0]
    } catch (error) {
      throw new InvalidArgumentError(`${name}_FILE cannot be read: ${(error as Error).message}`)
    }
  }
  if (value !== undefined && value.length < shortest)
    throw new InvalidArgumentError(`${name} must have at least ${shortest} characters`)
  return value
}

/** Environment variables that are set but empty count as not set; `EVENKEEL_DEMO=0` and `false` too. */
function cleaned(environment: Environment): Record<string, string> {
  const entries = Object.entries(environment).filter(
    ([name, value]) => value && !(name === 'EVENKEEL_DEMO' && ['0', 'false', 'no'].includes(value.toLowerCase())),
  )
  return Object.fromEntries(entries) as Record<string, string>
}

/** Parses with commander, which reads `process.env`; ours is put in its place for the moment. */
function parse(
  argv: readonly string[],
  environment: Record<string, string>,
  version: string,
  out: (text: string) => void,
) {
  const program = command(version).exitOverride().configureOutput({ writeOut: out, writeErr: out })
  const before = process.env
  process.env = environment
  try {
    program.parse([...argv], { from: 'user' })
  } finally {
    process.env = before
  }
  return program.opts()
}

/** Reads the options from the arguments (without node and script) and the environment. Does not exit and does not print. */
export function readOptions(argv: readonly string[], environment: Environment, version: string): OptionsAnswer {
  let text = ''
  try {
    const env = cleaned(environment)
    const {
      data,
      admin,
      adminHost,
      adminPath: path,
      workers: threads,
      config,
      logLevel,
      nameServer,
      allowAddress,
      demo,
    } = parse(argv, env, version, (more) => {
      text += more
    })
    const options: Options = {
      data,
      admin,
      adminHosts: adminHost,
      adminPath: path,
      workers: threads,
      config,
      adminPassword: secret(env, 'EVENKEEL_ADMIN_PASSWORD', SHORTEST_PASSWORD),
      adminToken: secret(env, 'EVENKEEL_ADMIN_TOKEN', SHORTEST_TOKEN),
      logLevel,
      nameServers: nameServer,
      allowedAddresses: allowAddress,
      demo: demo === true,
    }
    return { options }
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return { exit: 0, text }
    return { exit: 2, text: `evenkeel: ${error.message.replace(/^error: /, '')}\n` }
  }
}

/** Address as it is printed: `http://127.0.0.1:7070`; a wildcard is shown as localhost. */
export function adminUrl({ host, port }: HostPort, path = ''): string {
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  return `http://${formatHostPort({ host: shown, port })}${path}`
}

/** Where the first administrator is created, once, with the token of this start. */
export function setupUrl(admin: HostPort, token: string, path = ''): string {
  return `${adminUrl(admin, path)}/setup?token=${token}`
}
