/** Resolves with `what`, or after `ms` milliseconds without it. */
export async function within(ms: number, what: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([what, late])
  clearTimeout(timer)
}
