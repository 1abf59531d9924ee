/** Says why an address cannot be listened on: the port, who holds it where that can be seen, and the ways out. */
import { parseHostPort } from '../../shared/address.ts'
import { ControlError } from '../errors.ts'
import type { BindProblem } from './data-plane.ts'
import { type PortHolders, portHolders } from './port-holder.ts'

function inUseBy({ self, others }: PortHolders): string {
  if (others.length > 0) return others.slice(0, 3).join(', ')
  return self ? 'this very process (another listener, or the dashboard)' : 'another program'
}

/** What is wrong with an address, and the ways out: `port 8080 is in use by nginx (pid 812). Stop it, …`. */
export async function bindReason(bind: string, problem: string): Promise<string> {
  const port = parseHostPort(bind, true)?.port ?? 0
  if (problem.includes('EADDRINUSE'))
    return `port ${port} is in use by ${inUseBy(await portHolders(bind))}. Stop it, choose another port, or bind another address of this machine.`
  if (problem.includes('EACCES'))
    return (
      `port ${port} needs a right this process does not have. Choose a port above 1023; or allow it with ` +
      `"sudo setcap cap_net_bind_service=+ep $(readlink -f $(which node))"; or lower the limit with ` +
      `"sudo sysctl net.ipv4.ip_unprivileged_port_start=${port}".`
    )
  if (problem.includes('EADDRNOTAVAIL'))
    return 'this machine does not have that address. Use 0.0.0.0 for every IPv4 address, or one that the machine has.'
  if (problem.includes('ENOTFOUND') || problem.includes('EAI_AGAIN'))
    return 'the name cannot be resolved. Write an address of this machine, or 0.0.0.0 for every IPv4 address.'
  return `${problem}.`
}

/** One sentence and the ways out for one bind that failed. */
export async function explainBind({ listener, bind, problem }: BindProblem): Promise<string> {
  return `Listener "${listener}" cannot listen on ${bind}: ${await bindReason(bind, problem)}`
}

/** The `cannot-bind` error for everything that failed. */
export async function bindError(problems: BindProblem[]): Promise<ControlError> {
  const details = await Promise.all(problems.map(explainBind))
  const issues = problems.map((problem, index) => ({
    path: `listeners.${problem.listener}.bind`,
    message: details[index] as string,
  }))
  return new ControlError('cannot-bind', `${details.join(' ')} Nothing has changed.`, { issues })
}
