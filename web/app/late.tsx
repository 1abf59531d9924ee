/** Pages and dialogs by file name, loaded when they are first needed. */
import { type ComponentType, lazy } from 'react'

const modules = import.meta.glob<Record<string, ComponentType<never>>>([
  '../features/pool/PoolPage.tsx',
  '../features/*/*Dialog.tsx',
])

export function late<P extends object>(path: string): ComponentType<P> {
  const load = modules[`../features/${path}.tsx`]
  const name = path.split('/').at(-1) as string
  if (!load) return () => null
  return lazy(async () => ({ default: (await load())[name] as unknown as ComponentType<P> }))
}
