/**
 * Parts of the page that are loaded apart from it: its screens and dialogs. They are fetched while there is time, so that they are here
 * when the balancer is not. One that cannot be had says so where it would stand, and can be asked for again.
 */
import { type ComponentType, createElement, type ReactNode } from 'react'

/** A part of the page did not come: the balancer is gone for the moment, or another version of it runs by now. */
export class PartMissing extends Error {
  override readonly name = 'PartMissing'
}

export type Part<P> = ((props: P) => ReactNode) & { preload(): Promise<void> }

interface Asked {
  load(): Promise<void>
  forget(): void
}

const asked = new Set<Asked>()

/** A component that comes by itself when it is first drawn, or before. While it is missing it throws `PartMissing`. */
export function part<P extends object>(load: () => Promise<ComponentType<P>>): Part<P> {
  let here: ComponentType<P> | undefined
  let coming: Promise<void> | undefined
  let failure: PartMissing | undefined
  const entry: Asked = {
    load() {
      coming ??= load().then(
        (component) => {
          here = component
          failure = undefined
        },
        (cause) => {
          failure = new PartMissing('a part of the page did not come', { cause })
        },
      )
      return coming
    },
    forget() {
      if (failure === undefined) return
      failure = undefined
      coming = undefined
    },
  }
  asked.add(entry)
  const draw = (props: P): ReactNode => {
    if (failure !== undefined) throw failure
    // Thrown as it is: what waits for it draws again once it has come, or failed.
    if (here === undefined) throw entry.load()
    return createElement(here, props)
  }
  return Object.assign(draw, { preload: entry.load })
}

/** Lets every part that did not come be asked for again. */
export function forgetMissing(): void {
  for (const { forget } of asked) forget()
}

/** Fetches every part, one after the other, so that what is being looked at goes first. Those that did not come are asked for again. */
export async function loadAllParts(): Promise<void> {
  forgetMissing()
  for (const { load } of asked) await load()
}

/** What became of the balancer that this page came from. */
export type Origin = 'unreachable' | 'updated' | 'same'

/** Asks for the start page as it is now: another version names another script. Never throws. */
export async function lookAtOrigin(): Promise<Origin> {
  const script = document.querySelector<HTMLScriptElement>('script[type=module][src]')
  const name = script?.src.split('/').at(-1) ?? ''
  try {
    const answer = await fetch(document.baseURI.split(/[?#]/)[0] ?? '/', {
      cache: 'no-store',
      headers: { accept: 'text/html' },
      signal: AbortSignal.timeout(5000),
    })
    if (!answer.ok) return 'unreachable'
    const text = await answer.text()
    if (!text.includes('id="root"')) return 'unreachable'
    return text.includes(name) ? 'same' : 'updated'
  } catch {
    return 'unreachable'
  }
}
