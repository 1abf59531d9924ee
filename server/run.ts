/** Runs the application from start to signal: what it prints, how it ends. */
import pino from 'pino'
import { type App, createApp } from './app.ts'
import { DatabaseProblem } from './db/problem.ts'
import { ControlError } from './errors.ts'
import { adminUrl, type Options } from './options.ts'

type Started = Awaited<ReturnType<App['start']>>

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

function greet({ admin, setupToken, status }: Started, options: Options): void {
  const url = adminUrl(admin)
  print('')
  print(`  Evenkeel is running.`)
  print('')
  print(`  Dashboard   ${setupToken === undefined ? url : `${url}/setup?token=${setupToken}`}`)
  if (setupToken !== undefined)
    print('              (open it once to create the administrator; the token works until then)')
  for (const listener of status.listeners) {
    print(
      `  Traffic     ${listener.protocol}://${listener.address}   listener "${listener.id}"${listener.problem === null ? '' : `   NOT LISTENING: ${listener.problem}`}`,
    )
  }
  print(`  Data        ${options.data}`)
  print('')
  if (process.env.EVENKEEL_TEST_READY !== undefined) {
    const listeners = status.listeners.map(({ id, address }) => ({ id, address }))
    const setupUrl = setupToken === undefined ? null : `${url}/setup?token=${setupToken}`
    print(`EVENKEEL_READY ${JSON.stringify({ admin: url, listeners, setupUrl })}`)
  }
}

function onSignals(app: App, log: pino.Logger): void {
  let stopping = false
  const stop = (signal: string) => {
    if (stopping) {
      log.warn({ signal }, 'stopping at once')
      process.exit(0)
    }
    stopping = true
    log.info({ signal }, 'draining; send the signal again to stop at once')
    app.drain().then(
      () => process.exit(0),
      (error) => giveUp(error),
    )
  }
  process.on('SIGTERM', () => stop('SIGTERM'))
  process.on('SIGINT', () => stop('SIGINT'))
  process.on('SIGHUP', () => {
    app.reapply().then(
      () => log.info('configuration file applied again'),
      (error) => log.error({ err: error }, 'the configuration file was not applied; the one in force stays'),
    )
  })
}

/** Starts the application and leaves it running; exits with a reason when it cannot start. */
export async function run(options: Options, version: string): Promise<void> {
  const log = pino(
    { level: options.logLevel, base: undefined, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  )
  // A fault in one part of the control plane must not stop the traffic of the workers.
  process.on('uncaughtException', (error) => log.error({ err: error }, 'uncaught exception'))
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'))
  let app: App
  try {
    app = createApp(options, log, version)
  } catch (error) {
    return giveUp(error)
  }
  onSignals(app, log)
  try {
    greet(await app.start(), options)
  } catch (error) {
    await app.stopNow().catch(() => undefined)
    giveUp(error)
  }
}
