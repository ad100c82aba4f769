/**
 * New instances of one model that are written together, as the children of one parent are: each is stamped, validated and shown to its
 * hooks, and one INSERT takes all of their rows. Where one statement would not give each what its own gives it, each has its own.
 * Comes from `nested`; the statement is that of `insert-all`.
 */
import { isBound } from '../association/bound.js'
import type { Steps } from '../base/steps.js'
import { wait } from '../base/steps.js'
import type { Runtime } from '../dialect/runtime.js'
import type { ModelDefinition } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import { insertAll } from './insert-all.js'
import type { WriteOptions } from './options.js'
import { stepOptions } from './options.js'
import { saveRow } from './plain-save.js'
import { madeByInsert } from './reread.js'
import type { Prepared } from './row.js'
import { definitionOf, finishSave, omitsNull, prepareSave, writePrepared } from './row.js'

export interface ToSave {
  readonly instance: ModelState
  readonly options: WriteOptions | undefined
}

/** Saves all of them; hooks before the statement run for each, in their order, then the statement, then the hooks after it. */
export function* saveTogether(runtime: Runtime, saves: readonly ToSave[]): Steps<void> {
  const definition = saves.length > 1 ? definitionOf(saves[0]!.instance) : null
  if (definition === null || !saves.every((save) => canShare(runtime, save, definition))) {
    for (const { instance, options } of saves) yield* wait(saveRow(runtime, instance, definitionOf(instance), options))
    return
  }
  const ready: Prepared[] = []
  for (const { instance, options } of saves) ready.push(yield* prepareSave(runtime, instance, definition, options))
  const instances = saves.map((save) => save.instance)
  if (ready.every((one) => one.isWhole) && !instances.some((one) => isAskedAgain(runtime, definition, one))) {
    stampVersions(definition, instances)
    const call = `${definition.modelName}.save()`
    yield* wait(insertAll(runtime, definition, instances, { ...stepOptions(saves[0]!.options), hooks: false }, call))
  } else for (const [at, one] of ready.entries()) yield* writePrepared(runtime, instances[at]!, definition, one)
  for (const [at, one] of ready.entries()) yield* finishSave(instances[at]!, definition, one)
}

/** What concerns a row of its own: a list of columns, an answer, a conflict. */
const OWN = ['fields', 'returning', 'ignoreDuplicates', 'omitNull'] as const

const canShare = (runtime: Runtime, { instance, options }: ToSave, definition: ModelDefinition): boolean =>
  instance.isNewRecord &&
  definitionOf(instance) === definition &&
  !isBound(definition) &&
  !omitsNull(runtime, definition, options) &&
  OWN.every((option) => options?.[option] === undefined || options[option] === null)

/** Where the engine's INSERT does not answer, what the database makes of a row is asked for row by row. */
const isAskedAgain = (runtime: Runtime, definition: ModelDefinition, { dataValues }: ModelState): boolean =>
  runtime.dialect.traits.returning === 'none' && madeByInsert(definition, dataValues).length > 0

function stampVersions({ shape: { version } }: ModelDefinition, instances: readonly ModelState[]): void {
  if (version !== null) for (const { dataValues } of instances) dataValues[version] ??= 0
}
