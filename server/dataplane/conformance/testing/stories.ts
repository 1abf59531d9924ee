/** Runs every story against every engine, and checks after each that nothing is left behind. */
import { describe, it } from 'vitest'
import { cannot } from './cannot.ts'
import { type Variant, variants, World, type WorldOptions } from './world.ts'

export type Open = (options: WorldOptions) => Promise<World>
type Told = { name: string; tell: (open: Open, variant: Variant) => Promise<void>; ms: number }

/** Does this engine take part in the story? */
export function tells(variant: Variant, name: string): boolean {
  return variant !== 'http-proxy' || !Object.hasOwn(cannot, name)
}

/** A group of stories. `story(name, tell)` within `group` adds one; each is told once per engine. */
export function stories(
  group: string,
  add: (story: (name: string, tell: Told['tell'], ms?: number) => void) => void,
): void {
  const told: Told[] = []
  add((name, tell, ms = 15_000) => told.push({ name, tell, ms }))
  for (const variant of variants) {
    describe(`${group} (${variant})`, () => {
      for (const { name, tell, ms } of told) {
        if (tells(variant, name)) it(name, () => run(variant, tell), ms)
      }
    })
  }
}

async function run(variant: Variant, tell: Told['tell']): Promise<void> {
  const worlds: World[] = []
  const open: Open = async (options) => {
    const world = new World(variant, options)
    worlds.push(world)
    return world.open()
  }
  try {
    await tell(open, variant)
    for (const world of worlds) await world.end()
  } finally {
    for (const world of worlds) await world.abandon()
  }
}
