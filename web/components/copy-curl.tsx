/** Every action is one documented API call: copies it as a curl command. */
import { Button, CopyButton } from '@mantine/core'
import { IconCheck, IconTerminal2 } from '@tabler/icons-react'

export interface CurlCall {
  method: string
  path: string
  body?: unknown
}

/** The command, with a token to fill in. */
export function curlOf({ method, path, body }: CurlCall, origin = window.location.origin): string {
  const data =
    body === undefined
      ? ''
      : ` \\\n  -H 'content-type: application/json' -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`
  return `curl -X ${method} ${origin}/api/v1${path} \\\n  -H "authorization: Bearer $EVENKEEL_TOKEN"${data}`
}

export function CopyCurl({ call }: { call: CurlCall }) {
  return (
    <CopyButton value={curlOf(call)}>
      {({ copied, copy }) => (
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          onClick={copy}
          leftSection={copied ? <IconCheck size={14} /> : <IconTerminal2 size={14} />}
        >
          {copied ? 'Copied' : 'Copy as curl'}
        </Button>
      )}
    </CopyButton>
  )
}
