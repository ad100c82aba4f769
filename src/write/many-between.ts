/**
 * Links by rows of a table between two models (belongsToMany): looked up first, so that a pair is linked once; then all that are missing
 * in one INSERT, all that are too many in one DELETE. A part of `many`.
 * Docs: associations/belongs-to-many; v6: advanced-association-concepts/advanced-many-to-many; other-topics/hooks ("Many-to-Many").
 */
import type { Between } from '../association/association.js'
import { compositeKeyText } from '../association/key-text.js'
import { inSchemaOf } from '../association/schema.js'
import { isPlainObject } from '../base/freeze.js'
import { AssociationError } from '../errors/association.js'
import { EmptyResultError, QueryError } from '../errors/base.js'
import { UniqueConstraintError } from '../errors/validation.js'
import type { ModelState } from '../model/state.js'
import { Op } from '../sql/op.js'
import { show } from '../types/data-type.js'
import type { LinkStep } from './link-step.js'
import { finder } from './link-step.js'
import type { Linker } from './many-step.js'
import { isNew, listens, saveNew } from './many-step.js'
import type { Named } from './many-targets.js'
import { keyTexts, whereKeys } from './many-targets.js'
import { execOf } from './options.js'
import type { PublicModel } from './public.js'
import { asInstance, asModel, targetModel } from './public.js'
import { definitionOf } from './row.js'

type Values = Readonly<Record<string, unknown>>
/** A link that is wanted: the key of its target, and attributes of its own. */
interface Wanted {
  readonly key: string
  readonly values: Values
  readonly attributes: Values
}

export const betweenRows: Linker = {
  isSingle: (step, named) =>
    !named.some((one) => isNew(one) || attributesOf(step, one) !== NONE) &&
    !throughModel(step).modelDefinition.settings.paranoid,
  async add(step, named) {
    const wanted = await wantedLinks(step, named)
    await complete(step, wanted, await linksNow(step, wanted))
  },
  async set(step, named) {
    const wanted = await wantedLinks(step, named)
    const links = await linksNow(step, null)
    const keys = new Set(wanted.map((one) => one.key))
    const others = links.filter((row) => !keys.has(keyOfLink(step, row)) && !isDeleted(row))
    if (others.length > 0)
      await destroy(
        step,
        others.map((row) => targetKey(step, row.dataValues, 'from')),
      )
    await complete(step, wanted, links)
  },
  async remove(step, named) {
    if (step.options.destroy !== undefined && step.options.destroy !== false)
      throw new QueryError(
        `${step.call}: destroy means nothing here, because ${step.association.target.name} has no key of its own: the rows between are deleted, and ${step.association.target.name} is left alone.`,
      )
    await destroy(step, await targetKeys(step, named))
  },
  async create(step, instance) {
    await saveNew({ ...step, options: { ...step.options, through: undefined } }, instance)
    const [wanted] = await wantedLinks(step, [{ instance }])
    await insert(step, [wanted!])
  },
  remember() {},
}

const between = ({ association }: LinkStep): Between => association.between!
const throughModel = ({ association, source }: LinkStep): PublicModel =>
  asModel(inSchemaOf(association.between!.model, definitionOf(source))).withoutScope()

// ---------------------------------------------------------------- what is wanted
const NONE: Values = Object.freeze({})

/** Attributes that the call or the target itself gives to the link: `through`, and an object under the name of the model between. */
function attributesOf({ association, options, call }: LinkStep, one: Named): Values {
  const { through } = options
  if (through !== undefined && through !== null && !isPlainObject(through))
    throw new QueryError(
      `${call}: through is an object of attribute values of ${association.between!.model.name}, got ${show(through)}.`,
    )
  const own = 'instance' in one ? one.instance.dataValues[association.between!.as] : undefined
  const isOwn = isPlainObject(own)
  if (!isOwn && (through === undefined || through === null)) return NONE
  return { ...(through as object | undefined), ...(isOwn ? own : {}) }
}

