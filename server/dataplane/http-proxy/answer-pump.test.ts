import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { expect, it } from 'vitest'
import { writeHead } from './answer-pump.ts'

it('says why a head cannot be written instead of throwing, and leaves room for another', () => {
  const response = new ServerResponse(new IncomingMessage(new Socket()))
  expect(writeHead(response, 200, 'OK', ['X-A', 'a\x01b'])).toMatchObject({ kind: 'invalid-response', side: 'backend' })
  expect(writeHead(response, 1000, 'Odd', [])).toMatchObject({ kind: 'invalid-response' })
  expect(writeHead(response, 502, 'Bad Gateway', ['X-A', 'b'])).toBeUndefined()
})
