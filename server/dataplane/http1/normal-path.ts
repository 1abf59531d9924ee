export function normalTarget(path: string): string | undefined {
  return path
}
