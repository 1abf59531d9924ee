/** Every action is one documented API call: copies it as a curl command. */
import { IconTerminal2 } from '@tabler/icons-react'
import { publicUrl } from '../lib/base-path.ts'
import { CopyButton } from './copy-button.tsx'

export interface CurlCall {
  method: string
  path: string
  body?: unknown
}

/** The command, with a token to fill in. */
export function curlOf({ method, path, body }: CurlCall, balancer = publicUrl()): string {
  const data =
    body === undefined
      ? ''
      : ` \\\n  -H 'content-type: application/json' -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`
  return `curl -X ${method} ${balancer}/api/v1${path} \\\n  -H "authorization: Bearer $EVENKEEL_TOKEN"${data}`
}

export function CopyCurl({ call }: { call: CurlCall }) {
  return (
    <CopyButton text={curlOf(call)} icon={<IconTerminal2 size={14} />}>
      Copy as curl
    </CopyButton>
  )
}
