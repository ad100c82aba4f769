/** Links to many rows that hold the key themselves (hasMany): one UPDATE for all of them where nobody listens. A part of `many`. */
import type { OnReplace } from '../association/association.js'
import { AssociationError } from '../errors/association.js'
import { EmptyResultError, QueryError } from '../errors/base.js'
import type { ModelState } from '../model/state.js'
import { forget } from '../model/state.js'
import { Op } from '../sql/op.js'
import { single } from './get-one.js'
import type { LinkStep } from './link-step.js'
import { finder, keyOfSource } from './link-step.js'
import type { Linker } from './many-step.js'
import { isNew, listens, saveNew } from './many-step.js'
import type { Named } from './many-targets.js'
import { keyTexts, whereKeys } from './many-targets.js'
import type { PublicModel } from './public.js'
import { asInstance, targetModel } from './public.js'
import { UPDATE_HOOKS } from './release.js'
import { describeKey, EXPECT_ROW } from './row.js'
import { setKey } from './snapshot.js'

type Values = Readonly<Record<string, unknown>>

export const rowsOfKeys: Linker = {
  isSingle: (link, named) => named.length === 1 && !(isNew(named[0]!) && link.options.include !== undefined),
  add: link,
  remove(step, named) {
    const { destroy } = step.options
    if (destroy !== undefined && destroy !== false) return unlink(step, named, 'delete')
    const { possible } = step.association.unlink()
    return unlink(step, named, possible || destroy === false ? 'nullify' : 'delete')
  },
  async set(step, named) {
    const linked = await linkedRows(step)
    const { association } = step
    const wanted = new Set(keyTexts(association, named))
    const there = new Set(keyTexts(association, linked))
    const { destroyPrevious } = step.options
    const others = linked.filter((one) => !wanted.has(keyTexts(association, [one])[0]!))
    if (others.length > 0) await release(step, others, destroyPrevious !== undefined && destroyPrevious !== false)
    const missing = named.filter((one) => !there.has(keyTexts(association, [one])[0]!))
    if (missing.length > 0) await link(step, missing)
  },
  async create(step, instance) {
    const values = keyOfSource(step.association, step.source)
    setKey(instance, values)
    const { fields } = step.options
    const asked = Array.isArray(fields) ? { fields: [...(fields as string[]), ...Object.keys(values)] } : {}
    await saveNew({ ...step, options: { ...step.options, ...asked } }, instance)
  },
  remember({ association, source }, instance, isLinked) {
    const values = isLinked ? association.link(source, instance).values : association.unlink().values
    // A row that was deleted instead keeps what it had.
    if (instance.isNewRecord) return
    for (const [name, value] of Object.entries(values)) {
      instance.dataValues[name] = value
      forget(instance, name)
    }
    const { inverse } = association
    if (!isLinked && inverse && inverse.as in instance.dataValues) instance.dataValues[inverse.as] = null
  },
}

const modelOf = ({ association, source }: LinkStep): PublicModel => targetModel(association, source).withoutScope()

const DESTROY_HOOKS = ['beforeDestroy', 'afterDestroy'] as const

/** Primary keys of the rows that are linked now. */
async function linkedRows(step: LinkStep): Promise<Named[]> {
  const { association, source, runtime } = step
  keyOfSource(association, source)
  const where = single(association.batch([source])!.where)
  const names = association.target.modelDefinition.shape.primaryKey.map((attribute) => attribute.attributeName)
  const rows = await modelOf(step).findAll({
    where,
    ...(names.length > 0 ? { attributes: names, order: names } : {}),
    ...finder(step.step),
    ...(runtime.dialect.traits.rowLocks ? { lock: true } : {}),
  })
  return rows.map((instance) => ({ instance }))
}

async function link(step: LinkStep, named: readonly Named[]): Promise<void> {
  const { association, source } = step
  const values = keyOfSource(association, source)
  const there = named.filter((one) => !isNew(one))
  for (const one of named) {
    if (!('instance' in one) || !one.instance.isNewRecord) continue
    setKey(one.instance, values)
    await saveNew(step, one.instance)
  }
  if (there.length > 0) await write(step, there, values, 'assign', null, true)
}

