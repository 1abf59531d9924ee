/**
 * What to do about a backend that does not pass, by kind of fault, in plain words. Asked by whoever shows a failed probe: the form that
 * adds a backend, "Test", and "Needs attention". Names only what exists: fields of the configuration and buttons by what is on them.
 */
import type { ProbeFault } from '../../shared/api/live.ts'

export interface FaultTarget {
  /** Without brackets. */
  host: string
  port: number
}

/** What an HTTP check asked for and got. */
export interface Asked {
  method: string
  path: string
  expect: readonly string[]
  /** Text that the response must contain, if any. */
  body?: string | undefined
  /** Status of the response; undefined when there was none. */
  status?: number | undefined
}

const loopback = (host: string) => host === 'localhost' || host === '::1' || host.startsWith('127.')

function nothingListens({ host, port }: FaultTarget): string {
  const start = `Nothing listens on port ${port} at ${host}; is the service started?`
  return loopback(host)
    ? `${start} When this balancer runs in a container, ${host} is the container itself: use the name or address of the machine.`
    : `${start} If it is, it may listen on another port, or only on 127.0.0.1 of its own machine: let it listen on 0.0.0.0.`
}

/** A response has come, with a status that is not expected. */
function unexpected({ method, path, expect, status = 0 }: Asked): string {
  const asked = `${method} ${path}`
  switch (status) {
    case 401:
    case 403:
      return `It refuses ${asked} without sign-in. Let the health check through, or send what it asks for with healthCheck.headers of the pool.`
    case 404:
    case 410:
      return `There is nothing at ${path}. Set healthCheck.path of the pool to an address that exists, or let the program respond to ${path}.`
    case 405:
      return `It does not allow ${method} at ${path}. Set healthCheck.method or healthCheck.path of the pool.`
    case 421:
      return 'It does not know the name that it is asked for. Set healthCheck.host of the pool to the name it serves.'
    case 429:
      return 'It limits how often it may be asked. Raise healthCheck.interval of the pool, or lift the limit for the health check.'
    case 502:
    case 504:
      return 'It is a proxy itself, and what stands behind it does not respond. Look there.'
    case 503:
      return 'The program runs and says that it is not ready: it is starting, overloaded, or lacks something it depends on. Its log tells which.'
  }
  if (status >= 500)
    return 'The program runs and fails on the health check itself. Look at its log, and at what it depends on: database, disk, other services.'
  const otherwise = `or list ${status} in healthCheck.expect (now ${expect.join(', ')}) when it is right.`
  if (status >= 300 && status < 400)
    return `It redirects ${asked} elsewhere. Set healthCheck.path of the pool to where it leads, ${otherwise}`
  return `It responds to ${asked} with a status that is not expected. Look at why, ${otherwise}`
}

const advice: Record<ProbeFault, (target: FaultTarget, asked: Asked) => string | null> = {
  name: ({ host }) =>
    `The name "${host}" leads nowhere from this machine. Check the spelling, or use the IP address. Names of Docker and Kubernetes are known only inside their network.`,
  'refused-by-policy': () =>
    'Link-local and cloud metadata addresses give away credentials of the machine. Use the ordinary address of the backend.',
  refused: nothingListens,
  'no-connection': ({ host, port }) =>
    `Nobody answers at ${host}. The machine may be off, or a firewall or security group drops connections to port ${port}.`,
  'no-route': ({ host }) =>
    `There is no way from this machine to ${host}. Check the address, the network and the firewall.`,
  'no-answer': ({ port }) =>
    `Port ${port} accepts connections but does not respond in time. Is the service stuck or still starting, or is this path slow?`,
  closed: ({ port }) =>
    `Port ${port} accepts connections but closes them without a whole response. Does it expect TLS or another protocol, or does it crash?`,
  'not-http': ({ port }) =>
    `Something responds on port ${port}, but not in HTTP. Does it expect TLS, or is it another service, such as a database?`,
  status: (_, asked) => unexpected(asked),
  body: (_, { body, path }) =>
    `It responds, but without the text "${body}". Look at what it says at ${path}, or change healthCheck.body of the pool.`,
  other: () => null,
}

/** What was asked when there is no HTTP check. */
export const NOT_ASKED: Asked = { method: 'GET', path: '/', expect: [] }

/** Advice for a kind of fault; null when there is nothing useful to say beyond the fault itself. */
export function faultAdvice(fault: ProbeFault, target: FaultTarget, asked: Asked = NOT_ASKED): string | null {
  return advice[fault](target, asked)
}