async function wantedLinks(step: LinkStep, named: readonly Named[]): Promise<Wanted[]> {
  for (const one of named)
    if (isNew(one)) await saveNew({ ...step, options: { ...step.options, through: undefined } }, one.instance)
  const keys = await targetKeys(step, named)
  return named.map((one, at): Wanted => {
    const values = { ...sourceKey(step), ...keys[at]! }
    return { key: textOf(step, keys[at]!), values, attributes: attributesOf(step, one) }
  })
}

/** Attributes of a row between that point to the source, and the fixed ones. */
function sourceKey({ association, source }: LinkStep): Values {
  const { keys, scope } = association.between!
  const values: Record<string, unknown> = { ...scope }
  for (const { from, to } of keys[0]) {
    const value = source.dataValues[from]
    if (value === undefined || value === null)
      throw new AssociationError(
        `This ${association.source.name} has no value for ${from}, which "${association.as}" refers to, so nothing can be linked to it.`,
      )
    values[to] = value
  }
  return values
}

/** Attributes of a row between that point to a target, read off the target (`to`) or off another row between (`from`). */
function targetKey(step: LinkStep, values: Values, end: 'from' | 'to'): Values {
  return Object.fromEntries(between(step).keys[1].map((key) => [key.from, values[key[end]]]))
}

async function targetKeys(step: LinkStep, named: readonly Named[]): Promise<Values[]> {
  const { association, source, call } = step
  const names = between(step).keys[1].map((key) => key.to)
  const isThere = (one: Named): boolean => {
    const values = 'instance' in one ? one.instance.dataValues : one.key
    return names.every((name) => values[name] !== undefined && values[name] !== null)
  }
  const unknown = named.filter((one) => !isThere(one))
  const found = new Map<string | null, ModelState>()
  if (unknown.length > 0) {
    const rows = await targetModel(association, source)
      .withoutScope()
      .findAll({ where: whereKeys(association.target, unknown), ...finder(step.step) })
    for (const instance of rows) found.set(keyTexts(association, [{ instance }])[0]!, instance)
  }
  return named.map((one) => {
    if (isThere(one)) return targetKey(step, 'instance' in one ? one.instance.dataValues : one.key, 'to')
    const row = found.get(keyTexts(association, [one])[0]!)
    if (row === undefined)
      throw new EmptyResultError(
        `${call}: not all of these rows of ${association.target.name} are there. Nothing was changed.`,
      )
    return targetKey(step, row.dataValues, 'to')
  })
}

function textOf(step: LinkStep, key: Values): string {
  const { model, keys } = between(step)
  const names = keys[1].map(({ from }) => from)
  return (
    compositeKeyText(
      names.map((name) => key[name]),
      names.map((name) => model.modelDefinition.attribute(name).type),
    ) ?? ''
  )
}
const keyOfLink = (step: LinkStep, row: ModelState): string => textOf(step, targetKey(step, row.dataValues, 'from'))

// ---------------------------------------------------------------- what is there

/** The condition for links of the source, to some targets or to all. */
function whereLinks(step: LinkStep, keys: readonly Values[] | null): Record<PropertyKey, unknown> {
  const where: Record<PropertyKey, unknown> = { ...sourceKey(step) }
  if (keys === null) return where
  const names = between(step).keys[1].map(({ from }) => from)
  if (names.length === 1) {
    const values = keys.map((key) => key[names[0]!])
    where[names[0]!] = values.length === 1 ? values[0] : values
    return where
  }
  return { ...where, [Op.or]: keys }
}

/** The rows between that are there, soft-deleted ones too. */
async function linksNow(step: LinkStep, wanted: readonly Wanted[] | null): Promise<ModelState[]> {
  const model = throughModel(step)
  if (wanted !== null && wanted.length === 0) return []
  return await model.findAll({
    where: whereLinks(step, wanted === null ? null : wanted.map((one) => targetKey(step, one.values, 'from'))),
    paranoid: false,
    ...finder(step.step),
  })
}

