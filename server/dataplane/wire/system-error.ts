/** Errors of the operating system, as libuv numbers them. */
import { getSystemErrorName } from 'node:util'

/** An error for a negative errno, with its name in `code`. `syscall`: what failed. */
export function systemError(status: number, syscall: string): NodeJS.ErrnoException {
  const code = status < 0 ? getSystemErrorName(status) : 'EBADF'
  return Object.assign(new Error(`${syscall} ${code}`), { code, errno: status, syscall })
}
