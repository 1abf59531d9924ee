// Checks everything; closes with "N passed, N failed".
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..')
const bin = (name) => join(root, 'node_modules', '.bin', name)
let passed = 0
let failed = 0
if (!existsSync(join(root, 'node_modules', '.bin', 'vitest'))) {
  const installed = spawnSync('npm', ['ci', '--loglevel=error'], { cwd: root, stdio: 'inherit' })
  if (installed.status !== 0) process.exit(1)
}
function check(name, command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  if (status === 0) passed += 1
  else {
    failed += 1
    console.log(`${name} failed`)
  }
}
check('format and lint', bin('biome'), ['check', '.'])
check('types', bin('tsc'), ['--noEmit'])
const report = join(root, 'test-results', 'vitest.json')
spawnSync(
  bin('node'),
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile=${report}`,
  ],
  { cwd: root, stdio: 'inherit' },
)
if (existsSync(report)) {
  const { numPassedTests, numTotalTests } = JSON.parse(readFileSync(report, 'utf8'))
  passed += numPassedTests
  failed += numTotalTests - numPassedTests
} else failed += 1
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
