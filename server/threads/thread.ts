/**
 * Starts the threads of the process, each with memory limits of its own. Both limits are always given: V8 turns every collection into a
 * full one when the old generation has no room for the whole young one, and its default for the young one is as large as a small old one.
 */
import { setFlagsFromString } from 'node:v8'
import { Worker, type WorkerOptions } from 'node:worker_threads'

export interface ThreadMemory {
  /** What lives short, in MB: two halves and a buffer. V8 makes each a power of two, so 16 is 8 + 8 and 8 for what is large. */
  readonly youngMb: number
  /** What lives long, in MB; a thread that needs more is ended. */
  readonly oldMb: number
}

/** Memory of each kind of thread. The main thread gets its own on the command line (`--max-semi-space-size`). */
export const threadMemory = {
  /** Makes many short-lived things, and holds the bodies that are under way. */
  traffic: { youngMb: 16, oldMb: 4096 },
  /** Three small servers and a client. */
  demo: { youngMb: 16, oldMb: 128 },
  /** Sixty thousand requests take some 50 MB; one that wants much more is a fault of ours and must not take the process with it. */
  simulation: { youngMb: 48, oldMb: 512 },
} as const satisfies Record<string, ThreadMemory>

export type ThreadKind = keyof typeof threadMemory

/** What `heap_size_limit` of V8's statistics says in a thread of this kind, in MB. */
export function heapLimitMb({ youngMb, oldMb }: ThreadMemory): number {
  const half = 2 ** Math.ceil(Math.log2(youngMb / 3))
  return oldMb + 3 * half
}

/** Starts a thread of this kind; `resourceLimits` are ours to give. */
export function startThread(kind: ThreadKind, module: URL, options: Omit<WorkerOptions, 'resourceLimits'>): Worker {
  // The bound that the main thread was started with holds for the whole process and goes before the limits of a thread. The heap of the
  // main thread has it already and keeps it; 0 means "not given", and nothing takes its default, because every thread has limits.
  setFlagsFromString('--max-semi-space-size=0')
  const { youngMb, oldMb } = threadMemory[kind]
  return new Worker(module, {
    ...options,
    resourceLimits: { maxYoungGenerationSizeMb: youngMb, maxOldGenerationSizeMb: oldMb },
  })
}
