/** Who may import whom: the walls of docs/architecture.md, checked on the code as it is. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'

const LONGEST_FILE = 260

/** For each room: what it may import besides itself. `node` is any `node:` module; a package is named. */
const walls = {
  'server/core': ['shared'],
  'server/threads': ['node'],
  'server/dataplane': ['server/core', 'server/threads', 'shared', 'node', 'http-proxy'],
  'server/monitors': ['server/core', 'shared', 'node'],
  'server/telemetry': ['server/core', 'shared', 'prom-client', 'zod'],
  'server/control': ['server/core', 'server/db', 'server/errors.ts', 'shared', 'node', 'yaml', 'zod'],
  'server/simulation': ['server/core', 'server/threads', 'shared', 'node'],
  'server/db': ['shared', 'node', 'better-sqlite3', 'zod'],
  'server/api': [
    'server/control',
    'server/errors.ts',
    'shared',
    'node',
    'zod',
    'fastify',
    '@fastify',
    'fastify-type-provider-zod',
  ],
  'server/demo': ['server/threads', 'shared', 'node'],
  shared: ['zod'],
  'web/app': ['web/features', 'web/components', 'web/lib', 'shared', 'package'],
  'web/features': ['web/components', 'web/lib', 'shared', 'package'],
  'web/components': ['web/lib', 'shared', 'package'],
  'web/lib': ['shared', 'package'],
}
/** Only these rooms may import these packages. */
const keepers = {
  'better-sqlite3': 'server/db',
  fastify: 'server/api',
  '@fastify': 'server/api',
  'http-proxy': 'server/dataplane',
}
/** What a pure room must not touch. */
const impure = /\bDate\.now\b|\bMath\.random\b|\bsetTimeout\b|\bsetInterval\b|\bperformance\.now\b/

const isTest = (path) =>
  /\.(test|integration\.test|property\.test)\.tsx?$/.test(path) || /(^|\/)(testing|conformance)(\/|\.ts$)/.test(path)

function modulesUnder(root, folder, found = []) {
  let entries = []
  try {
    entries = readdirSync(join(root, folder), { withFileTypes: true })
  } catch {
    return found
  }
  for (const entry of entries) {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) modulesUnder(root, path, found)
    else if (/\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts')) found.push(path)
  }
  return found
}

const roomOf = (path) => Object.keys(walls).find((room) => path.startsWith(`${room}/`))

/** What a module imports: paths of the tree and names of packages. */
function importsOf(root, path, text) {
  const found = []
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g
  for (const match of text.matchAll(pattern)) {
    const name = match[1] ?? match[2] ?? match[3]
    if (!name.startsWith('.')) found.push({ name, target: undefined })
    else
      found.push({
        name,
        target: relative(root, resolve(join(root, dirname(path)), name))
          .split(sep)
          .join('/'),
      })
  }
  return found
}

function featureOf(path) {
  return /^web\/features\/([^/]+)\//.exec(path)?.[1]
}

function mayImport(allowed, { name, target }) {
  if (target !== undefined) return allowed.some((place) => target === place || target.startsWith(`${place}/`))
  if (name.startsWith('node:')) return allowed.includes('node')
  return allowed.includes('package') || allowed.some((place) => name === place || name.startsWith(`${place}/`))
}

function faultsOfImport(path, room, imported) {
  const faults = []
  const { name, target } = imported
  if (target?.startsWith('server/') && path.startsWith('web/'))
    faults.push(`imports ${target}: the page shares only shared/ with the server`)
  if (isTest(path)) return faults
  const from = featureOf(path)
  const to = target === undefined ? undefined : featureOf(target)
  if (from !== undefined && to !== undefined && from !== to)
    faults.push(`imports feature ${to}: features never import each other; join them in web/app`)
  const keeper = Object.entries(keepers).find(([kept]) => name === kept || name.startsWith(`${kept}/`))
  if (keeper && !path.startsWith(`${keeper[1]}/`)) faults.push(`imports ${name}: only ${keeper[1]} may; go through it`)
  if (room === undefined || target?.startsWith(`${room}/`)) return faults
  if (!mayImport(walls[room], imported))
    faults.push(
      `imports ${target ?? name}: ${room} may import ${walls[room].join(', ')}; declare an interface and let app.ts fill it in`,
    )
  return faults
}

/** First cycle among the modules, as a list of paths, or undefined. */
function findCycle(graph) {
  const state = new Map()
  const trail = []
  const visit = (path) => {
    if (state.get(path) === 'done') return undefined
    if (state.get(path) === 'open') return [...trail.slice(trail.indexOf(path)), path]
    state.set(path, 'open')
    trail.push(path)
    for (const next of graph.get(path) ?? []) {
      const cycle = visit(next)
      if (cycle) return cycle
    }
    trail.pop()
    state.set(path, 'done')
    return undefined
  }
  for (const path of graph.keys()) {
    const cycle = visit(path)
    if (cycle) return cycle
  }
  return undefined
}

/** Reads every module under `root` and answers how many there were and what is wrong, one line each. */
export function checkImports(root) {
  const paths = ['server', 'shared', 'web'].flatMap((folder) => modulesUnder(root, folder))
  const faults = []
  const graph = new Map()
  for (const path of paths) {
    const text = readFileSync(join(root, path), 'utf8')
    const room = roomOf(path)
    const imports = importsOf(root, path, text)
    for (const imported of imports)
      for (const fault of faultsOfImport(path, room, imported)) faults.push(`${path} ${fault}`)
    if (isTest(path)) continue
    // Types may point both ways between neighbours; a cycle of values may not be.
    const values = importsOf(root, path, text.replace(/(?:import|export)\s+type\s[^;]*?from\s*['"][^'"]+['"]/g, ''))
    graph.set(
      path,
      values.flatMap(({ target }) => target ?? []),
    )
    const lines = text.split('\n').length - 1
    if (lines > LONGEST_FILE)
      faults.push(`${path} has ${lines} lines, more than ${LONGEST_FILE}: find the second idea in it`)
    if (path.startsWith('server/core/') && impure.test(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')))
      faults.push(`${path} asks the machine for time or chance: core gets both as parameters`)
  }
  const cycle = findCycle(graph)
  if (cycle) faults.push(`${cycle.join(' → ')} is a cycle`)
  if (paths.length === 0) faults.push('no modules were read: the check looked in the wrong place')
  return { modules: paths.length, faults }
}
