/** `npm test`: installs what is missing, checks everything in order, and closes with "N passed, N failed". Names of stages run only those. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { findChromium } from './chromium.mjs'
import { buildPage, install, nodeBinary, requireNode, root } from './prepare.mjs'

requireNode()
install()

const node = nodeBinary()
const bin = (...parts) => join(root, 'node_modules', ...parts)
const reports = join(root, 'test-results')
mkdirSync(reports, { recursive: true })

const run = (command, args, env = {}) =>
  spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } }).status

/** A stage that passes or fails as a whole. */
function whole(command, args) {
  return () => (run(command, args) === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 })
}

function readReport(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}

/** Skipped tests count as failed, and so does a run without tests or a file that did not even start. */
function vitest(project) {
  return () => {
    const file = join(reports, `${project}.json`)
    rmSync(file, { force: true })
    const args = [
      bin('vitest', 'vitest.mjs'),
      'run',
      '--project',
      project,
      '--reporter=dot',
      '--reporter=json',
      `--outputFile=${file}`,
    ]
    const status = run(node, args)
    const report = readReport(file)
    if (report === undefined) return { passed: 0, failed: 1 }
    const passed = report.numPassedTests
    const failed = report.numTotalTests - passed
    return { passed, failed: failed + (failed === 0 && (passed === 0 || status !== 0) ? 1 : 0) }
  }
}

function browser() {
  buildPage()
  const chromium = findChromium()
  if (chromium === undefined) {
    process.stdout.write('No Chromium was found and none could be installed: set EVENKEEL_CHROMIUM to one.\n')
    return { passed: 0, failed: 1 }
  }
  const file = join(reports, 'browser.json')
  rmSync(file, { force: true })
  const status = run(node, [bin('@playwright', 'test', 'cli.js'), 'test'], {
    EVENKEEL_CHROMIUM: chromium,
    PLAYWRIGHT_JSON_OUTPUT_NAME: file,
  })
  const stats = readReport(file)?.stats
  if (stats === undefined) return { passed: 0, failed: 1 }
  const failed = stats.unexpected + stats.flaky + stats.skipped
  return { passed: stats.expected, failed: failed + (failed === 0 && (stats.expected === 0 || status !== 0) ? 1 : 0) }
}

const stages = {
  format: whole(node, [bin('@biomejs', 'biome', 'bin', 'biome'), 'check', '.']),
  types: whole(node, [bin('typescript', 'bin', 'tsc'), '--noEmit']),
  imports: whole(node, ['scripts/check-imports.mjs']),
  unit: vitest('unit'),
  integration: vitest('integration'),
  browser,
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in stages))
if (unknown.length > 0) {
  process.stderr.write(`no such stage: ${unknown.join(', ')}; there are ${Object.keys(stages).join(', ')}\n`)
  process.exit(2)
}

const rows = []
for (const [name, stage] of Object.entries(stages)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  process.stdout.write(`\n── ${name}\n`)
  const began = Date.now()
  rows.push({ name, ...stage(), seconds: Math.round((Date.now() - began) / 1000) })
}
process.stdout.write('\n')
for (const { name, passed, failed, seconds } of rows) {
  process.stdout.write(
    `${name.padEnd(14)}${String(passed).padStart(5)} passed ${String(failed).padStart(4)} failed ${String(seconds).padStart(5)} s\n`,
  )
}
const sum = (key) => rows.reduce((total, row) => total + row[key], 0)
process.stdout.write(`\n${sum('passed')} passed, ${sum('failed')} failed\n`)
process.exit(sum('failed') === 0 && sum('passed') > 0 ? 0 : 1)
