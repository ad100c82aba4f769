/**
 * Associations for instances that are there already: `User.load(users, ['profile'])`. What an include of the same shape would have given
 * is read by the instances' primary keys, and put onto them. Docs: docs/reading.md, "Load".
 */
import type { Association } from '../association/association.js'
import { compositeKeyText } from '../association/key-text.js'
import { isPlainObject } from '../base/freeze.js'
import type { ExecOptions } from '../connect/executor.js'
import type { Runtime } from '../dialect/runtime.js'
import { QueryError } from '../errors/base.js'
import type { ModelClass, ModelDefinition } from '../model/definition.js'
import { ModelState, setRelation, storedValue } from '../model/state.js'
import { Op } from '../sql/op.js'
import { show } from '../types/data-type.js'
import { beside } from './beside.js'
import { copyOf } from './copy.js'
import { findAll } from './find.js'
import type { NormalInclude } from './include-spelling.js'
import { expandAll, normaliseInclude } from './include-spelling.js'
import type { FindInput } from './options.js'
import { checkOptions, execOptions, FIND_OPTIONS } from './options.js'

/** Rows per statement; also bounded by the engine's number of parameters. */
const ROWS = 10_000

/** Options: `force` (reads what is loaded already again), and those of the way to the database (`transaction`, `logging`, …). */
export async function loadOnto(
  runtime: Runtime,
  model: ModelClass,
  instances: unknown,
  include: unknown,
  options: FindInput = {},
): Promise<unknown> {
  const call = `${model.name}.load()`
  const { force = false, ...rest } = options
  if (typeof force !== 'boolean') throw new QueryError(`${call}: force is true or false, got ${show(force)}.`)
  const parents = listOf(model, instances, call)
  const definition = model.modelDefinition
  if (include === undefined || include === null)
    throw new QueryError(`${call} needs to know what to load: an include, as findAll() takes it.`)
  const wanted = expandAll(definition, include).map((item) => normaliseInclude(definition, item))
  // To-ones share a statement; each to-many has its own, so that none multiplies another's rows.
  const toOnes: Wanted[] = []
  const queries: Wanted[][] = [toOnes]
  for (const one of wanted) {
    const missing = force ? parents : parents.filter((parent) => parent.dataValues[one.association.as] === undefined)
    await loadBelow(
      runtime,
      one,
      parents.filter((parent) => !missing.includes(parent)),
      options,
    )
    if (missing.length === 0) continue
    if (one.association.cardinality === 'one') toOnes.push({ include: one, parents: missing })
    else queries.push([{ include: one, parents: missing }])
  }
  const readings = queries
    .filter((some) => some.length > 0)
    .map(
      (some) =>
        (exec: ExecOptions): Promise<void> =>
          read(runtime, model, some, { ...rest, ...exec }, call),
    )
  await beside(runtime, call, execOptions(rest, checkOptions(rest, FIND_OPTIONS, model, 'load')), readings)
  return instances
}

interface Wanted {
  readonly include: NormalInclude
  readonly parents: readonly ModelState[]
}

function listOf(model: ModelClass, given: unknown, call: string): readonly ModelState[] {
  const list: readonly unknown[] = Array.isArray(given) ? given : given === null || given === undefined ? [] : [given]
  const { initial, modelName } = model.modelDefinition
  for (const one of list) {
    if (!(one instanceof ModelState)) throw new QueryError(`${call} takes instances of ${modelName}, got ${show(one)}.`)
    const own = (one.constructor as unknown as ModelClass).modelDefinition
    if (own.initial !== initial && !(one instanceof model))
      throw new QueryError(`${call} takes instances of ${modelName}, got one of ${own.modelName}.`)
    if (one.isNewRecord)
      throw new QueryError(
        `${call}: an instance of ${modelName} is not saved yet, so nothing is associated with it. Save it first.`,
      )
  }
  return list as readonly ModelState[]
}

/** What is loaded stays; what is included below it is loaded onto it. */
async function loadBelow(
  runtime: Runtime,
  { association, model, options }: NormalInclude,
  parents: readonly ModelState[],
  given: FindInput,
): Promise<void> {
  if (parents.length === 0 || options.include === undefined || options.include === null) return
  const below = parents.flatMap((parent) => {
    const value = parent.dataValues[association.as]
    return Array.isArray(value) ? (value as unknown[]) : value instanceof ModelState ? [value] : []
  })
  if (below.length > 0) await loadOnto(runtime, model, below, options.include, given)
}