/** Writes values into rows; `isExpected`: a row that is not there is an error. */
async function write(
  step: LinkStep,
  named: readonly Named[],
  values: Values,
  reason: string,
  linked: object | null,
  isExpected: boolean,
): Promise<void> {
  const { association, options, call } = step
  const model = modelOf(step)
  const keys = whereKeys(association.target, named)
  const where = linked === null ? keys : { [Op.and]: [linked, keys] }
  const rest = {
    ...step.step,
    association,
    reason,
    ...(options.validate === undefined ? {} : { validate: options.validate }),
    ...(options.silent === undefined ? {} : { silent: options.silent }),
    ...(options.skip === undefined ? {} : { skip: options.skip }),
  }
  const missing = (): EmptyResultError =>
    new EmptyResultError(
      named.length === 1
        ? `${call}: there is no ${association.target.name} with ${describeKey(keyOf(named[0]!))}. Nothing was changed.`
        : `${call}: not all of these ${named.length} rows of ${association.target.name} are there. Nothing was changed.`,
    )
  if (!listens(step, model.modelDefinition, UPDATE_HOOKS)) {
    const [affected] = await model.update(values, { ...rest, where })
    if (isExpected && affected < named.length) throw missing()
    return
  }
  const rows = isExpected ? await rowsFor(step, named) : await model.findAll({ where, ...finder(step.step) })
  if (isExpected && rows.length < named.length) throw missing()
  const fields = Object.keys(values)
  for (const row of rows) {
    setKey(row, values)
    await asInstance(row).save({ ...rest, fields, defaultFields: fields, [EXPECT_ROW]: true })
  }
}

const keyOf = (one: Named): Readonly<Record<string, unknown>> => ('instance' in one ? one.instance.where() : one.key)

/** The instances that were given, and those of keys from the database. */
async function rowsFor(step: LinkStep, named: readonly Named[]): Promise<ModelState[]> {
  const given = named.flatMap((one) => ('instance' in one ? [one.instance] : []))
  const keys = named.filter((one) => !('instance' in one))
  if (keys.length === 0) return given
  const found = await modelOf(step).findAll({ where: whereKeys(step.association.target, keys), ...finder(step.step) })
  return [...given, ...found]
}

/** Takes the key away from rows of the source, or deletes them where it cannot be null or is to be so. */
async function unlink(step: LinkStep, named: readonly Named[], policy: 'delete' | 'nullify'): Promise<void> {
  const { association, source, options, call } = step
  const { possible, values } = association.unlink()
  const linked = single(association.batch([source])!.where)
  if (policy === 'nullify' && !possible)
    throw new AssociationError(
      `${call}: ${association.target.name}.${association.foreignKeys.join(', ')} cannot be null, so rows cannot be left without a ${association.source.name}. Delete them instead (destroy, destroyPrevious), or allow null.`,
    )
  if (policy === 'delete') {
    const wishes = [options.destroy, options.destroyPrevious].find((wish) => typeof wish === 'object' && wish !== null)
    await modelOf(step).destroy({
      ...step.step,
      association,
      reason: 'unset',
      ...(options.force === undefined ? {} : { force: options.force }),
      ...(listens(step, association.target.modelDefinition, DESTROY_HOOKS) ? { individualHooks: true } : {}),
      ...wishes,
      where: { [Op.and]: [linked, whereKeys(association.target, named)] },
    })
    return
  }
  const keys =
    options.clearScopeOnUnset === true
      ? { ...values, ...Object.fromEntries(Object.keys(association.scope ?? {}).map((name) => [name, null])) }
      : values
  await write(step, named, keys, 'unset', linked, false)
}

/** Rows that others take the place of: as the association (`onReplace`) or the call says. */
async function release(step: LinkStep, named: readonly Named[], isDelete: boolean): Promise<void> {
  const { association, options, call } = step
  const { onReplace } = options
  if (onReplace !== undefined && onReplace !== 'nullify' && onReplace !== 'delete' && onReplace !== 'restrict')
    throw new QueryError(`${call}: onReplace must be "nullify", "delete" or "restrict".`)
  const policy: OnReplace = isDelete ? 'delete' : ((onReplace as OnReplace | undefined) ?? association.onReplace)
  if (policy === 'restrict')
    throw new AssociationError(
      `${call}: ${named.length === 1 ? 'a row' : `${named.length} rows`} of ${association.target.name} would lose their ${association.source.name}, and onReplace of "${association.as}" is "restrict". Delete or move them first.`,
    )
  await unlink(step, named, policy)
}
