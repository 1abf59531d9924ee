/** Nanoseconds per head of the HTTP/1.1 codec: parse, rewrite, and both with the write into a socket's buffer. Run: `node bench/micro/http1.ts`. */
import { BodyDecoder } from '../../server/dataplane/http1/body.ts'
import { FRAMING } from '../../server/dataplane/http1/framing.ts'
import { DEFAULT_REQUEST_LIMITS, RequestHead } from '../../server/dataplane/http1/request-head.ts'
import { RequestWriter } from '../../server/dataplane/http1/request-writer.ts'
import { DEFAULT_RESPONSE_LIMITS, ResponseHead } from '../../server/dataplane/http1/response-head.ts'
import { ResponseWriter } from '../../server/dataplane/http1/response-writer.ts'

const ROUNDS = 7
const OPERATIONS = 300_000

const request = Buffer.from(
  'GET /api/v1/items/4711?expand=prices HTTP/1.1\r\nHost: shop.example.com\r\nUser-Agent: bench/1.0\r\nAccept: */*\r\n' +
    'Accept-Encoding: gzip, br\r\nX-Trace: 5f2c1b7a90\r\nConnection: keep-alive\r\n\r\n',
  'latin1',
)
const browser = Buffer.from(
  'GET /assets/app-4f1c2d.js HTTP/1.1\r\nHost: shop.example.com\r\nConnection: keep-alive\r\nsec-ch-ua-platform: "Linux"\r\n' +
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\n' +
    'sec-ch-ua: "Chromium";v="140", "Not=A?Brand";v="24"\r\nsec-ch-ua-mobile: ?0\r\nAccept: */*\r\nSec-Fetch-Site: same-origin\r\n' +
    'Sec-Fetch-Mode: cors\r\nSec-Fetch-Dest: script\r\nReferer: https://shop.example.com/\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n' +
    'Accept-Language: en-GB,en;q=0.9\r\nCookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\nIf-None-Match: "a1b2"\r\n\r\n',
  'latin1',
)
const response = Buffer.from(
  'HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Type: text/plain\r\nContent-Length: 125\r\n' +
    'Connection: keep-alive\r\nX-Backend: a\r\n\r\n',
  'latin1',
)
const chunks = Buffer.from(`${`${'400\r\n'}${'x'.repeat(1024)}\r\n`.repeat(60)}0\r\n\r\n`)

const head = new RequestHead()
const answer = new ResponseHead()
const body = new BodyDecoder()
const toBackend = new RequestWriter({
  address: '192.0.2.7',
  trusted: false,
  proto: 'http',
  via: 'evenkeel',
})
const rules = { via: false, trusts: () => false }
const toClient = new ResponseWriter('evenkeel')
const socket = Buffer.alloc(4096)
const id = '01JEXAMPLE0000000000000000'
let sink = 0

const writeRequest = (bytes: Buffer) => {
  sink += head.parse(bytes, 0, bytes.length, DEFAULT_REQUEST_LIMITS)
  return toBackend.write(head, id, head.authority, true, rules)
}
const writeResponse = () => {
  sink += answer.parse(response, 0, response.length, DEFAULT_RESPONSE_LIMITS, 'GET', '')
  return toClient.write(head, answer, id, '', false)
}

const cases: Record<string, () => void> = {
  'request: parse': () => {
    sink += head.parse(request, 0, request.length, DEFAULT_REQUEST_LIMITS)
  },
  'request: parse + rewrite + write': () => {
    sink += socket.write(writeRequest(request), 'latin1')
  },
  'browser request: parse + rewrite + write': () => {
    sink += socket.write(writeRequest(browser), 'latin1')
  },
  'response: parse': () => {
    sink += answer.parse(response, 0, response.length, DEFAULT_RESPONSE_LIMITS, 'GET', '')
  },
  'response: parse + rewrite + write': () => {
    sink += socket.write(writeResponse(), 'latin1')
  },
  '60 chunks of 1 KiB, checked': () => {
    body.reset(FRAMING.chunked, 0, true, Number.POSITIVE_INFINITY, undefined, false)
    sink += body.consume(chunks, 0, chunks.length)
  },
}

for (const [name, run] of Object.entries(cases)) {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.hrtime.bigint()
    for (let index = 0; index < OPERATIONS; index++) run()
    times.push(Number(process.hrtime.bigint() - start) / OPERATIONS)
  }
  times.sort((a, b) => a - b)
  const median = times[ROUNDS >> 1] as number
  console.log(`${name.padEnd(42)} ${median.toFixed(0).padStart(6)} ns (best ${(times[0] as number).toFixed(0)})`)
}
if (sink === 0) throw new Error('nothing was measured')
