/**
 * Instances from plain values: `build` and the first half of `create`. Where an include asks for it, the values of associations become
 * instances as well; `write/nested` then saves all of them. Docs: querying/insert ("Inserting Associated Records").
 */
import { isPlainObject } from '../base/freeze.js'
import { checkOptions } from '../base/options.js'
import { QueryError } from '../errors/index.js'
import { buildNew } from '../model/new-rows.js'
import type { StateOptions, Values } from '../model/state.js'
import { ModelState, setRelation } from '../model/state.js'
import { expandAll, normaliseInclude } from '../read/include-spelling.js'
import type { PlainModel } from './registration.js'
import { modelClass } from './registration.js'

const BUILD_OPTIONS = ['isNewRecord', 'raw', 'include', 'attributes', 'includeNames'] as const
const KNOWN: ReadonlySet<string> = new Set(BUILD_OPTIONS)
type Options = Readonly<Record<string, unknown>>

/** The part of the options of `create` that concerns building. */
export function buildOptionsOf(options: Options | undefined): Record<string, unknown> | undefined {
  if (options === undefined) return undefined
  const own: Record<string, unknown> = {}
  for (const name of BUILD_OPTIONS) if (options[name] !== undefined) own[name] = options[name]
  return own
}

export function buildOne(model: PlainModel, values?: unknown, options?: Options): ModelState | ModelState[] {
  checkOptions(options, KNOWN, `${model.name}.build()`)
  // v6: `build` of a list is `bulkBuild`.
  if (Array.isArray(values)) return values.map((one) => model.build(one as object, options))
  const given = valuesOf(model, values)
  if (options?.include === undefined || options.include === null)
    return buildNew(model, given, options as StateOptions | undefined)
  const includes = expandAll(model.modelDefinition, options.include).map((item) =>
    normaliseInclude(model.modelDefinition, item),
  )
  const nested = new Map<string, unknown>()
  for (const { association, model: target, options: include } of includes) {
    const { as } = association
    if (!Object.hasOwn(given, as) || nested.has(as)) continue
    const within = {
      ...(include.include === undefined ? {} : { include: include.include }),
      ...(options.isNewRecord === undefined ? {} : { isNewRecord: options.isNewRecord }),
      ...(options.raw === undefined ? {} : { raw: options.raw }),
    }
    nested.set(
      as,
      instancesOf(
        modelClass(target),
        given[as],
        within,
        `${model.modelDefinition.modelName}.${as}`,
        association.cardinality === 'many',
        association.between?.as ?? null,
      ),
    )
  }
  // Not by `delete`, which makes a slow object.
  const own: Values = {}
  for (const name of Object.keys(given)) if (!nested.has(name)) own[name] = given[name]
  const instance = buildNew(model, own, options as StateOptions)
  for (const [as, value] of nested) if (value !== undefined) setRelation(instance, as, value)
  return instance
}

function valuesOf(model: PlainModel, values: unknown): Values {
  if (values === undefined || values === null) return {}
  if (values instanceof ModelState) return values.get() as Values
  if (typeof values === 'object') return values as Values
  throw new QueryError(`${model.name}.build takes an object of attribute values, got ${typeof values}.`)
}

/** Undefined: nothing was given. */
function instancesOf(
  target: PlainModel,
  value: unknown,
  options: Options,
  name: string,
  isMany: boolean,
  between: string | null = null,
): unknown {
  if (value === undefined || value === null) return value
  if (value instanceof ModelState) return value
  if (isMany) {
    if (!Array.isArray(value)) throw new QueryError(`${name} leads to many rows: give a list.`)
    return value.map((one: unknown) => instancesOf(target, one, options, name, false, between))
  }
  if (Array.isArray(value)) throw new QueryError(`${name} leads to one row: give one object, not a list.`)
  if (!isPlainObject(value))
    throw new QueryError(`${name} must be an object of attribute values or an instance of ${target.name}.`)
  if (between === null || !Object.hasOwn(value, between)) return target.build(value, options)
  // Attributes of the row between stand under its model's name.
  const { [between]: link, ...own } = value
  const instance = target.build(own, options) as ModelState
  setRelation(instance, between, link)
  return instance
}
