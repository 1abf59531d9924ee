/** Waiting without sleeping: looks again and again until something is true, and says what was awaited when it never is. */

/** Resolves as soon as `is()` holds; rejects after `ms` milliseconds. */
export async function until(what: string, is: () => boolean, ms = 5000): Promise<void> {
  const end = performance.now() + ms
  while (!is()) {
    if (performance.now() > end) throw new Error(`waited ${ms} ms in vain for: ${what}`)
    await new Promise<void>((resolve) => setTimeout(resolve, 2))
  }
}

/** The promise's value, or an error that names what was awaited after `ms` milliseconds. */
export function within<T>(what: string, promise: Promise<T>, ms = 5000): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms} ms in vain for: ${what}`)), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
