/** What the http-proxy engine cannot do, by the name of the story, and why. `docs/engines.md` has the same list; a test compares them. */
export const cannot: Readonly<Record<string, string>> = {
  'answers what was pipelined although the client has half-closed behind it':
    'node:http takes a half-closed client for one that has left.',
  'passes a refusal on to a client that waits for 100, and closes':
    'It says 100 (Continue) itself, before the backend has been asked.',
}
