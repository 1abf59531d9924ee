/** Runs something at most once per interval, however often it is asked for; the last wish is always served. */
export function coalesce(intervalMs: number, run: () => void): () => void {
  let due = false
  return () => {
    if (due) return
    due = true
    setTimeout(() => {
      due = false
      run()
    }, intervalMs).unref()
  }
}
