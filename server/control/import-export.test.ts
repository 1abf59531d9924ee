import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { type ConfigDocument, configSchema } from '../../shared/config/config.ts'
import { type ControlWorld, controlWorld, smallDocument } from '../testing/admin-world.ts'
import { createConfigFile, defaultDocument, exportYaml, parseConfigText } from './import-export.ts'

let world: ControlWorld
afterEach(() => world?.close())

describe('configuration text', () => {
  it('comes back unchanged from YAML', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/)
    const pools = fc.uniqueArray(
      fc.record({
        id: name,
        backends: fc.uniqueArray(fc.record({ id: name, address: fc.constant('10.0.0.1:80') }), {
          selector: (b) => b.id,
        }),
      }),
      { selector: (pool) => pool.id, maxLength: 4 },
    )
    fc.assert(
      fc.property(pools, (list) => {
        const document: ConfigDocument = { version: 1, pools: list }
        expect(parseConfigText(exportYaml(document))).toEqual(document)
        expect(parseConfigText(JSON.stringify(document))).toEqual(document)
      }),
    )
  })

  it('has faults with line and column', () => {
    expect(() => parseConfigText('version: 1\npools:\n  - id: a\n id: b\n')).toThrow(/line 4/)
    expect(() => parseConfigText('a: 1\na: 2\n')).toThrow(/line 2/)
    expect(() => parseConfigText('a: 1\nb: [*x]\n')).toThrow(
      'line 2, column 5: there is no anchor &x before *x; write it, or write the value out',
    )
  })

  it('has a default that is valid', () => {
    expect(configSchema.parse(defaultDocument()).listeners[0]?.bind).toBe('0.0.0.0:8080')
  })
})

describe('a configuration file', () => {
  it('is applied when it differs from the last time, or when forced', async () => {
    world = await controlWorld()
    const { control, db, directory } = world
    const path = join(directory, 'evenkeel.yaml')
    const file = createConfigFile({ file: path, control, db })
    writeFileSync(path, exportYaml({ ...smallDocument(), settings: { drain: '5s' } }))
    expect((await file.apply())?.revision).toBe(2)
    expect(await file.apply()).toBeUndefined()
    await control.change({ edit: () => smallDocument(), author: 'ada' })
    expect(await file.apply()).toBeUndefined()
    expect((await file.apply(true))?.revision).toBe(4)
    expect(control.current().document.settings).toEqual({ drain: '5s' })
  })

  it('names file and line of what is wrong', async () => {
    world = await controlWorld()
    const { control, db, directory } = world
    const path = join(directory, 'evenkeel.yaml')
    const file = createConfigFile({ file: path, control, db })
    writeFileSync(path, 'version: 1\npools:\n  - id: app\n    backends:\n      - { id: a, address: nonsense }\n')
    await expect(file.apply()).rejects.toThrow(
      /evenkeel\.yaml, line 5, pools\.0\.backends\.0\.address: the port is missing; write nonsense:80/,
    )
    await expect(createConfigFile({ file: `${path}.gone`, control, db }).apply()).rejects.toThrow('cannot be read')
  })
})
