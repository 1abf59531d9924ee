/** Types of prepare.mjs for those who are checked: it runs on a Node that knows no types. */
export const root: string
export function serverCommand(args: readonly string[]): {
  file: string
  args: string[]
  env: Record<string, string | undefined>
}
