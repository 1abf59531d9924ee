/** The request again, with a token that has its choice recorded: a command to copy. */
import { Button, Code } from '@mantine/core'
import { IconTerminal2 } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import type { ExchangeRecord } from '../../../shared/api/records.ts'
import { CopyButton } from '../../components/copy-button.tsx'
import { api } from '../../lib/api.ts'
import { useStatus } from '../../lib/live.ts'
import { listenerUrl } from './empty.tsx'

interface DebugToken {
  field: string
  value: string
  /** Epoch milliseconds. */
  until: number
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`

/** Sends `exchange` anew through its listener at `url`, with what makes it be recorded. */
export function commandOf(exchange: ExchangeRecord, url: string, token: DebugToken): string {
  const method = exchange.method === 'GET' ? '' : `-X ${quoted(exchange.method)} `
  const lines = [
    `curl -i ${method}${quoted(url.replace(/\/$/, '') + exchange.path)}`,
    `-H ${quoted(`Host: ${exchange.host}`)}`,
    `-H ${quoted(`${token.field}: ${token.value}`)}`,
  ]
  return lines.join(' \\\n  ')
}

export function DebugCommand({ exchange }: { exchange: ExchangeRecord }) {
  const listener = useStatus()?.listeners.find(({ id }) => id === exchange.listener)
  const token = useMutation({ mutationFn: () => api<DebugToken>('POST', '/debug-token') })
  if (listener === undefined) return null
  if (token.data === undefined) {
    return (
      <>
        <Button
          size="xs"
          variant="default"
          loading={token.isPending}
          leftSection={<IconTerminal2 size={14} />}
          onClick={() => token.mutate()}
        >
          Make a command that shows it
        </Button>
        {token.isError && (
          <p role="alert" className="ek-bad">
            {token.error.message}
          </p>
        )}
      </>
    )
  }
  const command = commandOf(exchange, listenerUrl(listener.address), token.data)
  return (
    <>
      <Code block tabIndex={0} aria-label="The request again, with its reasons">
        {command}
      </Code>
      <div className="ek-req-bar">
        <span className="ek-dim">Good for ten minutes; no backend sees the token. A body has to be added by hand.</span>
        <CopyButton text={command}>Copy the command</CopyButton>
      </div>
    </>
  )
}