const isDeleted = (row: ModelState): boolean => definitionOf(row).shape.deletedAt !== null && row.isSoftDeleted()

// ---------------------------------------------------------------- writing

/** Links what is not linked yet, and gives links that are there their new attributes. */
async function complete(step: LinkStep, wanted: readonly Wanted[], links: readonly ModelState[]): Promise<void> {
  const there = new Map<string, ModelState>()
  for (const row of links) {
    const key = keyOfLink(step, row)
    const before = there.get(key)
    if (before === undefined || isDeleted(before)) there.set(key, row)
  }
  const missing = wanted.filter((one) => !there.has(one.key))
  const changed = wanted.filter(({ key, attributes }) => {
    const row = there.get(key)
    return (
      row !== undefined &&
      (isDeleted(row) || Object.keys(attributes).some((name) => row.get(name) !== attributes[name]))
    )
  })
  if (changed.length > 0) await change(step, changed, there)
  if (missing.length > 0) await insertMissing(step, missing)
}

/** Somebody else may link the same pair between the look and the INSERT: theirs is as good. */
async function insertMissing(step: LinkStep, missing: readonly Wanted[]): Promise<void> {
  try {
    await insert(step, missing)
  } catch (error) {
    const isAlone = step.runtime.executor.currentTransaction(execOf(step.step)) === null
    if (!isAlone || !(error instanceof UniqueConstraintError)) throw error
    const links = new Set((await linksNow(step, missing)).map((row) => keyOfLink(step, row)))
    const still = missing.filter((one) => !links.has(one.key))
    if (still.length === missing.length) throw error
    if (still.length > 0) await insert(step, still)
  }
}

async function insert(step: LinkStep, wanted: readonly Wanted[]): Promise<void> {
  const { association, options } = step
  await throughModel(step).bulkCreate(
    wanted.map(({ values, attributes }) => ({ ...attributes, ...values })),
    {
      validate: true,
      ...step.step,
      association,
      reason: 'assign',
      ...(options.validate === undefined ? {} : { validate: options.validate }),
      ...(options.individualHooks === true ? { individualHooks: true } : {}),
    },
  )
}

async function change(
  step: LinkStep,
  changed: readonly Wanted[],
  there: ReadonlyMap<string, ModelState>,
): Promise<void> {
  const model = throughModel(step)
  const rest = { ...step.step, ...(step.options.silent === undefined ? {} : { silent: step.options.silent }) }
  const each = listens(step, model.modelDefinition, ['beforeUpdate', 'afterUpdate', 'beforeSave', 'afterSave'])
  const deleted = changed.map((one) => there.get(one.key)!).filter(isDeleted)
  for (const row of deleted) await asInstance(row).restore(step.step)
  const groups = new Map<string, Wanted[]>()
  for (const one of changed) {
    if (Object.keys(one.attributes).length === 0) continue
    const row = there.get(one.key)!
    if (each) {
      row.set({ ...one.attributes })
      await asInstance(row).save({ ...rest, association: step.association, reason: 'assign' })
      continue
    }
    // Links that get the same attributes share a statement.
    const text = JSON.stringify(one.attributes, (_key, value: unknown) =>
      typeof value === 'bigint' ? `${value}n` : value,
    )
    groups.set(text, [...(groups.get(text) ?? []), one])
  }
  for (const group of groups.values())
    await model.update(group[0]!.attributes, {
      ...rest,
      association: step.association,
      reason: 'assign',
      where: whereLinks(
        step,
        group.map((one) => targetKey(step, one.values, 'from')),
      ),
    })
}

async function destroy(step: LinkStep, keys: readonly Values[]): Promise<void> {
  const { association, options } = step
  await throughModel(step).destroy({
    ...step.step,
    association,
    reason: 'unset',
    ...(options.force === undefined ? {} : { force: options.force }),
    ...(options.individualHooks === true ? { individualHooks: true } : {}),
    where: whereLinks(step, keys),
  })
}
