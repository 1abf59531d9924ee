/** What flowed through the balancer in the last 10 seconds, by where it came in: types of `GET /api/v1/status` and the live stream. */

/** Requests of one way in the window. Each is counted once, when its route is looked for, however often it is tried. */
export interface Flow {
  requests: number
  /** Of all responses of the window, those with a status of 500 and more, of a backend or of Evenkeel itself. */
  failed: number
  /** Of all responses of the window, those that Evenkeel gave itself instead of a backend, whatever their status. */
  refused: number
}

/** Those with traffic in the window; who is not in a list had none. */
export interface Flows {
  /** Real length of the window in seconds: at most 10, less after a start or a gap; 0: nothing is known yet. */
  seconds: number
  /** Requests that came by a route of a listener. */
  routes: ({ listener: string; route: string } & Flow)[]
  /** Requests to a listener that found no route, or could not be understood. */
  unrouted: ({ listener: string } & Flow)[]
  /** Requests to a pool that no backend got: none took traffic, or the queue was full. */
  unserved: ({ pool: string } & Flow)[]
}

/** Before anything is known. */
export const NO_FLOWS: Flows = { seconds: 0, routes: [], unrouted: [], unserved: [] }
