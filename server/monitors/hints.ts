/** What to do about a failed probe, in plain words, for a person who is adding a backend. */
import type { FailureKind, ProbeTarget } from './probe.ts'

const loopback = (host: string) => host === 'localhost' || host === '::1' || host.startsWith('127.')

function nothingListens({ host, port }: ProbeTarget): string {
  const start = `Nothing listens on port ${port} at ${host}; is the service started?`
  return loopback(host)
    ? `${start} When this balancer runs in a container, ${host} is the container itself: use the name or address of the machine.`
    : `${start} If it is, it may listen on another port, or only on 127.0.0.1 of its own machine: let it listen on 0.0.0.0.`
}

const advice: Record<FailureKind, (target: ProbeTarget) => string | null> = {
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
    `Port ${port} accepts connections but does not answer in time. Is the service stuck or still starting, or is this path slow?`,
  closed: ({ port }) =>
    `Port ${port} accepts connections but closes them without a whole answer. Does it expect TLS or another protocol, or does it crash?`,
  'not-http': ({ port }) =>
    `Something answers on port ${port}, but not in HTTP. Does it expect TLS, or is it another service, such as a database?`,
  other: () => null,
}

/** Advice for a kind of failure; null when there is nothing useful to say beyond the failure itself. */
export function hintFor(kind: FailureKind, target: ProbeTarget): string | null {
  return advice[kind](target)
}
