/** Apart from the schemas, so that the page can list the kinds without loading a validator. */

export const eventKinds = [
  'availability',
  'ejection',
  'failing-open',
  'revision',
  'drain',
  'worker',
  'listener',
  'storage',
  'sign-in',
  'process',
] as const
