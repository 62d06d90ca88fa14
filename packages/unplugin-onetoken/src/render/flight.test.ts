import { describe, expect, test, vi } from 'vitest'
import { createFlights } from './flight.ts'

describe('join', () => {
  test('does once what many ask for at once', async () => {
    const flights = createFlights<number>()
    const begin = vi.fn<() => Promise<number>>(async () => 7)
    const all = await Promise.all(Array.from({ length: 50 }, () => flights.join('a', begin)))
    expect(all).toEqual(Array.from({ length: 50 }, () => 7))
    expect(begin).toHaveBeenCalledTimes(1)
  })

  test('keeps keys apart', async () => {
    const flights = createFlights<string>()
    expect(await Promise.all(['a', 'b'].map((key) => flights.join(key, async () => key)))).toEqual(['a', 'b'])
  })

  test('begins anew when the flight is over, however it ended', async () => {
    const flights = createFlights<number>()
    await expect(flights.join('a', async () => Promise.reject(new Error('cut')))).rejects.toThrow('cut')
    expect(await flights.join('a', async () => 1)).toBe(1)
    expect(await flights.join('a', async () => 2)).toBe(2)
  })
})
