/** Values that are made once per key: what a Map, a WeakMap or an `Lru` knows, or else what `make` gives, kept for the next time. */
export function known<K, V>(
  store: { get(key: K): V | undefined; set(key: K, value: V): unknown },
  key: K,
  make: () => V,
): V {
  const found = store.get(key)
  if (found !== undefined) return found
  const made = make()
  store.set(key, made)
  return made
}
