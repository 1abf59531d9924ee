import { describe, expect, it } from 'vitest'
import { HeadBuffer } from './head-buffer.ts'

describe('the buffer of an unfinished head', () => {
  it('copies what it is given, so the read buffer may be used again', () => {
    const shared = Buffer.from('GET / HT')
    const kept = new HeadBuffer()
    expect(kept.append(shared, 0, 8, 100)).toBe(false)
    shared.write('TP/1.1\r\n')
    expect(kept.append(shared, 0, 8, 100)).toBe(true)
    expect(kept.bytes.toString('latin1', 0, kept.length)).toBe('GET / HTTP/1.1\r\n')
  })

  it('asks to parse at a line end and once the limit is exceeded, not in between', () => {
    const kept = new HeadBuffer()
    expect(kept.append(Buffer.from('aaaa'), 0, 4, 8)).toBe(false)
    expect(kept.append(Buffer.from('bbbb'), 0, 4, 8)).toBe(false)
    expect(kept.append(Buffer.from('c'), 0, 1, 8)).toBe(true)
  })

  it('drops what was parsed and gives large memory back', () => {
    const kept = new HeadBuffer()
    kept.append(Buffer.alloc(10_000, 'x'), 0, 10_000, 65_536)
    kept.append(Buffer.from('tail'), 0, 4, 65_536)
    kept.consume(10_000)
    expect(kept.bytes.toString('latin1', 0, kept.length)).toBe('tail')
    kept.consume(4)
    expect(kept).toMatchObject({ length: 0 })
    expect(kept.bytes.length).toBe(0)
  })
})
