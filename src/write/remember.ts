/**
 * Instances in memory after a step of a link. Steps on one source follow each other by the lock of its row, but their answers may come in
 * another order: a server frees the lock before it says that it has committed. So what the steps have written comes into memory in the order
 * of the lock, by whichever answer is first.
 */
import type { Association } from '../association/association.js'
import type { Runtime } from '../dialect/runtime.js'
import { forget, ModelState, setRelation } from '../model/state.js'
import { isSameRow } from './link-step.js'

/** Steps whose answers are still out, per source, in the order in which they held the lock. */
const unanswered = new WeakMap<ModelState, Memory[]>()

/** What one step on a source will bring into memory. */
export class Memory {
  readonly #source: ModelState
  readonly #isOrdered: boolean
  #remember: () => void = NOTHING

  constructor({ dialect }: Runtime, source: ModelState) {
    this.#source = source
    // Where no rows are locked, one step ends before the next begins.
    this.#isOrdered = dialect.traits.rowLocks
  }

  /** The step has written all it had to write; it still holds the lock of the source. */
  written(remember: () => void): void {
    this.#remember = remember
    if (!this.#isOrdered) return
    const steps = unanswered.get(this.#source)
    if (steps === undefined) unanswered.set(this.#source, [this])
    else steps.push(this)
  }

  /** The step is committed: so are those before it. */
  committed(): void {
    if (!this.#isOrdered) this.#remember()
    else for (const step of this.#take((steps, at) => steps.splice(0, at + 1))) step.#remember()
  }

  /** The step has failed. */
  failed(): void {
    if (this.#isOrdered) this.#take((steps, at) => steps.splice(at, 1))
  }

  #take(taken: (steps: Memory[], at: number) => Memory[]): readonly Memory[] {
    const steps = unanswered.get(this.#source)
    const at = steps?.indexOf(this) ?? -1
    // A step that came later has been answered first, and has taken this one along.
    if (steps === undefined || at === -1) return []
    const due = taken(steps, at)
    if (steps.length === 0) unanswered.delete(this.#source)
    return due
  }
}

const NOTHING = (): void => {}

/** Runs a step. What it says to have written comes into memory once it is committed. */
export async function remembering<T>(
  runtime: Runtime,
  source: ModelState,
  step: (memory: Memory) => Promise<T>,
): Promise<T> {
  const memory = new Memory(runtime, source)
  try {
    const result = await step(memory)
    memory.committed()
    return result
  } catch (error) {
    memory.failed()
    throw error
  }
}

/** Brings the instances to what the database has: the source, the row that is linked, and rows that have lost their place. */
export function remember(
  association: Association,
  source: ModelState,
  next: ModelState | null,
  released: readonly ModelState[],
): void {
  const { as, inverse } = association
  const former = source.dataValues[as]
  if (former instanceof ModelState && former !== next) {
    const state = released.find((row) => isSameRow(row, former))
    if (state) takeKeys(former, state, association)
    if (inverse && former.dataValues[inverse.as] === source) setRelation(former, inverse.as, null)
  }
  setRelation(source, as, next)
  if (next && association.saveOrder === 'after') {
    // Also where nothing had to be written: the instance may have been older than the link.
    for (const [name, value] of Object.entries(association.link(source, next).values)) {
      next.dataValues[name] = value
      forget(next, name)
    }
  }
  if (next && inverse && inverse.cardinality === 'one' && inverse.as in next.dataValues)
    setRelation(next, inverse.as, source)
}

/** Copies the key of a row that was released to another instance of it. */
function takeKeys(instance: ModelState, row: ModelState, association: Association): void {
  if (association.saveOrder !== 'after') return
  for (const name of association.foreignKeys) {
    instance.dataValues[name] = row.dataValues[name]
    forget(instance, name)
  }
}
