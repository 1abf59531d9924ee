import { expect } from 'vitest'
import { backend } from './testing/raw-backend.ts'
import { stories } from './testing/stories.ts'

/** Targets that a backend must see byte for byte. */
const faithful = [
  '/unsafe/300x200/https://images.example.com/a.png',
  '/bucket//k',
  '//k',
  '/a///b//',
  '/%7Euser/%7euser',
  '/a%2fb%2Fc',
  '/api/queues/%2F/q',
  '/img/https%3A%2F%2Fa.example%2Fb.png',
  '/a%2F',
  '/%61/%E4%e4%20;v=1;w',
  '/a%2Eb/...',
  '/%252e%252e/x',
  '/?a=%zz&b=%7e//../%2f',
  '/x?q=/../y',
  '/x??a=b?',
]

stories('paths', (story) => {
  story('passes a path on byte for byte, whatever its spelling', async (open) => {
    const at = await backend()
    const client = (await open({ backends: [at] })).client()
    for (const target of faithful) {
      expect((await client.get(target).answer()).body).toBe(target)
      client.request('POST', target, 'Content-Length: 2').send('ab')
      expect((await client.answer()).body).toBe(target)
      client.send(`GET http://example.test${target} HTTP/1.1\r\nHost: other.test\r\n\r\n`)
      expect((await client.answer()).body).toBe(target)
    }
    const old = (await open({ backends: [at] })).client().send('GET /b//%7e HTTP/1.0\r\nHost: x\r\n\r\n')
    expect((await old.answer()).body).toBe('/b//%7e')
  })

  story('passes characters on that the client should have escaped', async (open) => {
    const at = await backend()
    const client = (await open({ backends: [at] })).client()
    for (const target of ['/a"<>^`{|}b', '/a?b={"c":[1,2]}', '/a\\b'])
      expect((await client.get(target).answer()).body).toBe(target)
  })

  story('resolves dot segments, plain or encoded, and leaves the rest as it came', async (open) => {
    const at = await backend()
    const client = (await open({ backends: [at] })).client()
    for (const [sent, forwarded] of [
      ['/a//b/../c', '/a//c'],
      ['/a//../c', '/c'],
      ['/a/./b', '/a/b'],
      ['/a/%2e/%7Eb', '/a/%7Eb'],
      ['/a/.%2E/b%2fc//d?e=../f', '/b%2fc//d?e=../f'],
      ['/a/b/%2e%2e', '/a/'],
      ['/../../a', '/a'],
    ] as const) {
      expect((await client.get(sent).answer()).body).toBe(forwarded)
      client.send(`GET http://example.test${sent} HTTP/1.1\r\nHost: other.test\r\n\r\n`)
      expect((await client.answer()).body).toBe(forwarded)
    }
  })

  story('guards a path however it is spelled', async (open) => {
    const at = await backend()
    const world = await open({ backends: [at], route: { match: { path: '/public/*' } } })
    for (const path of ['/public/x', '/public%2F%2Fx', '//public//x', '/%70ublic/x', '/public;v=1/x', '/x/../public/'])
      expect((await world.client().get(path).answer()).status).toBe(200)
    for (const path of [
      ...['/%2Fadmin', '/admin', '/public/../admin', '/public/%2e%2E/admin', '/public//../../admin', '/public/.%2e'],
      ...['/public/..%2Fadmin', '/public/%2F../%2Fadmin', '/public/%2F..', '/public/..;/admin', '/public/..;x=1/admin'],
      ...['/public\\..\\admin', '/public/..%5cadmin', '/public/%2e%2e%3bx/admin', '/public/x%00', '/public/%2'],
    ]) {
      for (const target of [path, `http://example.test${path}`]) {
        const answer = await world.client().get(target).answer()
        expect([target, [400, 404].includes(answer.status)]).toEqual([target, true])
      }
    }
    expect(at.heard.map(({ target }) => target)).toEqual([
      ...['/public/x', '/public%2F%2Fx', '/public//x', '/%70ublic/x', '/public;v=1/x', '/public/'],
    ])
  })

  story(
    'forwards slashes at the front as one where a host could be read into them that leads past a guard',
    async (open) => {
      const at = await backend()
      const world = await open({ backends: [at], route: { match: { path: '/public/*' } } })
      for (const [sent, forwarded] of [
        ['//public/admin', '/public/admin'],
        ['///public//admin', '/public//admin'],
        ['/\\public/admin', '/public/admin'],
        ['/.//public/admin', '/public/admin'],
        ['//x/public/y', ''],
        ['//public/public/y', '//public/public/y'],
      ] as const) {
        const answer = await world.client().get(sent).answer()
        expect([sent, answer.status === 200 ? answer.body : '']).toEqual([sent, forwarded])
      }
    },
  )
})
