import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { configSchema } from '../../shared/config/config.ts'
import { parseConfigText } from './import-export.ts'
import { check } from './issues.ts'

/** Every fault of a document, as path and message; paths are told from `prefix` on, others begin with "!". */
function faults(text: string, prefix = ''): [string, string][] {
  const checked = check(configSchema, parseConfigText(text))
  const issues = checked.ok ? [] : checked.issues
  return issues.map(({ path, message }) => [path.startsWith(prefix) ? path.slice(prefix.length) : `!${path}`, message])
}

const front = "listeners: [{ id: web, bind: '0.0.0.0:80' }]\npools: [{ id: app }]\n"
const wholes: Record<string, { prefix: string; of: (text: string) => string }> = {
  document: { prefix: '', of: (text) => text },
  pool: { prefix: 'pools.0.', of: (text) => `pools:\n  - id: app\n    ${text}` },
  backend: {
    prefix: 'pools.0.backends.0.',
    of: (text) => `pools: [{ id: app, backends: [{ id: a, address: '10.0.0.1:80', ${text} }] }]`,
  },
  listener: { prefix: 'listeners.0.', of: (text) => `listeners:\n  - id: web\n    bind: 0.0.0.0:8080\n    ${text}` },
  route: { prefix: 'routes.0.', of: (text) => `${front}routes: [{ id: r, ${text} }]` },
  'route that leads somewhere': {
    prefix: 'routes.0.',
    of: (text) => `${front}routes: [{ id: r, listener: web, action: { type: forward, pool: app }, ${text} }]`,
  },
}

