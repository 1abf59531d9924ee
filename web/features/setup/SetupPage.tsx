/** The first minute. */
export function SetupPage() {
  return <h1>Set-up</h1>
}
