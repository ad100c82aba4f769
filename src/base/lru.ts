/**
 * A bounded cache for plans and prepared statements. Two generations instead of a linked list: a hit in the young one is a single
 * map lookup, which is what a hot path pays; what was not asked for during a whole generation is dropped.
 */
export class Lru<K, V> {
  readonly capacity: number
  readonly #half: number
  #young = new Map<K, V>()
  #old = new Map<K, V>()

  /** Holds at least `capacity / 2` and at most `capacity` entries (never fewer than the last one). */
  constructor(capacity: number) {
    if (!(capacity >= 1)) throw new RangeError(`A cache needs room for at least one entry, got ${capacity}.`)
    this.capacity = capacity
    this.#half = Math.max(1, Math.floor(capacity / 2))
  }

  get size(): number {
    let size = this.#young.size
    for (const key of this.#old.keys()) if (!this.#young.has(key)) size += 1
    return size
  }

  get(key: K): V | undefined {
    const found = this.#young.get(key)
    if (found !== undefined) return found
    const aged = this.#old.get(key)
    if (aged !== undefined) this.set(key, aged)
    return aged
  }

  /** Values must not be undefined. */
  set(key: K, value: V): void {
    if (this.#young.size >= this.#half && !this.#young.has(key)) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }

  delete(key: K): void {
    this.#young.delete(key)
    this.#old.delete(key)
  }

  clear(): void {
    this.#young = new Map()
    this.#old = new Map()
  }
}
