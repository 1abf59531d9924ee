/** What the http-proxy engine cannot do, by the name of the story, and why. `docs/engines.md` has the same list; a test compares them. */
export const cannot: Readonly<Record<string, string>> = {
  'answers what was pipelined although the client has half-closed behind it':
    'node:http takes a half-closed client for one that has left.',
  'passes a refusal on to a client that waits for 100, and closes':
    'It says 100 (Continue) itself, before the backend has been asked.',
  'refuses two spaces in the request line, closes, and tells no backend of it':
    "Node's parser takes them for one; the request is forwarded with one.",
  'refuses a chunk size beyond 2^53, closes, and tells no backend of it':
    "Node's parser takes chunk sizes up to 2^64; the body ends in 408 when the bytes do not come.",
  'passes trailers on, both ways': 'Trailers are dropped, as RFC 9110 §6.5.1 allows.',
  'passes half-close of the backend on: the client may still speak':
    'node:http ends its side of a backend connection as soon as the backend has ended its own.',
}
