import { expect, it } from 'vitest'
import { addressKey } from './address-key.ts'

it.each([
  ['localhost:9103', '127.0.0.1:9103'],
  ['localhost:9103', '[::1]:9103'],
  ['LOCALHOST.:80', 'localhost:80'],
  ['0.0.0.0:80', '127.0.0.1:80'],
  ['[::]:80', 'localhost:80'],
  ['[::ffff:127.0.0.1]:80', '127.0.0.1:80'],
  ['[2001:DB8::1]:80', '[2001:db8:0::1]:80'],
  ['[::ffff:10.0.0.1]:80', '10.0.0.1:80'],
  ['App.Internal:80', 'app.internal.:80'],
])('%s is %s', (a, b) => expect(addressKey(a)).toBe(addressKey(b)))

it.each([
  ['localhost:80', 'localhost:81'],
  ['127.0.0.1:80', '127.0.0.2:80'],
  ['10.0.0.1:80', '10.0.0.2:80'],
  ['[::1]:80', '[::2]:80'],
  ['a.internal:80', 'b.internal:80'],
])('%s is not %s', (a, b) => expect(addressKey(a)).not.toBe(addressKey(b)))
