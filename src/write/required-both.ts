/**
 * `required: 'both'`: no row of either side stands without its other row. What a write may leave alone is noted, and looked for once, before
 * the transaction ends: within it rows may come and go in any order. Comes from the writes of models that are bound (`association/bound`).
 * Where the engine can check a foreign key at the end of a transaction, it guards the same rule (`counterConstraint`).
 */
import type { Association } from '../association/association.js'
import { compositeKeyText } from '../association/key-text.js'
import { inSchemaOf } from '../association/schema.js'
import type { Transaction } from '../connect/transaction.js'
import type { Runtime } from '../dialect/runtime.js'
import { ValidationError, ValidationErrorItem } from '../errors/validation.js'
import type { ModelClass, ModelDefinition } from '../model/definition.js'
import { ModelState, storedValue } from '../model/state.js'
import { Op } from '../sql/op.js'
import type { WriteOptions } from './options.js'
import { execOf } from './options.js'
import { asModel } from './public.js'

/** Keys of sources that may stand alone; by their text, so that each is there once. */
interface Noted {
  readonly association: Association
  readonly model: ModelClass
  readonly keys: Map<string, readonly unknown[]>
}
const noted = new WeakMap<Transaction, Map<ModelDefinition, Map<Association, Noted>>>()
const KEYS_PER_QUERY = 200

/** Runs a write in the transaction that it stands in, or in one of its own. */
export async function inTransaction<T>(
  runtime: Runtime,
  options: WriteOptions | null | undefined,
  work: (within: WriteOptions, transaction: Transaction) => Promise<T>,
): Promise<T> {
  const current = runtime.executor.currentTransaction(execOf(options))
  if (current !== null) return await work({ ...options, transaction: current }, current)
  return await runtime.executor.atomic(execOf(options) ?? {}, (transaction) =>
    work({ ...options, transaction }, transaction),
  )
}

/** Associations of `required: 'both'` that lead from the model: to the row that it needs, or to the one that its key refers to. */
const requiredOf = (definition: ModelDefinition, saveOrder: Association['saveOrder']): Association[] =>
  [...definition.associations.values()].filter(
    (association) => association.isRequiredByBoth === true && association.saveOrder === saveOrder,
  )

/** Rows of the model need another row. */
export const needsOther = (definition: ModelDefinition): boolean => requiredOf(definition, 'after').length > 0

/** A new row outside of any transaction needs its other row at hand: nothing that comes later could be in the same step. */
export function requireOther(
  runtime: Runtime,
  { modelName, associations }: ModelDefinition,
  instance: ModelState,
  options: WriteOptions | undefined,
): void {
  if (runtime.executor.currentTransaction(execOf(options)) !== null) return
  for (const association of associations.values()) {
    if (association.isRequiredByBoth !== true || association.saveOrder !== 'after') continue
    if (instance.dataValues[association.as] instanceof ModelState) continue
    throw missing(
      association,
      `create both at once, ${modelName}.create({ …, ${association.as}: { … } }, { include: '${association.as}' }), or one after the other in one transaction`,
      instance,
    )
  }
}

function missing(association: Association, remedy: string, instance: ModelState | null): ValidationError {
  const { source, target, as } = association
  const item = new ValidationErrorItem(
    `${source.modelDefinition.modelName}.${as} cannot be missing: each ${source.modelDefinition.modelName} needs a ${target.modelDefinition.modelName} (required: "both"). To keep the rule, ${remedy}.`,
    'notNull Violation',
    as,
    null,
    instance,
    'required',
    'required',
    [],
    'CORE',
  )
  return new ValidationError(null, [item])
}

/** Rows of the model were inserted, or their key has changed: each needs its other row when the transaction ends. */
export function noteSources(definition: ModelDefinition, rows: readonly ModelState[], transaction: Transaction): void {
  for (const association of requiredOf(definition, 'after'))
    note(
      association,
      definition.model,
      rows.map((row) => association.keys.map(({ from }) => row.dataValues[from])),
      transaction,
    )
}

