/**
 * The instance: one object of values by attribute (associated instances among them), and the previous values of what changed.
 * `build` makes new ones, `model/rows` those that stand around rows. Nothing here knows a database.
 * Neighbours: `model/fields` and `model/hidden` (class fields that would hide attributes), `model/accessors` (properties on the prototype).
 * Docs: models/getters-setters-virtuals; v6: core-concepts/model-instances.
 */
import { draft, isPlainObject } from '../base/freeze.js'
import { checkObject, checkOption, checkOptions } from '../base/options.js'
import { InstanceError } from '../errors/index.js'
import { isFragment } from '../sql/fragments.js'
import { GONE } from './accessors.js'
import type { Attribute } from './attribute.js'
import { defaultOf } from './attribute.js'
import type { ModelClass, ModelDefinition } from './definition.js'
import type { Purpose } from './fields.js'
import { construct, fieldsOf, recorder, STATE, takePurpose } from './fields.js'
import { hidesAttribute, settle, takeAssignments, withoutHiding } from './hidden.js'

export { installAttributes, installRelation, installSelected, uninstallRelation } from './accessors.js'

export type Values = Record<string, unknown>
/** What an instance remembers of how it was made; serialisers read `include` and `includeNames`. One object for all rows of a query. */
export interface StateOptions {
  /** Names of the attributes that the query selected; undefined: all. */
  readonly attributes?: unknown
  readonly include?: unknown
  readonly includeNames?: readonly string[]
  /** Parts of the primary key that the query did not select but knows: the row can be found by them, the instance does not show them. */
  readonly hiddenKeys?: Readonly<Values>
  readonly [option: string]: unknown
}
export interface GetOptions {
  readonly plain?: boolean
  readonly raw?: boolean
  readonly clone?: boolean
}
export interface SetOptions {
  readonly raw?: boolean
  readonly reset?: boolean
  readonly attributes?: readonly string[]
}

export const NO_OPTIONS: StateOptions = Object.freeze({})
const NO_GET: GetOptions = Object.freeze({})
const GET_OPTIONS: ReadonlySet<string> = new Set(['plain', 'raw', 'clone'])
const definitionOf = (instance: ModelState): ModelDefinition =>
  (instance.constructor as unknown as ModelClass).modelDefinition

export abstract class ModelState {
  /** Values by attribute, without getters; associated instances under the name of their association. */
  dataValues: Values
  /** True until the row is inserted. */
  isNewRecord: boolean
  /** Values before the changes, of what changed; null: nothing did. */
  _previous: Map<string, unknown> | null
  _options: StateOptions

  // The fields are set in the order of `rowFunction`: instances of both ways then look alike to the engine.
  constructor(values?: Values | null, options?: StateOptions | null) {
    const purpose = takePurpose()
    if (purpose?.kind === 'hydrate') {
      this.dataValues = purpose.values
      this.isNewRecord = false
      this._previous = null
      this._options = purpose.options
    } else {
      this.dataValues = {}
      this.isNewRecord = options?.isNewRecord !== false
      this._previous = null
      this._options = options ?? NO_OPTIONS
    }
    // biome-ignore lint/correctness/noConstructorReturn: the probe watches what derived constructors do to the instance
    if (purpose?.kind === 'probe') return recorder(this, purpose) as this
    if (purpose?.kind !== 'hydrate') fill(this, values ?? {}, options?.raw === true)
    const fields = fieldsOf(new.target as unknown as ModelClass)
    if (fields.assigned.size > 0)
      takeAssignments(this, fields.assigned, purpose?.kind === 'hydrate' ? null : (values ?? {}))
    // Somebody called `new` himself: nobody will look at the instance when its fields are there.
    if (purpose === null && fields.defined.size > 0 && hidesAttribute(this, fields))
      // biome-ignore lint/correctness/noConstructorReturn: fields are defined after this, and only a proxy sees it
      return withoutHiding(this, fields.defined, values ?? {})
  }

