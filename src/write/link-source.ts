/** A link whose key lies on the source (belongsTo): setting the key and saving it. A part of `link`. */
import type { Association } from '../association/association.js'
import { compositeKeyText } from '../association/key-text.js'
import type { Transaction } from '../connect/transaction.js'
import type { Runtime } from '../dialect/runtime.js'
import { InstanceError, QueryError } from '../errors/base.js'
import type { ModelState } from '../model/state.js'
import type { Identified } from './identify.js'
import { finder, noSuchRow, SAVE_OPTIONS } from './link-step.js'
import type { WriteOptions } from './options.js'
import { execOf, stepOptions } from './options.js'
import { asInstance, targetModel } from './public.js'
import { remember } from './remember.js'
import { definitionOf, EXPECT_ROW } from './row.js'
import { restore, setKey, snapshot } from './snapshot.js'

/** Points the source at the row that was found (null: at none). Answers with it. */
export async function setOnSource(
  runtime: Runtime,
  association: Association,
  source: ModelState,
  found: Identified,
  options: WriteOptions,
  call: string,
): Promise<ModelState | null> {
  const isSaved = options.save !== false
  if (isSaved && source.isNewRecord)
    throw new InstanceError(
      `${call}: this ${association.source.name} has not been saved, so it has no row whose key could be set. Save it first, or give { save: false }.`,
    )
  for (const option of ['destroyPrevious', 'onReplace', 'steal', 'force', 'individualHooks']) {
    if (options[option] !== undefined)
      throw new QueryError(
        `${call}: ${option} means nothing here, because the foreign key lies on ${association.source.name}: no other row is touched. It is an option of hasOne.`,
      )
  }
  const before = snapshot(source)
  const inner = found !== null && 'instance' in found ? snapshot(found.instance) : null
  try {
    const work = async (transaction: Transaction | null): Promise<ModelState | null> => {
      const step = { ...stepOptions(options), ...(transaction === null ? {} : { transaction }) }
      const target = await targetForSource(association, source, found, options, step, call)
      const values = target === null ? nullKey(association) : association.link(source, target).values
      const changed = changedKeys(source, values)
      setKey(source, Object.fromEntries(changed.map((name) => [name, values[name]])))
      const asked = options.fields as string[] | undefined
      if (isSaved && (changed.length > 0 || asked)) {
        const fields = [...Object.keys(values), ...(asked ?? [])]
        await asInstance(source).save({
          ...step,
          fields,
          defaultFields: fields,
          association,
          reason: target === null ? 'unset' : 'assign',
          [EXPECT_ROW]: true,
          ...(options.validate === undefined ? {} : { validate: options.validate }),
          ...(options.silent === undefined ? {} : { silent: options.silent }),
        })
      }
      return target
    }
    const isNew = found !== null && 'instance' in found && found.instance.isNewRecord
    const next = isSaved && isNew ? await runtime.executor.atomic(execOf(options) ?? {}, work) : await work(null)
    remember(association, source, next, [])
    return next
  } catch (error) {
    restore(source, before)
    if (inner !== null && found !== null && 'instance' in found) restore(found.instance, inner)
    throw error
  }
}

async function targetForSource(
  association: Association,
  source: ModelState,
  found: Identified,
  options: WriteOptions,
  step: Readonly<Record<string, unknown>>,
  call: string,
): Promise<ModelState | null> {
  if (found === null) return null
  if ('instance' in found) {
    const { instance } = found
    if (!instance.isNewRecord) return instance
    if (options.save === false)
      throw new InstanceError(
        `${call}: the ${association.target.name} has not been saved, so it has no key yet. Save it first, or leave out save: false.`,
      )
    const save: Record<string, unknown> = { ...step, association, reason: 'assign' }
    for (const name of [...SAVE_OPTIONS, 'validate', 'skip'] as const)
      if (options[name] !== undefined) save[name] = options[name]
    await asInstance(instance).save(save)
    return instance
  }
  const [row] = await targetModel(association, source)
    .withoutScope()
    .findAll({ where: found.where, limit: 1, ...finder(step) })
  if (!row) throw noSuchRow(association.target, found.key, call)
  return row
}

/** A key of nulls, so that validation refuses it where it cannot be null. */
function nullKey(association: Association): Record<string, unknown> {
  const { possible, values } = association.unlink()
  return possible ? { ...values } : Object.fromEntries(association.foreignKeys.map((name) => [name, null]))
}

/** Attributes whose value differs, compared as keys: '5' is 5. */
function changedKeys(source: ModelState, values: Readonly<Record<string, unknown>>): string[] {
  const definition = definitionOf(source)
  return Object.keys(values).filter((name) => {
    const types = [definition.attribute(name).type]
    return compositeKeyText([source.dataValues[name]], types) !== compositeKeyText([values[name]], types)
  })
}
