/** Where the dashboard is: at the root of its host, or below a path of another server (`--admin-path`). */

/** The path without a slash at its end, such as `/lb`; empty at the root. The server writes it into the start page. */
export const basePath: string =
  typeof document === 'undefined'
    ? ''
    : (document.querySelector<HTMLMetaElement>('meta[name="evenkeel-path"]')?.content ?? '')

/** Address of a file or of the API on our own server: `at('/api/v1/status')`. */
export const at = (path: string): string => `${basePath}${path}`

/** Where a page that was opened without the path belongs; undefined when it was opened with it. */
export function withBasePath(
  { pathname, search }: Pick<Location, 'pathname' | 'search'>,
  base = basePath,
): string | undefined {
  if (pathname.startsWith(`${base}/`)) return undefined
  return pathname === base ? `${base}/${search}` : `${base}${pathname}${search}`
}

/** For commands that are run elsewhere: origin and path, without a slash at its end. */
export const publicUrl = (): string => `${window.location.origin}${basePath}`
