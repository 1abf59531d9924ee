import { expect, it } from 'vitest'
import { descriptorsOf, mostClients, Room } from './room.ts'

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max processes             95978                95978                processes
Max open files            1024                 524288               files
`

it('reads the limit of the process', () => {
  expect(descriptorsOf(LIMITS)).toBe(1024)
  expect(descriptorsOf('Max open files            unlimited            unlimited            files')).toBe(
    Number.POSITIVE_INFINITY,
  )
  expect(descriptorsOf('')).toBe(Number.POSITIVE_INFINITY)
})

it('leaves a descriptor for the backend of every client, and some for the rest of the process', () => {
  expect(mostClients(1024, 1)).toBe(412)
  expect(mostClients(1024, 4)).toBe(103)
  expect(mostClients(160, 1)).toBe(40)
  expect(mostClients(32, 2)).toBe(8)
  expect(mostClients(Number.POSITIVE_INFINITY, 2)).toBe(Number.POSITIVE_INFINITY)
})

it('tells a shortage once', () => {
  const room = new Room(1, 1024)
  expect(room.takeShortage()).toBeUndefined()
  room.short('descriptors')
  expect([room.takeShortage(), room.takeShortage()]).toEqual(['descriptors', undefined])
  room.clients = room.most
  expect(room.full).toBe(true)
})
