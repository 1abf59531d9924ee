/** How bad something is, by shape, colour and word: never by colour alone. */
import type { Health } from '../../shared/api/live.ts'

export const severityMarks: Record<Health['severity'], { tone: string; shape: string; word: string }> = {
  ok: { tone: 'good', shape: '●', word: 'all is well' },
  notice: { tone: 'dim', shape: '◐', word: 'worth knowing' },
  warning: { tone: 'warn', shape: '▲', word: 'needs attention' },
  error: { tone: 'bad', shape: '✕', word: 'traffic is being lost' },
}