/** What is written, and every problem with its path: what happened and what to write instead. */
const tables: Record<string, [string, [string, string][]][]> = {
  document: [
    ['null', [['', 'is empty; write an object with fields such as "version"']]],
    ['[]', [['', 'write an object with fields such as "version"']]],
    ['text', [['', 'write an object with fields such as "version"']]],
    ['version: 2', [['version', '2 is not known; write 1']]],
    ['version: "1"', [['version', 'write 1 without quotes']]],
    ['pool: []', [['pool', 'there is no such field; did you mean "pools"?']]],
    ['pools: {}', [['pools', 'write a list, each entry with "-" before it']]],
    ['pools: app', [['pools', 'write a list: [app]']]],
    ['pools:', [['pools', 'is empty; write a list, or leave the field out']]],
    ['pools: [app]', [['pools.0', 'write an object such as { id: … }']]],
    ['pools: [{}]', [['pools.0.id', 'is missing; write a text (name of the pool, unique)']]],
    ['pools: [{ id: 5 }]', [['pools.0.id', 'write it in quotes: "5"']]],
    [
      'pools: [{ id: a b }]',
      [['pools.0.id', 'use 1 to 64 letters, digits, "-", "_" or ".", starting with a letter or digit']],
    ],
    ['upstreams: []', [['upstreams', 'there is no such field; did you mean "pools"?']]],
    [
      'pools: [{ id: a }, { id: a }, {id: a}]',
      [
        ['pools.1.id', 'another pool is already called "a"; write another name, such as "a-2"'],
        ['pools.2.id', 'another pool is already called "a"; write another name, such as "a-3"'],
      ],
    ],
    [
      'listeners: [{id: a, bind: "0.0.0.0:80"},{id: a, bind: "0.0.0.0:80"}]',
      [
        ['listeners.1.id', 'another listener is already called "a"; write another name, such as "a-2"'],
        ['listeners.1.bind', 'listener "a" already uses 0.0.0.0:80; write another port'],
      ],
    ],
    [
      'listeners: [{ id: web }]',
      [
        [
          'listeners.0.bind',
          'is missing; write a text (address and port to listen on; 0.0.0.0 is every IPv4 address of the machine)',
        ],
      ],
    ],
    ['listeners: [{ id: web, bind: 8080 }]', [['listeners.0.bind', '"8080" is only a port; write 0.0.0.0:8080']]],
    ['listeners: [{ id: web, bind: ":8080" }]', [['listeners.0.bind', 'the host is missing; write 0.0.0.0:8080']]],
    [
      'listeners: [{ id: web, port: 8080 }]',
      [
        [
          'listeners.0.bind',
          'is missing; write a text (address and port to listen on; 0.0.0.0 is every IPv4 address of the machine)',
        ],
        ['listeners.0.port', 'there is no such field; did you mean "bind"?'],
      ],
    ],
    [
      'listeners: [{ id: web, bind: "0.0.0.0:80", timeout: 30 }]',
      [['listeners.0.timeout', 'there is no such field; did you mean "timeouts"?']],
    ],
    [
      'routes: [{ id: r, listener: web, action: { type: forward, pool: app } }]',
      [
        ['routes.0.listener', 'there is no listener "web"; add one under "listeners"'],
        ['routes.0.action.pool', 'there is no pool "app"; add one under "pools"'],
      ],
    ],
    ['settings: { drain: 30 }', [['settings.drain', '30 has no unit; write 30s']]],
    ['settings: { retention: { events: 30 } }', [['settings.retention.events', '30 has no unit; write 30d']]],
    [
      'settings: { retention: { revisions: 5 } }',
      [['settings.retention.revisions', '5 is too small; write 10 or more']],
    ],
    ['settings: []', [['settings', 'write an object with fields such as "retention"']]],
  ],
  pool: [
    ['timeout: 30', [['timeout', 'there is no such field; did you mean "timeouts"?']]],
    ['timeouts: { head: 30 }', [['timeouts.head', '30 has no unit; write 30s']]],
    ['timeouts: { head: "30" }', [['timeouts.head', '"30" has no unit; write 30s']]],
    ['timeouts: { head: 30sec }', [['timeouts.head', '"30sec" is not a duration; write 30s']]],
    ['timeouts: { head: 1m 30s }', [['timeouts.head', '"1m 30s" is not a duration; write 1m30s']]],
    ['timeouts: { head: 2h }', [['timeouts.head', '"2h" is outside 100ms to 1h; write 1h or less']]],
    ['timeouts: { connect: 1ms }', [['timeouts.connect', '"1ms" is outside 10ms to 1m; write 10ms or more']]],
    ['timeouts: { head: }', [['timeouts.head', 'is empty; write a text, or leave the field out']]],
    [
      'timeouts: { head: soon }',
      [['timeouts.head', '"soon" is not a duration; write a number and a unit, such as 250ms, 10s, 2m or 1m30s']],
    ],
    ['timeouts:', [['timeouts', 'is empty; write an object with fields such as "connect", or leave the field out']]],
    ['timeouts: { headd: 5s }', [['timeouts.headd', 'there is no such field; did you mean "head"?']]],
    ['healthCheck: { type: http, interval: 5000 }', [['healthCheck.interval', '5000 has no unit; write 5s']]],
    ['healthCheck: http', [['healthCheck', 'write { type: http }']]],
    [
      'healthCheck: { type: https }',
      [['healthCheck.type', '"https" is not known; did you mean "http"? Write "http", "tcp" or "none"']],
    ],
    ['healthCheck: {}', [['healthCheck.type', 'is missing; write "http", "tcp" or "none"']]],
    [
      'healthCheck: { type: http, path: health }',
      [['healthCheck.path', 'write a path such as /health, from "/" on and without spaces or "#"']],
    ],
    ['healthCheck: { type: http, expect: 200 }', [['healthCheck.expect', 'write a list: [200]']]],
    ['healthCheck: { type: http, expect: [200] }', [['healthCheck.expect.0', 'write it in quotes: "200"']]],
    [
      'healthCheck: { type: http, expect: [2xx] }',
      [['healthCheck.expect.0', 'write a status such as 200 or a range such as 200-399']],
    ],
    [
      'healthCheck: { type: http, method: FETCH }',
      [['healthCheck.method', '"FETCH" is not known; write "GET", "HEAD", "OPTIONS" or "POST"']],
    ],
    [
      'healthCheck: { type: http, headers: { "a b": x, ok: "a\\nb" } }',
      [
        ['healthCheck.headers.a b', 'is not a field name; write one such as X-Probe'],
        ['healthCheck.headers.ok', 'write ASCII text in one line'],
      ],
    ],
    ['healthCheck: { type: http, headers: [] }', [['healthCheck.headers', 'write names and values']]],
    [
      'healthCheck: { type: tcp, path: / }',
      [
        [
          'healthCheck.path',
          'there is no such field; leave it out, or write "type", "interval", "timeout", "unhealthyAfter", "healthyAfter" or "port"',
        ],
      ],
    ],
    [
      'healthCheck: { type: http, host: "a b" }',
      [['healthCheck.host', 'write a host name such as app.example.com, without spaces']],
    ],
    [
      'healthCheck: { type: http, fall: 3, rise: 2, inter: 2s }',
      [
        ['healthCheck.fall', 'there is no such field; did you mean "unhealthyAfter"?'],
        ['healthCheck.rise', 'there is no such field; did you mean "healthyAfter"?'],
        ['healthCheck.inter', 'there is no such field; did you mean "interval"?'],
      ],
    ],
    ['strategy: round-robin', [['strategy', 'write { type: round-robin }']]],
    [
      'strategy: { type: roundrobin }',
      [
        [
          'strategy.type',
          '"roundrobin" is not known; did you mean "round-robin"? Write "round-robin", "least-connections", "least-time", "power-of-two", "random", "hash" or "first"',
        ],
      ],
    ],
    [
      'strategy: { type: weighted }',
      [
        [
          'strategy.type',
          '"weighted" is not known; write "round-robin", "least-connections", "least-time", "power-of-two", "random", "hash" or "first"',
        ],
      ],
    ],
    [
      'strategy: { type: hash, on: ip }',
      [['strategy.on', 'use client-ip, uri, header:<name>, cookie:<name> or query:<name>']],
    ],
    ['strategy: { type: hash, boundedLoad: 0.5 }', [['strategy.boundedLoad', '0.5 is too small; write 1 or more']]],
    ['balance: roundrobin', [['balance', 'there is no such field; did you mean "strategy"?']]],
    ['retry: { on: [500] }', [['retry.on.0', '500 is not known; write 502, 503 or 504']]],
    ['retry: { on: ["502"] }', [['retry.on.0', 'write 502 without quotes']]],
    ['retry: { on: 502 }', [['retry.on', 'write a list: [502]']]],
    ['retry: 3', [['retry', 'write an object with fields such as "attempts"']]],
    ['retry: { attempts: 1.5 }', [['retry.attempts', '1.5 is not a whole number; write a whole number of 0 to 10']]],
    ['retry: { attempts: -1 }', [['retry.attempts', '-1 is too small; write 0 or more']]],
    ['sticky: true', [['sticky', 'write an object such as { type: … }']]],
    ['sticky: { type: cookie, name: "a b" }', [['sticky.name', 'use letters, digits, "-" or "_"']]],
    ['sticky: {}', [['sticky.type', 'is missing; write "cookie"']]],
    ['bufferedBody: 64', [['bufferedBody', '64 has no unit; write 64B']]],
    ['bufferedBody: 64k', [['bufferedBody', '"64k" is not a size; write 64KiB']]],
    ['bufferedBody: 10MB', [['bufferedBody', '"10MB" is outside 0B to 1MiB; write 1MiB or less']]],
    ['bufferedBody: 65536', [['bufferedBody', '65536 has no unit; write 64KiB']]],
    [
      'bufferedBody: big',
      [['bufferedBody', '"big" is not a size; write a number and a unit, such as 64KiB, 1MiB or 10MB']],
    ],
    ['panicThreshold: 200', [['panicThreshold', '200 is too large; write 100 or less']]],
    ['panicThreshold: half', [['panicThreshold', '"half" is not a number; write a number of 0 to 100']]],
    ['queue: { size: "10" }', [['queue.size', 'write 10 without quotes']]],
    ['outlier: { enabled: yes }', [['outlier.enabled', 'write true without quotes']]],
    ['outlier: { enabled: 1 }', [['outlier.enabled', 'write true or false']]],
    [
      'agentCheck: {}',
      [
        [
          'agentCheck.port',
          'is missing; write a number of 1 to 65535 (port on each backend whose agent answers one line: 75%, ready, drain, maint, up, down#reason)',
        ],
      ],
    ],
    ['agentCheck: { port: 70000 }', [['agentCheck.port', '70000 is too large; write 65535 or less']]],
    ['health_check: {}', [['health_check', 'there is no such field; did you mean "healthCheck"?']]],
    ['servers: []', [['servers', 'there is no such field; did you mean "backends"?']]],
    ['backends: 10.0.0.1:80', [['backends', 'write a list: [10.0.0.1:80]']]],
    ['backends: [10.0.0.1:80]', [['backends.0', 'write an object such as { id: …, address: … }']]],
    ['backends: [{ id: a }]', [['backends.0.address', 'is missing; write a text (where it listens: host:port)']]],
    [
      'backends: [{ address: 10.0.0.1:80 }]',
      [['backends.0.id', 'is missing; write a text (name of the backend, unique in its pool)']],
    ],
    [
      "backends: [{ id: a, address: '[1:2]:80' }]",
      [['backends.0.address', '"[1:2]" is not an IPv6 address; write one in brackets, such as [2001:db8::1]']],
    ],
    ['backends: [{ id: a, address: 8080 }]', [['backends.0.address', '"8080" is only a port; write 127.0.0.1:8080']]],
    [
      'backends: [{ id: a, address: "10.0.0.1:80" }, { id: a, address: "10.0.0.2:80" }]',
      [['backends.1.id', 'another backend is already called "a"; write another name, such as "a-2"']],
    ],
  ],
  backend: [
    ['weight: 300', [['weight', '300 is too large; write 256 or less']]],
    ['weight: "3"', [['weight', 'write 3 without quotes']]],
    ['weight: heavy', [['weight', '"heavy" is not a number; write a number of 0 to 256']]],
    ['weight: 1.5', [['weight', '1.5 is not a whole number; write a whole number of 0 to 256']]],
    ['weight: .nan', [['weight', 'write a number of 0 to 256']]],
    ['max_conns: 5', [['max_conns', 'there is no such field; did you mean "maxConnections"?']]],
    ['maxconn: 5', [['maxconn', 'there is no such field; did you mean "maxConnections"?']]],
    ['backup: "true"', [['backup', 'write true without quotes']]],
    ['adminState: drain', [['adminState', '"drain" is not known; write "active", "draining" or "disabled"']]],
    ['adminState: down', [['adminState', '"down" is not known; write "active", "draining" or "disabled"']]],
    ['name: a', [['name', 'there is no such field; did you mean "id"?']]],
    ['port: 5', [['port', 'there is no such field; did you mean "address"?']]],
    [
      'colour: red',
      [
        [
          'colour',
          'there is no such field; leave it out, or write "id", "address", "weight", "adminState", "maxConnections" or "backup"',
        ],
      ],
    ],
  ],
  listener: [
    [
      'trustedProxies: [10.0.0.0/8/16]',
      [['trustedProxies.0', '"10.0.0.0/8/16" has more than one "/"; write 10.0.0.0/8']],
    ],
    ['trustedProxies: 10.0.0.0/8', [['trustedProxies', 'write a list: [10.0.0.0/8]']]],
    ['engine: fast', [['engine', '"fast" is not known; write "native" or "http-proxy"']]],
    ['protocol: https', [['protocol', '"https" is not known; write "http"']]],
    ['limits: { head: 64 }', [['limits.head', '64 has no unit; write 64KiB']]],
    ['limits: { fields: 5 }', [['limits.fields', '5 is too small; write 10 or more']]],
    [
      'limits: { connections: "many" }',
      [['limits.connections', '"many" is not a number; write a number of 1 to 1000000']],
    ],
  ],
  route: [
    [
      'listener: wep, action: { type: forward, pool: apq }',
      [
        ['listener', 'there is no listener "wep"; did you mean "web"?'],
        ['action.pool', 'there is no pool "apq"; did you mean "app"?'],
      ],
    ],
    [
      'listener: other, action: { type: forward, pool: other }',
      [
        ['listener', 'there is no listener "other"; write "web", or add it'],
        ['action.pool', 'there is no pool "other"; write "app", or add it'],
      ],
    ],
    ['listener: web', [['action', 'is missing; write { type: forward } (what happens to a matching request)']]],
    [
      'listener: web, action: { type: redirect, pool: app }',
      [['action.type', '"redirect" is not known; write "forward"']],
    ],
    ['listener: web, action: app', [['action', 'write { type: forward }']]],
    [
      'listener: web, pool: app',
      [
        ['action', 'is missing; write { type: forward } (what happens to a matching request)'],
        ['pool', 'there is no such field; did you mean "action"?'],
      ],
    ],
  ],
  'route that leads somewhere': [
    [
      "match: { host: 'https://a.example.com/v1' }",
      [['match.host', '"https://a.example.com/v1" is more than a host name; write a.example.com']],
    ],
    [
      "match: { host: 'a.example.com:8080' }",
      [['match.host', '"a.example.com:8080" is more than a host name; write a.example.com']],
    ],
    ["match: { host: '*' }", [['match.host', 'leave the field out to match every host']]],
    [
      "match: { host: 'a.*' }",
      [
        [
          'match.host',
          '"*" may only stand first, for every sub-domain; write a host name such as api.example.com or *.example.com',
        ],
      ],
    ],
    [
      "match: { host: 'a.test b.test' }",
      [['match.host', '"a.test b.test" is not one host name; write several as a list: [a.example.com, b.example.com]']],
    ],
    [
      "match: { host: [a.test, 'b c', 5] }",
      [
        ['match.host.1', '"b c" is not one host name; write several as a list: [a.example.com, b.example.com]'],
        ['match.host.2', 'write it in quotes: "5"'],
      ],
    ],
    ['match: { host: [] }', [['match.host', 'is too short; write at least one entry']]],
    ['match: { host: 5 }', [['match.host', 'write it in quotes: "5"']]],
    ['match: { host: {} }', [['match.host', 'write a text']]],
    [
      "match: { host: 'münchen.de' }",
      [['match.host', '"münchen.de" has letters outside ASCII; write xn--mnchen-3ya.de']],
    ],
    [
      "match: { host: '010.0.0.1' }",
      [
        [
          'match.host',
          '"010.0.0.1" has leading zeros, which some programs read as octal numbers; write a host name such as api.example.com or *.example.com',
        ],
      ],
    ],
    [
      "match: { host: '-a.test' }",
      [['match.host', '"-a.test" is not a host name; write a host name such as api.example.com or *.example.com']],
    ],
    ['match: { hosts: [a.test] }', [['match.hosts', 'there is no such field; did you mean "host"?']]],
    [
      'match: { path: v1 }',
      [
        [
          'match.path',
          'write a path such as /v1 (exactly that) or /v1/* (everything below), without query, "%" or ";"',
        ],
      ],
    ],
    [
      "match: { path: '/a//b' }",
      [['match.path', 'leave out "//", "/./" and "/../": requests are matched in normal form']],
    ],
    ['maxBody: 10', [['maxBody', '10 has no unit; write 10B']]],
    ['maxBody: 10M', [['maxBody', '"10M" is not a size; write 10MiB']]],
    ['max_body: 10M', [['max_body', 'there is no such field; did you mean "maxBody"?']]],
  ],
}

