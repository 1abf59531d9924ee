/** An address that leads nowhere: what is there instead. */
import { NowhereState } from '../components/nowhere-state.tsx'

export function NotFoundPage() {
  return (
    <NowhereState title="There is no page at this address">
      The link may be mistyped, or of another version of Evenkeel.
    </NowhereState>
  )
}
