/** Runs the application from start to signal: what it prints, how it ends. */
import pino from 'pino'
import { createApp } from './app.ts'
import { DatabaseProblem } from './db/problem.ts'
import { ControlError } from './errors.ts'
import type { App, Started } from './lifecycle.ts'
import { adminUrl, type Options, setupUrl } from './options.ts'
import { listenToSignals } from './signals.ts'

const print = (line: string) => process.stdout.write(`${line}\n`)

/** Ends the process with one clear text; what it names is what to mend. */
function giveUp(error: unknown): never {
  const known =
    error instanceof DatabaseProblem ||
    error instanceof ControlError ||
    (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
  const text = error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : String(error)
  process.stderr.write(`evenkeel: ${text}\n`)
  process.exit(1)
}

function greet({ admin, adminProblem, storageProblem, setupToken, status }: Started, options: Options): void {
  const url = adminUrl(admin, options.adminPath)
  print('')
  print(`  Evenkeel is running.`)
  print('')
  print(`  Dashboard   ${setupToken === undefined ? url : setupUrl(admin, setupToken, options.adminPath)}`)
  if (adminProblem !== undefined) print(`              NOT LISTENING: ${adminProblem} It is tried again by itself.`)
  if (setupToken !== undefined)
    print('              (open it once to create the administrator; the token works until then)')
  for (const listener of status.listeners) {
    print(
      `  Traffic     ${listener.protocol}://${listener.address}   listener "${listener.id}"${listener.problem === null ? '' : `   NOT LISTENING: ${listener.problem}`}`,
    )
  }
  print(`  Data        ${options.data}`)
  if (storageProblem !== undefined) print(`              READ-ONLY: ${storageProblem}`)
  print('')
  if (process.env.EVENKEEL_TEST_READY !== undefined) {
    const listeners = status.listeners.map(({ id, address }) => ({ id, address }))
    const setup = setupToken === undefined ? null : setupUrl(admin, setupToken, options.adminPath)
    print(`EVENKEEL_READY ${JSON.stringify({ admin: url, listeners, setupUrl: setup })}`)
  }
}

/** `started` settles when the start has come to its end, well or not: what is half begun can neither drain nor apply a file. */
function onSignals(app: App, started: Promise<unknown>, options: Options, log: pino.Logger): void {
  const drain = async (why: string) => {
    log.info({ why }, 'draining; send the signal again to stop at once')
    await started
    await app.drain().catch(giveUp)
    process.exit(0)
  }
  const reapply = async () => {
    if (options.config === undefined) return log.warn('SIGHUP: there is no configuration file (--config) to apply')
    await started
    await app.reapply().then(
      () => log.info('configuration file applied again'),
      (error) => log.error({ err: error }, 'the configuration file was not applied; the one in force stays'),
    )
  }
  const wishes = {
    drain: (why: string) => void drain(why),
    endNow: (signal: string) => {
      log.warn({ signal }, 'stopping at once')
      process.exit(0)
    },
    reapply: () => void reapply(),
    ignored: (signal: string) => log.info({ signal }, 'this signal has no meaning here; nothing was done'),
  }
  listenToSignals(process, wishes, () => performance.now())
}

/** Lines kept while they cannot be written, in bytes; later ones are left out. */
const UNWRITTEN_BYTES = 1024 * 1024

/** The log on standard error. A terminal that was closed or a full disk behind it takes lines, not the process. */
function createLog({ logLevel }: Options): pino.Logger {
  const destination = pino.destination({ dest: 2, sync: true, maxLength: UNWRITTEN_BYTES })
  destination.on('error', () => undefined)
  return pino({ level: logLevel, base: undefined, timestamp: pino.stdTimeFunctions.isoTime }, destination)
}

/** Starts the application and leaves it running; exits with a reason when it cannot start. */
export async function run(options: Options, version: string): Promise<void> {
  const log = createLog(options)
  // A fault in one part of the control plane must not stop the traffic of the workers.
  process.on('uncaughtException', (error) => log.error({ err: error }, 'uncaught exception'))
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'))
  let app: App
  try {
    app = createApp(options, log, version)
  } catch (error) {
    return giveUp(error)
  }
  const starting = app.start()
  onSignals(
    app,
    starting.catch(() => undefined),
    options,
    log,
  )
  try {
    greet(await starting, options)
  } catch (error) {
    await app.stopNow().catch(() => undefined)
    giveUp(error)
  }
}
