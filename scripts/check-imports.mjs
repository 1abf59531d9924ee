/** Fails when a module imports what its room may not, or when no modules were read. */
import { checkImports } from './import-rules.mjs'
import { root } from './prepare.mjs'

const { modules, faults } = checkImports(root)
for (const fault of faults) process.stdout.write(`${fault}\n`)
process.stdout.write(`${modules} modules read, ${faults.length} faults\n`)
process.exit(faults.length === 0 ? 0 : 1)
