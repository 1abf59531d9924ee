/** Resident memory of the process, in bytes. Reading it opens a file: while there are no descriptors left, the latest known value has to do. */
let latest = 0

export function residentBytes(read: () => number = process.memoryUsage.rss): number {
  try {
    latest = read()
  } catch {
    // EMFILE: whoever asks for the status must get it all the more when the process is short of descriptors.
  }
  return latest
}
