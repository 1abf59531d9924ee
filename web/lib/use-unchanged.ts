/** Keeps what is equal the same object, so that nothing that hangs on it is drawn again. */
import { replaceEqualDeep } from '@tanstack/react-query'
import { useRef } from 'react'

/** The value of before when the new one equals it. For plain data. */
export function useUnchanged<T>(value: T): T {
  const kept = useRef(value)
  kept.current = replaceEqualDeep(kept.current, value)
  return kept.current
}
