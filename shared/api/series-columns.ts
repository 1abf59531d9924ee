/** Apart from the schemas, so that the page can know the columns without loading a validator. */

/** Order of the numbers in a point. */
export const seriesColumns = [
  't',
  'requests',
  's1xx',
  's2xx',
  's3xx',
  's4xx',
  's5xx',
  'ours',
  'aborted',
  'retries',
  'bytesIn',
  'bytesOut',
  'inFlight',
  'p50',
  'p95',
  'p99',
  /** How many seconds of the step were counted. A rate is a count divided by it. */
  'seconds',
] as const
