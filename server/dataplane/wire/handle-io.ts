/**
 * Reads and writes straight on a TCP handle. The layers of `net.Socket` between handle and callback touch half a dozen objects per read and
 * allocate a request per write, which with a thousand connections is a tenth of all time. None of it is documented: `checkAdoption` tries
 * it on a real connection when a thread starts, and if anything is not as expected every connection goes through `net.Socket` instead,
 * slower and otherwise the same.
 */
import type { Socket } from 'node:net'
import { turnClock } from '../turn-clock.ts'
import { sharedBuffer } from './shared-buffer.ts'

/** Who gets the bytes of a handle. */
export interface ByteSink {
  /** The bytes of one read, valid until this returns. */
  bytes(buffer: Buffer, length: number): void
}

/** Who is told of everything else that happens to a handle without a `net.Socket`. */
export interface StreamWatcher {
  /** Nothing more will be read; `broken`: the connection failed. */
  readOver(broken: boolean): void
  /** The half-close has been sent, or never will be. */
  shutDone(): void
}

/** Who is told when what was not taken at once has been taken; `status` is 0 or a negative errno. */
export interface WriteOwner {
  written(status: number): void
}

interface ShutdownRequest {
  watcher: StreamWatcher
  oncomplete: (this: ShutdownRequest) => void
}

interface WriteRequest {
  owner: WriteOwner | undefined
  /** Keeps the memory alive that the kernel has not taken yet. */
  data: Buffer | string | undefined
  oncomplete: (this: WriteRequest, status: number) => void
}

type OnRead = (this: StreamHandle, memory: ArrayBuffer | undefined) => unknown

/** What is used of a TCP handle. */
export interface StreamHandle {
  onread: OnRead
  sink?: ByteSink
  watcher?: StreamWatcher | undefined
  writeLatin1String(request: WriteRequest, data: string): number
  writeBuffer(request: WriteRequest, data: Buffer): number
  shutdown(request: ShutdownRequest): number
}

interface StreamBinding {
  readonly WriteWrap: new () => WriteRequest
  readonly ShutdownWrap: new () => ShutdownRequest
  /** Results of the last call, read at the indices below. */
  readonly streamBaseState: Int32Array
  readonly kReadBytesOrError: number
  readonly kLastWriteWasAsync: number
}

function loadBinding(): StreamBinding | undefined {
  try {
    const { binding } = process as unknown as { binding(name: string): StreamBinding }
    const found = binding('stream_wrap')
    const whole =
      typeof found.WriteWrap === 'function' &&
      typeof found.ShutdownWrap === 'function' &&
      found.streamBaseState instanceof Int32Array &&
      Number.isInteger(found.kReadBytesOrError) &&
      Number.isInteger(found.kLastWriteWasAsync)
    return whole ? found : undefined
  } catch {
    return undefined
  }
}

const stream = loadBinding()
const state = stream?.streamBaseState ?? new Int32Array(1)
const readBytes = stream?.kReadBytesOrError ?? 0
/** What libuv calls the end of a stream (UV_EOF). */
const END_OF_FILE = -4095
const wasAsync = stream?.kLastWriteWasAsync ?? 0
/** What `net` itself does with a read; also takes ends and errors. The same function for every socket. */
let onReadOfNet: OnRead | undefined
let enabled = stream !== undefined

/** Turns direct reads and writes on or off for sockets made from now on. They stay off where the binding is not as expected. */
export function setHandleIo(on: boolean): void {
  enabled = on && stream !== undefined
}

/** Are reads and writes made on the handle? */
export function handleIoWorks(): boolean {
  return enabled
}

/** The handle of a connected socket, if it can be read and written directly. */
export function handleOf(socket: Socket): StreamHandle | undefined {
  if (!enabled) return undefined
  const handle = (socket as unknown as { _handle?: Partial<StreamHandle> | null })._handle
  const whole =
    typeof handle?.onread === 'function' &&
    typeof handle.writeLatin1String === 'function' &&
    typeof handle.writeBuffer === 'function'
  return whole ? (handle as StreamHandle) : undefined
}

/** Gives every read of a handle that reads into the shared buffer straight to `sink`; ends and errors to `watcher`, or else to its socket. */
export function readInto(handle: StreamHandle, sink: ByteSink, watcher?: StreamWatcher): void {
  if (watcher === undefined && handle.onread !== onRead) onReadOfNet = handle.onread
  handle.sink = sink
  handle.watcher = watcher
  handle.onread = onRead
}

function onRead(this: StreamHandle, memory: ArrayBuffer | undefined): unknown {
  const length = state[readBytes] as number
  if (length <= 0) return onNoRead(this, length, memory)
  turnClock.begin()
  try {
    ;(this.sink as ByteSink).bytes(sharedBuffer, length)
  } finally {
    turnClock.end()
  }
  return undefined
}

function onNoRead(handle: StreamHandle, status: number, memory: ArrayBuffer | undefined): unknown {
  if (handle.watcher === undefined) return onReadOfNet?.call(handle, memory)
  // 0: nothing was there after all.
  if (status < 0) handle.watcher.readOver(status !== END_OF_FILE)
  return undefined
}

/** Half-closes behind what is being written; `watcher` is told. 0, or the negative errno of a connection that is gone. */
export function shutDown(handle: StreamHandle, watcher: StreamWatcher): number {
  const request = new (stream as StreamBinding).ShutdownWrap()
  request.watcher = watcher
  request.oncomplete = onShutdown
  return handle.shutdown(request)
}

function onShutdown(this: ShutdownRequest): void {
  this.watcher.shutDone()
}

function onComplete(this: WriteRequest, status: number): void {
  const { owner } = this
  this.owner = undefined
  this.data = undefined
  owner?.written(status)
}

function newRequest(): WriteRequest {
  const request = new (stream as StreamBinding).WriteWrap()
  request.owner = undefined
  request.data = undefined
  request.oncomplete = onComplete
  return request
}

/** The request of the next write. The kernel nearly always takes a piece at once, and then the request has not been used. */
let spare: WriteRequest | undefined

/** The last piece has not been taken whole: its owner is told when it has. */
export const PENDING = 1

/** Writes a string of latin1 or bytes. 0: taken whole. `PENDING`: in order behind what is pending already. Negative: errno. */
export function writeTo(handle: StreamHandle, data: string | Buffer, owner: WriteOwner): number {
  spare ??= newRequest()
  const request = spare
  const status = typeof data === 'string' ? handle.writeLatin1String(request, data) : handle.writeBuffer(request, data)
  if (status !== 0 || state[wasAsync] === 0) return status
  request.owner = owner
  request.data = data
  spare = undefined
  return PENDING
}
