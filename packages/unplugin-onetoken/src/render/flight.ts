/** Work that is done once for all who ask for it while it is under way. */
export interface Flights<T> {
  /** The result of the flight of `key`, begun by whoever asked first. A failed flight is forgotten. */
  join(key: string, begin: () => Promise<T>): Promise<T>
}

/** In-process single flight. */
export function createFlights<T>(): Flights<T> {
  const underWay = new Map<string, Promise<T>>()
  return {
    join(key, begin) {
      const flight = underWay.get(key)
      if (flight !== undefined) return flight
      const begun = begin().finally(() => underWay.delete(key))
      underWay.set(key, begun)
      return begun
    },
  }
}