  /** Names of changed attributes, or false; with a name (or several): whether it changed; with a boolean: marks it as changed or not. */
  changed(key?: string | readonly string[], dirty?: boolean): unknown {
    const previous = this._previous
    if (key === undefined) return previous !== null && previous.size > 0 ? [...previous.keys()] : false
    if (typeof key !== 'string') return key.some((name) => previous?.has(name) ?? false)
    if (dirty === undefined) return previous?.has(key) ?? false
    if (!dirty) forget(this, key)
    else if (!(previous?.has(key) ?? false)) remember(this, key, this.dataValues[key])
    return this
  }

  /** The value before the change; the current one where nothing changed. Without a name: previous values of all that changed. */
  previous(key?: string): unknown {
    if (key === undefined) return Object.fromEntries(this._previous ?? [])
    return this._previous?.has(key) ? this._previous.get(key) : this.dataValues[key]
  }
  /** All values as they were before the changes. */
  get _previousDataValues(): Values {
    const values: Values = {}
    for (const name of definitionOf(this).shape.attributes.keys())
      if (Object.hasOwn(this.dataValues, name)) values[name] = this.previous(name)
    return values
  }
  /** @deprecated v6's set of changed names. */
  get _changed(): Set<string> {
    return new Set(this._previous?.keys())
  }

  /**
   * A value, through its getter unless `raw`; without a name all values, in the order of the definition.
   * `plain`: associated instances become plain objects too. `clone`: nothing in the result is shared with the instance.
   */
  get(key?: string | GetOptions | null, options?: GetOptions): unknown {
    if (typeof key !== 'string') {
      const given = key ?? options ?? NO_GET
      if (given !== NO_GET) checkOptions(given, GET_OPTIONS, `${definitionOf(this).modelName}.get()`)
      return valuesOf(this, given, [])
    }
    if (options?.raw !== true) {
      const getter = definitionOf(this).shape.attributes.get(key)?.get
      if (getter) return (getter as (this: unknown, key: string) => unknown).call(this, key)
    }
    return options === undefined ? this.dataValues[key] : shown(this.dataValues[key], options, [this])
  }

  /**
   * Sets a value, or several: through setters, in the form that the data type holds, noting what changed. Names that are no attributes
   * are left out; `'meta.a.b'` sets inside a JSON attribute. `raw`: as it is, as if it came from the database; `reset`: forget all others.
   */
  set(key: string | Values, value?: unknown, options?: SetOptions | null): this {
    if (typeof key === 'string') {
      setOne(this, key, value, options?.raw === true)
      return this
    }
    const given = (value ?? options ?? NO_OPTIONS) as SetOptions
    const { raw, reset, attributes } = given
    if (given !== NO_OPTIONS) {
      const call = `${definitionOf(this).modelName}.set()`
      checkObject(given, call)
      checkOption('raw', raw, call)
      checkOption('reset', reset, call)
    }
    if (reset) {
      this.dataValues = {}
      this._previous = null
    }
    const source = key instanceof ModelState ? (key.get() as Values) : key
    for (const name of Object.keys(source))
      if (!attributes || attributes.includes(name)) setOne(this, name, source[name], raw === true)
    return this
  }

  getDataValue(key: string): unknown {
    return this.dataValues[key]
  }
  /** Sets a value past its setter. The data type does not convert it. */
  setDataValue(key: string, value: unknown): void {
    const attribute = definitionOf(this).shape.attributes.get(key)
    if (attribute !== undefined) note(this, attribute, value)
    this.dataValues[key] = value
  }

  /** A plain copy with the associations that are loaded; an association that leads back is left out. */
  toJSON(): object {
    return valuesOf(this, { plain: true, clone: true }, [])
  }

