/** Test helper: valid messages, and the fragments that have fooled HTTP parsers before to spoil them with. */
import fc from 'fast-check'

/** Valid requests. */
export const REQUESTS = [
  'GET / HTTP/1.1\r\nHost: a.example\r\n\r\n',
  'GET /a/b?c=d HTTP/1.1\r\nHost: a:80\r\nX-One: 1\r\nConnection: keep-alive, X-One\r\n\r\n',
  'POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello',
  'DELETE /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  'PUT /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHost: [::1]:8\r\n\r\n1;a=b\r\nx\r\n00B;c="d"\r\nhello world\r\n0\r\nX-T: 1\r\n\r\n',
  'GET http://b.example:81/q?r HTTP/1.1\r\nHost: a\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: a\r\nMax-Forwards: 2\r\n\r\n',
  'HEAD /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
  '\r\nPOST /e HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc',
  'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\n',
  'GET /f HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1\r\nVia: 1.0 x\r\nCookie: a=b\r\nEmpty:\r\n\r\n',
]
const FRAGMENTS = [
  ...[
    '\r',
    '\n',
    '\r\n',
    '\r\n\r\n',
    ' ',
    '\t',
    ':',
    ',',
    ';',
    '\0',
    '\x0b',
    '\x7f',
    '\x80',
    '\xff',
    '"',
    '\\',
    '%',
    '%2e',
    '%2f',
    '%00',
    '/',
    '..',
    '?',
    '#',
  ],
  ...[
    'Content-Length: 5\r\n',
    'Content-Length: 0\r\n',
    'Content-Length: 6, 5\r\n',
    'content-length:+3\r\n',
    'Content_Length: 9\r\n',
  ],
  ...[
    'Transfer-Encoding: chunked\r\n',
    'Transfer-Encoding: gzip, chunked\r\n',
    'Transfer-Encoding:\tchunked \r\n',
    'Transfer-Encoding: Chunked\r\n',
  ],
  ...[
    'Transfer-Encoding : chunked\r\n',
    'Transfer-Encoding: identity\r\n',
    'TE: trailers\r\n',
    'Host: b\r\n',
    'Host:\r\n',
    'Host: a b\r\n',
    'X: 1\r\n 2\r\n',
  ],
  ...[
    'Connection: close\r\n',
    'Connection: host, content-length\r\n',
    'Upgrade: h2c\r\n',
    'Expect: 100-continue\r\n',
    'Expect: x\r\n',
    'X\r\n',
    ': x\r\n',
  ],
  ...[
    '0',
    '1',
    '5',
    'f',
    'F',
    '0x',
    '+',
    '-',
    '5\r\nhello\r\n',
    '0\r\n\r\n',
    ';x',
    ';x=y',
    '1.0',
    '1.1',
    '2.0',
    'HTTP/',
    'GET ',
    'CONNECT ',
    '*',
    'http://',
  ],
]

/** Valid answers to a GET. */
export const ANSWERS = [
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n5;a=b\r\nhello\r\n0\r\nX-T: 1\r\n\r\n',
  'HTTP/1.0 200 OK\r\nA: b\r\n\r\nuntil close',
  'HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n',
  'HTTP/1.1 404 \r\nContent-Length: 2\r\nKeep-Alive: timeout=5\r\n\r\nno',
  'HTTP/1.1 304\r\nContent-Length: 2\r\nETag: "x"\r\n\r\n',
]

const edit = fc.record({
  at: fc.nat(200),
  drop: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(3)),
  put: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...FRAGMENTS) },
    fc.nat(255).map((byte) => String.fromCharCode(byte)),
    fc.constant(''),
  ),
})
/** One of `bases` with up to `most` random edits. */
export const mutated = (bases: string[], most: number) =>
  fc.tuple(fc.constantFrom(...bases), fc.array(edit, { maxLength: most })).map(([base, edits]) => {
    let text = base
    for (const { at, drop, put } of edits) {
      const from = at % (text.length + 1)
      text = text.slice(0, from) + put + text.slice(from + drop)
    }
    return text
  })
