/** Ways into the balancer: rows of the scoreboard that count by listener and route what no backend's row can tell. */

/** Begins the name of a listener where that of a pool would stand; no id begins with it. */
const WAY = '>'

/** Name of a listener's rows: with a route's id those that came by it, with '' those that found none. */
export const wayOf = (listener: string): string => WAY + listener

/** The listener of a row that counts a way; undefined for rows of pools and backends. */
export function listenerOf(name: string): string | undefined {
  return name.startsWith(WAY) ? name.slice(WAY.length) : undefined
}
