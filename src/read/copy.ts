/** A second instance of a row that was read once: parents that share a row get an instance each, as from a join. */
import { hydrate } from '../model/rows.js'
import { ModelState } from '../model/state.js'

/** A copy with the associated instances that are loaded. Values themselves are shared. */
export function copyOf(instance: ModelState): ModelState {
  const values: Record<string, unknown> = {}
  for (const name of Object.keys(instance.dataValues)) {
    const value = instance.dataValues[name]
    values[name] =
      value instanceof ModelState
        ? copyOf(value)
        : Array.isArray(value) && value[0] instanceof ModelState
          ? value.map(copyOf)
          : value
  }
  return hydrate(instance.constructor as never, values, instance._options)
}