describe.each(Object.entries(tables))('faults in a %s', (kind, table) => {
  it.each(table)('%s', (text, expected) => {
    const { prefix, of } = wholes[kind] as (typeof wholes)[string]
    expect(faults(of(text), prefix)).toEqual(expected)
  })
})

describe('many faults', () => {
  it('are told up to two hundred, quickly', () => {
    const routes = Array.from({ length: 5000 }, (_, index) => ({
      id: `r${index}`,
      listener: 'l',
      action: { type: 'forward', pool: 'p'.repeat(60) },
    }))
    const pools = Array.from({ length: 1000 }, (_, index) => ({ id: `${'q'.repeat(55)}${index}` }))
    const checked = check(configSchema, { routes, pools })
    expect(checked.ok ? [] : checked.issues).toHaveLength(200)
  })

  it('name each unknown field', () => {
    const fields = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`field${index}`, 1]))
    const checked = check(configSchema, fields)
    expect(checked.ok ? [] : checked.issues).toHaveLength(200)
  })
})

describe('any value', () => {
  it('is checked without an error, and every fault says what to write', () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true }),
    )
    fc.assert(
      fc.property(value, (any) => {
        for (const document of [any, { pools: [any], listeners: [any], routes: [any] }, { settings: any }]) {
          const checked = check(configSchema, document)
          for (const { message } of checked.ok ? [] : checked.issues) expect(message).toMatch(/write|use|leave|mean/i)
        }
      }),
      { seed: 20261128, numRuns: 500 },
    )
  })
})

describe('what is taken', () => {
  it.each([
    ['pool', 'timeouts: { head: 1m30s, read: 1.5s }'],
    ['pool', 'bufferedBody: 500kB'],
    ['route that leads somewhere', 'maxBody: 10MB'],
    ['route that leads somewhere', 'match: { host: [a.test, "*.b.test"] }'],
  ])('%s: %s', (kind, text) => {
    const { prefix, of } = wholes[kind] as (typeof wholes)[string]
    expect(faults(of(text), prefix)).toEqual([])
  })
})
