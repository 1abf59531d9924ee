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
  'takes chunked with a tab behind it from a client, and sends its own spelling on':
    "Node's parser refuses a tab behind it.",
  'passes trailers on, both ways': 'Trailers are dropped, as RFC 9110 §6.5.1 allows.',
  'passes half-close of the backend on: the client may still speak':
    'node:http ends its side of a backend connection as soon as the backend has ended its own.',
  'takes one length twice from a backend, and keeps its connection': "Node's parser refuses it.",
  'takes chunk sizes of a fixed width from a backend, and passes clean ones on': "Node's parser refuses the spaces.",
  'takes whitespace in chunk extensions, both ways, and passes clean sizes on': "Node's parser refuses it.",
  'leaves out a trailer of a backend that must not come late, and those for this hop': 'All trailers are dropped.',
  'leaves out a trailer of a client that is for this hop': 'All trailers are dropped.',
  'gives an early answer to a client whose backend resets behind it':
    'node:http takes a failed write for a failed request, and gives up the answer that has come.',
  'takes lines ended by LF alone from a backend, and passes a clean head on': "Node's parser refuses them.",
  'takes a space before a colon from a backend, and passes a clean head on': "Node's parser refuses it.",
  'takes a control character in a value from a backend, and passes a clean head on': "Node's parser refuses it.",
  'switches behind a request body, however it is framed': 'It forwards a request with a body without its Upgrade.',
  'switches behind a body that its client announces with Expect':
    'It forwards a request with a body without its Upgrade.',
  'passes the rest of a body on first when the backend switches before it has come':
    'It forwards a request with a body without its Upgrade.',
  'loses nothing of a big body whose backend switches at once and reads late':
    'It forwards a request with a body without its Upgrade.',
  'cuts a client whose body turns out invalid, or stops, behind the switch':
    'It forwards a request with a body without its Upgrade.',
  'tries another backend when the first refuses the connection of an upgrade with a body':
    'It forwards a request with a body without its Upgrade.',
  'keeps what 426 asks for': 'http-proxy drops Upgrade from every answer.',
  'measures a chunked body against the limit of its route from the first read on':
    'The backend is asked before the first piece has been seen.',
  'loses no interim answer of a client that does not read for a while':
    'node:http is not told that the client does not read.',
  'says what was wrong with a request it refuses, in the form asked for, and counts it':
    "Node's parser does not say what was asked for.",
  'lets a client told to close go when it does not take the end of its answer':
    'node:http has no deadline for the last answer of a connection that it closes.',
  'lets a client go that half-closes behind requests whose answers do not come':
    'node:http takes a half-closed client for one that has left.',
  'does not hurry a slow reader of a half-closed tunnel, and cuts it so that it notices':
    'Its tunnels have one deadline for both sides.',
  'does not ask another backend once one has begun to answer':
    'node:http does not tell a head that breaks off from one that has not begun.',
  'keeps a descriptor for the backend of each client, and says when that turns somebody away':
    'It lets in as many clients as its listener allows.',
  'keeps nothing of a POST that its backend is getting, and all of a small PUT':
    'It keeps the first bytes of every body.',
  'serves a half-closed client for as long as its answer goes on':
    'node:http takes a half-closed client for one that has left.',
}