  /** The same row: same model and same primary key. Instances without a key equal only themselves. */
  equals(other: unknown): boolean {
    if (this === other) return true
    if (!(other instanceof ModelState)) return false
    const [mine, theirs] = [definitionOf(this), definitionOf(other)]
    if (mine.initial !== theirs.initial || mine.table.schema !== theirs.table.schema) return false
    const { primaryKey } = mine.shape
    return (
      primaryKey.length > 0 &&
      primaryKey.every(({ attributeName, type }) => {
        const [a, b] = [this.dataValues[attributeName], other.dataValues[attributeName]]
        return a !== null && a !== undefined && b !== null && b !== undefined && type.areValuesEqual(a, b)
      })
    )
  }
  equalsOneOf(others: readonly unknown[]): boolean {
    return others.some((other) => this.equals(other))
  }

  /**
   * The condition that selects the row: its primary key as the database has it (not as it may have been changed since), and with
   * `checkVersion` its version. Throws `InstanceError` where a part of the key is missing.
   */
  where(checkVersion = false): Values {
    const { shape, modelName } = definitionOf(this)
    if (shape.primaryKey.length === 0)
      throw new InstanceError(
        `${modelName} has no primary key, so one of its rows cannot be told from another. Use the model's static methods with a \`where\` of your own.`,
      )
    const where: Values = {}
    for (const { attributeName } of shape.primaryKey) where[attributeName] = storedValue(this, attributeName)
    const missing = Object.keys(where).find((name) => where[name] === undefined || where[name] === null)
    if (missing !== undefined)
      throw new InstanceError(
        `This instance of ${modelName} has no value for its primary key "${missing}"${this.isNewRecord ? '; save it first' : '; load it with the instance'}.`,
      )
    if (checkVersion && shape.version !== null) where[shape.version] = storedValue(this, shape.version)
    return where
  }
  /** True when the row is soft-deleted. Throws `InstanceError` on a model that is not paranoid. */
  isSoftDeleted(): boolean {
    const { shape, modelName } = definitionOf(this)
    const attribute = shape.deletedAt === null ? undefined : shape.attributes.get(shape.deletedAt)
    if (attribute === undefined)
      throw new InstanceError(
        `${modelName} is not paranoid, so its rows are never soft-deleted. Define it with { paranoid: true }.`,
      )
    const value = this.dataValues[attribute.attributeName]
    return value !== null && value !== undefined && !isSame(attribute, value, attribute.defaultValue)
  }
}
// No private members above: instances behind a proxy, and those that no constructor made, could not use them.
Object.defineProperty(ModelState.prototype, STATE, { value: true })

/** The value as the database has it, where that is known. Keys that a query read but does not show are in the options of the load. */
export function storedValue(instance: ModelState, name: string): unknown {
  const before = instance.isNewRecord ? undefined : instance._previous?.get(name)
  return before ?? instance.dataValues[name] ?? instance._options.hiddenKeys?.[name]
}

// ---------------------------------------------------------------- changes

/** The changes of new instances that came with values for the same attributes: one object for all of them, copied where one changes further. */
export class Given extends Map<string, unknown> {
  constructor(names: readonly string[]) {
    super()
    for (const name of names) super.set(name, undefined)
  }
}
// The constructor of Map would call it with what it is given.
Given.prototype.set = Given.prototype.delete = (): never => {
  throw new TypeError('The changes of several instances are one object: `forget` and `remember` copy it first.')
}

function remember(instance: ModelState, name: string, before: unknown): void {
  if (instance._previous === null) instance._previous = new Map()
  else if (instance._previous instanceof Given) instance._previous = new Map(instance._previous)
  instance._previous.set(name, before)
}
/** Forgets that an attribute has changed. */
export function forget(instance: ModelState, name: string): void {
  const previous = instance._previous
  if (previous === null || !previous.has(name)) return
  if (previous instanceof Given) instance._previous = new Map(previous)
  instance._previous!.delete(name)
}
/** Notes that an attribute is about to change, unless the value is the same. A value that comes back to what it was is no change. */
function note(instance: ModelState, attribute: Attribute, value: unknown): boolean {
  const { attributeName } = attribute
  const before = instance.dataValues[attributeName]
  if (isSame(attribute, before, value)) return false
  const previous = instance._previous
  if (previous === null || !previous.has(attributeName)) remember(instance, attributeName, before)
  else if (!instance.isNewRecord && isSame(attribute, previous.get(attributeName), value))
    forget(instance, attributeName)
  return true
}