/** Rows of the model lose their keys, or go: their sources need another row when the transaction ends. Call it before the write. */
export async function noteReleased(model: ModelClass, where: unknown, transaction: Transaction): Promise<void> {
  const { modelDefinition } = model
  for (const association of requiredOf(modelDefinition, 'before')) {
    const rows = await asModel(model)
      .withoutScope()
      .findAll({ where, attributes: [...association.foreignKeys], hooks: false, transaction })
    noteFormer(association, model, rows, transaction)
  }
}

/** As `noteReleased`, of an instance. */
export async function noteInstance(
  definition: ModelDefinition,
  instance: ModelState,
  transaction: Transaction,
): Promise<void> {
  for (const association of requiredOf(definition, 'before')) {
    const isLoaded = association.foreignKeys.every((name) => storedValue(instance, name) !== undefined)
    if (isLoaded) noteFormer(association, instance.constructor as ModelClass, [instance], transaction)
    else await noteReleased(instance.constructor as ModelClass, instance.where(), transaction)
  }
}

function noteFormer(
  association: Association,
  model: ModelClass,
  rows: readonly ModelState[],
  transaction: Transaction,
): void {
  const { inverse } = association
  if (inverse === null) return
  const source = inSchemaOf(association.target, model.modelDefinition)
  const keys = rows.map((row) => inverse.keys.map(({ to }) => storedValue(row, to)))
  note(inverse, source, keys, transaction)
}

/** Whether a write of these attributes can take a row away from its source. */
export const releases = (definition: ModelDefinition, names: readonly string[]): boolean =>
  requiredOf(definition, 'before').some(({ foreignKeys }) => foreignKeys.some((name) => names.includes(name)))

/** Whether a write of these attributes changes the key that other rows refer to. */
export const rekeys = (definition: ModelDefinition, names: readonly string[]): boolean =>
  requiredOf(definition, 'after').some(({ keys }) => keys.some(({ from }) => names.includes(from)))

function note(
  association: Association,
  model: ModelClass,
  keys: readonly (readonly unknown[])[],
  transaction: Transaction,
): void {
  const root = transaction.rootTransaction
  let byModel = noted.get(root)
  if (byModel === undefined) {
    byModel = new Map()
    noted.set(root, byModel)
    root.beforeCommit(() => lookForLonely(root))
  }
  let byAssociation = byModel.get(model.modelDefinition)
  if (byAssociation === undefined) {
    byAssociation = new Map()
    byModel.set(model.modelDefinition, byAssociation)
  }
  let entry = byAssociation.get(association)
  if (entry === undefined) {
    entry = { association, model, keys: new Map() }
    byAssociation.set(association, entry)
  }
  const types = association.keys.map(({ from }) => model.modelDefinition.attribute(from).type)
  for (const key of keys) {
    const text = compositeKeyText(key, types)
    if (text !== null) entry.keys.set(text, key)
  }
}

async function lookForLonely(transaction: Transaction): Promise<void> {
  for (const byAssociation of noted.get(transaction)?.values() ?? [])
    for (const entry of byAssociation.values()) await lookFor(entry, transaction)
}

async function lookFor({ association, model, keys }: Noted, transaction: Transaction): Promise<void> {
  const names = association.keys.map(({ from }) => from)
  const list = [...keys.values()]
  for (let at = 0; at < list.length; at += KEYS_PER_QUERY) {
    const part = list.slice(at, at + KEYS_PER_QUERY)
    const wanted =
      names.length === 1
        ? { [names[0]!]: part.map(([value]) => value) }
        : { [Op.or]: part.map((key) => Object.fromEntries(names.map((name, index) => [name, key[index]]))) }
    const lonely = await asModel(model)
      .withoutScope()
      .findOne({ where: { ...wanted, [association.as]: { is: null } }, paranoid: false, hooks: false, transaction })
    if (lonely === null) continue
    const key = names.map((name) => `${name} ${String(lonely.dataValues[name])}`).join(', ')
    throw missing(
      association,
      `give the ${model.modelDefinition.modelName} with ${key} another ${association.target.modelDefinition.modelName} in the same transaction (${association.accessors.set}), or delete it as well`,
      lonely,
    )
  }
}
