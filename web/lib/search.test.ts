import { describe, expect, it } from 'vitest'
import { dialogSearch, parseSearch, stringifySearch } from './search.ts'

describe('search', () => {
  it('keeps values as they are written', () => {
    const search = { token: '0123', at: '1795446987000', path: '/a b', none: undefined }
    expect(stringifySearch(search)).toBe('?token=0123&at=1795446987000&path=%2Fa+b')
    expect(parseSearch('?token=0123&at=1795446987000&path=%2Fa+b')).toEqual({
      token: '0123',
      at: '1795446987000',
      path: '/a b',
    })
    expect(stringifySearch({})).toBe('')
  })

  it('reads only known dialogs', () => {
    expect(dialogSearch({ 'add-backend': '', strategy: 'app', other: 'x' })).toEqual({
      'add-backend': '',
      strategy: 'app',
    })
  })
})