function isSame(attribute: Attribute, a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (a === null || a === undefined || b === null || b === undefined || isFragment(a) || isFragment(b)) return false
  return attribute.type.areValuesEqual(a, b)
}

const sanitized = (attribute: Attribute, value: unknown): unknown =>
  value === null || value === undefined || attribute.isVirtual || isFragment(value)
    ? value
    : attribute.type.sanitize(value)

function assign(instance: ModelState, attribute: Attribute, given: unknown): void {
  const value = sanitized(attribute, given)
  if (note(instance, attribute, value)) instance.dataValues[attribute.attributeName] = value
}

function setOne(instance: ModelState, key: string, value: unknown, isRaw: boolean): void {
  const { shape, associations } = definitionOf(instance)
  if (isRaw) {
    instance.dataValues[key] = value
    forget(instance, key)
    return
  }
  const attribute = shape.attributes.get(key)
  if (attribute === undefined) {
    if (associations.has(key)) setAssociated(instance, key, value)
    else if (key.includes('.')) setInside(instance, key, value)
    return
  }
  // Sequelize keeps the times of a row that exists out of users' hands as well.
  if (!instance.isNewRecord && attribute.role !== null && attribute.role !== 'version') return
  if (attribute.set === null) assign(instance, attribute, value)
  else throughSetter(instance, attribute, value)
}

function throughSetter(instance: ModelState, attribute: Attribute, value: unknown): void {
  const { attributeName } = attribute
  const before = instance.dataValues[attributeName]
  ;(attribute.set as (this: unknown, value: unknown, key: string) => void).call(instance, value, attributeName)
  // A setter may write to `dataValues` itself.
  if (
    !(instance._previous?.has(attributeName) ?? false) &&
    !isSame(attribute, before, instance.dataValues[attributeName])
  )
    remember(instance, attributeName, before)
}

/** Instances, or null; plain objects are what `create` and `build` turn into instances where an include asks for it. */
function setAssociated(instance: ModelState, as: string, value: unknown): void {
  if (
    value === null ||
    value instanceof ModelState ||
    (Array.isArray(value) && value.every((one) => one instanceof ModelState))
  )
    setRelation(instance, as, value)
}

/** `'meta.a.b'`: a new value of `meta` in which `a.b` differs; what was there stays untouched, so that the change is seen. */
function setInside(instance: ModelState, key: string, value: unknown): void {
  const [name = '', ...path] = key.split('.')
  const attribute = definitionOf(instance).shape.attributes.get(name)
  if (attribute === undefined || (attribute.type.key !== 'JSON' && attribute.type.key !== 'JSONB')) return
  const root = copyOf(instance.dataValues[name])
  let at = root
  path.forEach((part, index) => {
    if (index === path.length - 1) at[part] = value
    else {
      at[part] = copyOf(at[part])
      at = at[part] as Values
    }
  })
  assign(instance, attribute, root)
}
const copyOf = (value: unknown): Values =>
  Array.isArray(value)
    ? ([...(value as unknown[])] as unknown as Values)
    : isPlainObject(value)
      ? { ...(value as Values) }
      : {}

// ---------------------------------------------------------------- values out

function valuesOf(instance: ModelState, options: GetOptions, path: readonly ModelState[]): Values {
  const { all, attributes } = definitionOf(instance).shape
  const { dataValues, _options } = instance
  const selected = _options.attributes
  const isRaw = options.raw === true
  const result: Values = {}
  let loaded = 0
  for (const { attributeName: name, get } of all) {
    const isLoaded = Object.hasOwn(dataValues, name)
    if (isLoaded) loaded += 1
    let value: unknown
    if (get !== null && !isRaw) {
      if (!isLoaded && Array.isArray(selected) && !selected.includes(name)) continue
      value = (get as (this: unknown, key: string) => unknown).call(instance, name)
    } else if (isLoaded) value = dataValues[name]
    else continue
    result[name] = typeof value === 'object' && value !== null ? shown(value, options, [...path, instance]) : value
  }
  const names = Object.keys(dataValues)
  if (names.length === loaded) return result
  const here = [...path, instance]
  for (const name of names) {
    if (attributes.has(name)) continue
    const value = dataValues[name]
    if (options.plain !== true) result[name] = value
    else if (value instanceof ModelState) {
      if (!here.includes(value)) result[name] = valuesOf(value, options, here)
    } else if (Array.isArray(value)) {
      const others = value.filter((one) => !here.includes(one as ModelState))
      result[name] = others.map((one: unknown) => shown(one, options, here))
    } else result[name] = shown(value, options, here)
  }
  return result
}

