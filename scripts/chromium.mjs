/** Finds a Chromium for the browser tests: the one named, the system's, Playwright's, or Debian's package when this is root. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { nodeBinary, root } from './prepare.mjs'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
/** Longest try of a download, in milliseconds: a closed network may just hang. */
const DOWNLOAD_MS = 120_000

function onPath() {
  for (const directory of (process.env.PATH ?? '').split(':')) {
    const found = NAMES.map((name) => join(directory, name)).find((path) => existsSync(path))
    if (found !== undefined) return found
  }
  return undefined
}

function playwrights() {
  try {
    const path = createRequire(join(root, 'package.json'))('playwright-core').chromium.executablePath()
    return existsSync(path) ? path : undefined
  } catch {
    return undefined
  }
}

function download() {
  const cli = join(root, 'node_modules', 'playwright-core', 'cli.js')
  spawnSync(nodeBinary(), [cli, 'install', 'chromium'], { cwd: root, stdio: 'ignore', timeout: DOWNLOAD_MS })
  return playwrights()
}

function debianPackage() {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined
  process.stdout.write('Installing Chromium from the Debian package.\n')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore', env })
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-liberation'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env,
  })
  return onPath()
}

/** Path of a Chromium, or undefined when there is none to be had. */
export function findChromium() {
  const named = process.env.EVENKEEL_CHROMIUM
  if (named !== undefined && existsSync(named)) return named
  return onPath() ?? playwrights() ?? debianPackage() ?? download()
}
