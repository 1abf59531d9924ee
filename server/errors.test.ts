import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ControlError, errorCatalogue } from './errors.ts'
import { configurationPage } from './testing/config-page.ts'

const root = join(import.meta.dirname, '..')

function errorsPage(): string {
  const sections = Object.entries(errorCatalogue).map(
    ([code, { status, title, advice }]) => `## \`${code}\`\n\n${status} · ${title}.\n\n${advice}`,
  )
  const intro = `# Errors of the admin API

Failures are \`application/problem+json\` (RFC 9457): \`type\` (\`urn:evenkeel:error:<code>\`), \`title\`, \`status\`, \`code\`, \`detail\` (what
happened, why, what to do), and where they apply \`issues\` (every fault with its dotted path) and \`revision\` (the current one).
This page is written from \`server/errors.ts\`; a test fails when they differ.`
  return `${[intro, ...sections].join('\n\n')}\n`
}

describe('the pages written from the code', () => {
  it('list every error', () => expect(errorsPage()).toMatchFileSnapshot(join(root, 'docs', 'errors.md')))
  it('list every field of the configuration', () =>
    expect(configurationPage()).toMatchFileSnapshot(join(root, 'docs', 'configuration.md')))
})

describe('the catalogue', () => {
  it('has nothing that is never used', () => {
    const files = globSync('server/{control,api}/*.ts', { cwd: root }).filter((file) => !file.endsWith('.test.ts'))
    const source = files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n')
    const unused = Object.keys(errorCatalogue).filter((code) => !source.includes(`'${code}'`))
    expect(unused).toEqual([])
  })

  it('gives each error its status', () => {
    expect(new ControlError('stale-revision', 'x', { revision: 3 })).toMatchObject({ status: 412, revision: 3 })
  })
})