function shown(value: unknown, options: GetOptions, path: readonly ModelState[]): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (options.plain === true && value instanceof ModelState) return valuesOf(value, options, path)
  if (options.clone !== true)
    return options.plain === true && Array.isArray(value) && value[0] instanceof ModelState
      ? value.map((one) => shown(one, options, path))
      : value
  if (value instanceof Date) return new Date(value)
  if (Buffer.isBuffer(value)) return Buffer.from(value)
  return draft(value)
}

// ---------------------------------------------------------------- instances in

function fill(instance: ModelState, values: Values, isRaw: boolean): void {
  const { shape } = definitionOf(instance)
  const { dataValues, isNewRecord } = instance
  const setters: string[] = []
  let taken = 0
  for (const attribute of shape.all) {
    const name = attribute.attributeName
    const value = values[name]
    if (value !== undefined && Object.hasOwn(values, name)) {
      taken += 1
      if (isRaw) dataValues[name] = value
      else if (attribute.set !== null) setters.push(name)
      else {
        dataValues[name] = sanitized(attribute, value)
        remember(instance, name, undefined)
      }
    } else if (isNewRecord) {
      if (shape.defaults.includes(attribute)) dataValues[name] = defaultOf(attribute)
      else if (attribute.primaryKey) dataValues[name] = null
    }
  }
  const names = Object.keys(values)
  if (names.length === taken && setters.length === 0) return
  for (const name of names) {
    if (setters.includes(name)) throughSetter(instance, shape.attributes.get(name)!, values[name])
    else if (!shape.attributes.has(name)) setOne(instance, name, values[name], isRaw)
  }
}

/** A new instance (or, with `isNewRecord: false`, one that stands for a row): defaults, then the values, through setters unless `raw`. */
export function build(model: ModelClass, values?: Values | null, options?: StateOptions | null): ModelState {
  const fields = fieldsOf(model)
  if (fields.defined.size === 0 && fields.assigned.size === 0)
    return new (model as unknown as new (values: unknown, options: unknown) => ModelState)(values, options)
  return settle(construct(model, BUILD, values, options), fields, values ?? {})
}
const BUILD: Purpose = { kind: 'build' }

// ---------------------------------------------------------------- for the rooms above

/** Puts an associated instance (null: there is none) under the association's name. Undefined: not loaded. */
export function setRelation(instance: ModelState, as: string, value: unknown): void {
  if (value === undefined) delete instance.dataValues[as]
  else instance.dataValues[as] = value
}

/** After a write: takes in what the database answered, and forgets the changes (of `fields` only, where a save was limited to them). */
export function markPersisted(
  instance: ModelState,
  values?: Readonly<Values> | null,
  fields?: Iterable<string> | null,
): void {
  if (values) Object.assign(instance.dataValues, values)
  instance.isNewRecord = false
  if (instance._previous === null) return
  if (fields) {
    for (const name of fields) forget(instance, name)
    for (const name of Object.keys(values ?? {})) forget(instance, name)
  } else instance._previous = null
}

/** Says that the row of an instance is gone (or back). A relation that still holds the instance then reads as null. */
export function markGone(instance: ModelState, isGone: boolean): void {
  if (isGone) Object.defineProperty(instance, GONE, { value: true, configurable: true, enumerable: false })
  else if (GONE in instance) Reflect.deleteProperty(instance, GONE)
}
