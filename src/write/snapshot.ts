/** What an instance holds, to be put back when a step fails that has changed it; and keys that are set whatever stood there before. */
import type { ModelState } from '../model/state.js'
import { Given } from '../model/state.js'

export interface Snapshot {
  readonly values: Record<string, unknown>
  readonly isNewRecord: boolean
  readonly previous: Map<string, unknown> | null
}

export const snapshot = (instance: ModelState): Snapshot => ({
  values: { ...instance.dataValues },
  isNewRecord: instance.isNewRecord,
  // What several instances share does not change.
  previous:
    instance._previous === null || instance._previous instanceof Given
      ? instance._previous
      : new Map(instance._previous),
})

export function restore(instance: ModelState, { values, isNewRecord, previous }: Snapshot): void {
  for (const name of Object.keys(instance.dataValues)) if (!(name in values)) delete instance.dataValues[name]
  Object.assign(instance.dataValues, values)
  instance.isNewRecord = isNewRecord
  instance._previous = previous
}

/** Sets attributes so that they count as changed, primary keys included. */
export function setKey(instance: ModelState, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    instance.setDataValue(name, value)
    instance.changed(name, true)
  }
}
