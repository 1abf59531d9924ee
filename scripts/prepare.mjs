/** What start and test do first: install from the lockfile, build the page; nothing when nothing changed. Runs on Node 18 with nothing installed. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const modules = join(root, 'node_modules')
const installStamp = join(modules, '.evenkeel-installed')
const page = join(root, 'dist', 'web')
const pageStamp = join(root, 'dist', '.evenkeel-page')

function fail(text) {
  process.stderr.write(`evenkeel: ${text}\n`)
  process.exit(1)
}

function hashOf(text) {
  return createHash('sha256').update(text).digest('hex')
}

/** Says what is wrong with this Node before anything needs more than it has. */
export function requireNode() {
  const major = Number(process.versions.node.split('.')[0])
  if (major < 18) fail(`Node ${process.versions.node} is too old; install Node 18 or newer.`)
}

/** Installs exactly what the lockfile says, once per lockfile. */
export function install() {
  const wanted = hashOf(readFileSync(join(root, 'package-lock.json')))
  if (existsSync(installStamp) && readFileSync(installStamp, 'utf8') === wanted) return
  process.stdout.write('Installing from the lockfile; this takes about a minute the first time.\n')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const args = ['ci', '--loglevel=error', '--no-fund', '--no-audit', '--include=dev']
  const { status, error } = spawnSync(npm, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (status !== 0)
    fail(
      `the installation failed${error ? `: ${error.message}` : ''}; the lines above say why. Run it again when that is mended.`,
    )
  writeFileSync(installStamp, wanted)
}

/** Path of the Node that runs the server: the pinned one, else this one when it is new enough. */
export function nodeBinary() {
  const pinned = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(pinned)) return pinned
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath
  return fail(
    `there is no pinned Node for this platform and ${process.versions.node} is too old; install Node 22.18 or newer.`,
  )
}

/** Size and time of every file the page is made of. */
function pageSources(directory, lines = []) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) pageSources(path, lines)
    else if (!/\.test\.tsx?$/.test(entry.name)) {
      const { size, mtimeMs } = statSync(path)
      lines.push(`${path} ${size} ${mtimeMs}`)
    }
  }
  return lines
}

/** Builds the page when a source of it has changed. */
export function buildPage() {
  const lines = [...pageSources(join(root, 'web')), ...pageSources(join(root, 'shared'))]
  for (const file of ['vite.config.ts', 'package-lock.json']) lines.push(readFileSync(join(root, file), 'utf8'))
  const wanted = hashOf(lines.sort().join('\n'))
  if (existsSync(join(page, 'index.html')) && existsSync(pageStamp) && readFileSync(pageStamp, 'utf8') === wanted)
    return
  process.stdout.write('Building the dashboard.\n')
  const vite = join(modules, 'vite', 'bin', 'vite.js')
  const { status, stdout, stderr } = spawnSync(nodeBinary(), [vite, 'build', '--logLevel', 'warn'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) fail(`the dashboard could not be built:\n${stdout}${stderr}`)
  mkdirSync(dirname(pageStamp), { recursive: true })
  writeFileSync(pageStamp, wanted)
}

/**
 * How the server is started. A small young generation in the main thread (server/threads gives every other thread its own), and compiled code
 * kept between starts, so that neither sources nor the TypeScript stripper stay in memory: 128 instead of 174 MB with one worker. The
 * cache lies in the installation and not in the shared temporary directory, where others could write code that we would run. SIGUSR1
 * opens no debugger.
 */
export function serverCommand(args) {
  return {
    file: nodeBinary(),
    args: ['--max-semi-space-size=2', '--disable-sigusr1', join(root, 'server', 'main.ts'), ...args],
    env: { NODE_COMPILE_CACHE: join(modules, '.evenkeel-cache'), ...process.env },
  }
}