async function read(
  runtime: Runtime,
  model: ModelClass,
  wanted: readonly Wanted[],
  options: FindInput,
  call: string,
): Promise<void> {
  const definition = model.modelDefinition
  const keys = definition.shape.primaryKey.map((attribute) => attribute.attributeName)
  if (keys.length === 0)
    throw new QueryError(`${call} needs a primary key, which ${definition.modelName} does not have.`)
  const byKey = new Map<string, ModelState[]>()
  const values = new Map<string, readonly unknown[]>()
  for (const parent of new Set(wanted.flatMap((one) => one.parents))) {
    const key = keys.map((name) => storedValue(parent, name))
    if (key.includes(undefined) || key.includes(null))
      throw new QueryError(
        `${call}: an instance of ${definition.modelName} has no value for its primary key (${keys.join(', ')}). Load it with the instance.`,
      )
    const text = textOf(definition, keys, key)
    byKey.set(text, [...(byKey.get(text) ?? []), parent])
    values.set(text, key)
  }
  const all = [...values.values()]
  const size = Math.max(1, Math.min(ROWS, Math.floor((runtime.dialect.traits.maxParameters - 100) / keys.length)))
  const rows: ModelState[] = []
  for (let at = 0; at < all.length; at += size)
    rows.push(...(await rowsOf(runtime, model, keys, all.slice(at, at + size), wanted, options)))
  for (const { include, parents } of wanted) give(definition, keys, rows, byKey, include.association, parents)
}

function rowsOf(
  runtime: Runtime,
  model: ModelClass,
  keys: readonly string[],
  values: readonly (readonly unknown[])[],
  wanted: readonly Wanted[],
  options: FindInput,
): Promise<ModelState[]> {
  const where =
    keys.length === 1
      ? { [keys[0]!]: values.map(([value]) => value) }
      : { [Op.or]: values.map((key) => Object.fromEntries(keys.map((name, at) => [name, key[at]]))) }
  return findAll(runtime, model, {
    ...options,
    where,
    attributes: keys,
    include: wanted.map(({ include }) => includeOf(include)),
    paranoid: false,
    hooks: false,
  }) as Promise<ModelState[]>
}

/** The include, keeping parents whose rows it filters: they have none then. */
function includeOf({ association, model, options }: NormalInclude): object {
  const isDivided = options.limit !== undefined || options.offset !== undefined || options.separate === true
  return {
    ...(isPlainObject(options) ? options : {}),
    association,
    model,
    required: false,
    ...(options.strategy === undefined && !isDivided ? { strategy: 'join' } : {}),
  }
}

function give(
  definition: ModelDefinition,
  keys: readonly string[],
  rows: readonly ModelState[],
  byKey: ReadonlyMap<string, readonly ModelState[]>,
  { as, cardinality }: Association,
  parents: readonly ModelState[],
): void {
  const waiting = new Set(parents)
  for (const row of rows) {
    const text = textOf(
      definition,
      keys,
      keys.map((name) => row.dataValues[name]),
    )
    const takers = (byKey.get(text) ?? []).filter((parent) => waiting.delete(parent))
    const value = row.dataValues[as]
    // Instances of the same row get what is loaded for themselves.
    for (const [at, parent] of takers.entries()) setRelation(parent, as, at === 0 ? value : copied(value))
  }
  // The row is gone, or the model's scope hides it.
  for (const parent of waiting) setRelation(parent, as, cardinality === 'many' ? [] : null)
}

function copied(value: unknown): unknown {
  if (value instanceof ModelState) return copyOf(value)
  return Array.isArray(value) ? value.map((one) => (one instanceof ModelState ? copyOf(one) : one)) : value
}

/** Equal for keys that are equal in the database, whatever JavaScript type they came in. */
const textOf = (definition: ModelDefinition, keys: readonly string[], values: readonly unknown[]): string =>
  compositeKeyText(
    values,
    keys.map((name) => definition.attribute(name).type),
  ) ?? ''
