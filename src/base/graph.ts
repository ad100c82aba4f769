/** Order of things that depend on each other: tables for sync and drop, models for deletes, records of a nested create. */

export interface Ordered<T> {
  /** Dependencies before dependents; otherwise in the order given. Members of a cycle stand together. */
  readonly order: readonly T[]
  /** Groups of two or more that depend on each other in a circle. Something that depends only on itself is none. */
  readonly cycles: readonly (readonly T[])[]
}

/**
 * Orders `items` so that each comes after what it depends on. Dependencies outside `items` are ignored.
 * Never fails: cycles are reported, for callers that can break them (foreign keys added later) or name them in an error.
 */
export function topologicalOrder<T>(items: Iterable<T>, dependenciesOf: (item: T) => Iterable<T>): Ordered<T> {
  const nodes = new Set(items)
  const order: T[] = []
  const cycles: T[][] = []
  const state = new Map<T, { index: number; low: number; onStack: boolean }>()
  const stack: T[] = []
  let counter = 0

  // Tarjan's components, with an explicit stack: a chain of thousands of records must not overflow the call stack.
  const frames: { item: T; rest: Iterator<T> }[] = []
  const enter = (item: T): void => {
    state.set(item, { index: counter, low: counter, onStack: true })
    counter += 1
    stack.push(item)
    frames.push({ item, rest: dependenciesOf(item)[Symbol.iterator]() })
  }
  for (const root of nodes) {
    if (state.has(root)) continue
    enter(root)
    while (frames.length > 0) {
      const { item, rest } = frames[frames.length - 1]!
      const own = state.get(item)!
      const next = rest.next()
      if (next.done !== true) {
        const seen = state.get(next.value)
        if (seen === undefined) {
          if (nodes.has(next.value)) enter(next.value)
        } else if (seen.onStack) own.low = Math.min(own.low, seen.index)
        continue
      }
      frames.pop()
      const parent = frames[frames.length - 1]
      if (parent) {
        const above = state.get(parent.item)!
        above.low = Math.min(above.low, own.low)
      }
      if (own.low !== own.index) continue
      const group: T[] = []
      for (;;) {
        const member = stack.pop()!
        state.get(member)!.onStack = false
        group.push(member)
        if (member === item) break
      }
      order.push(...group)
      if (group.length > 1) cycles.push(group.reverse())
    }
  }
  return { order, cycles }
}

/** One closed path through a cycle, to be named in messages: `User → Profile → User`. */
export function describeCycle<T>(
  cycle: readonly T[],
  dependenciesOf: (item: T) => Iterable<T>,
  nameOf: (item: T) => string,
): string {
  const members = new Set(cycle)
  const start = cycle[0]
  if (start === undefined) return ''
  const cameFrom = new Map<T, T>()
  const queue: T[] = [start]
  for (let at = 0; at < queue.length; at += 1) {
    const item = queue[at]!
    for (const next of dependenciesOf(item)) {
      if (next === start) {
        const path: T[] = []
        for (let step: T | undefined = item; step !== undefined && step !== start; step = cameFrom.get(step))
          path.unshift(step)
        return [start, ...path, start].map(nameOf).join(' → ')
      }
      if (members.has(next) && !cameFrom.has(next)) {
        cameFrom.set(next, item)
        queue.push(next)
      }
    }
  }
  return cycle.map(nameOf).join(', ')
}
