/**
 * The definition of a model: everything about it that is not an instance. It changes only while models are being defined
 * (associations add foreign keys); each change makes a new frozen `shape` and a new `revision`, by which plans are kept.
 * Neighbours: `model/settings` reads the options, `model/attribute` each attribute, `model/indexes` the indexes.
 */

import type { Association } from '../association/association.js'
import { suggestion } from '../base/names.js'
import { DefinitionError, QueryError } from '../errors/index.js'
import type { TableName } from '../sql/query.js'
import type { TypeTable } from '../types/data-type.js'
import { DataTypes, overrides, SqlType } from '../types/index.js'
import { installAttributes, installRelation, uninstallRelation } from './accessors.js'
import type { Attribute, RawAttribute } from './attribute.js'
import { hasJavaScriptDefault, normalizeAttribute, readAttribute } from './attribute.js'
import type { ListenerInput } from './hooks.js'
import { Hooks, MODEL_HOOKS } from './hooks.js'
import type { IndexOptions } from './indexes.js'
import { checkIndexFields, collectIndexes, readIndex } from './indexes.js'
import type { ScopeDefinition } from './scopes.js'
import { Scopes } from './scopes.js'
import type { ModelSettings, ReadSettings } from './settings.js'
import { readSettings } from './settings.js'
import type { ModelState } from './state.js'

export type { IndexOptions, ModelSettings }

/** Attributes by name; any key may be asked for, so that `keyof Attributes<M>` will do. */
export interface AttributeMap extends ReadonlyMap<string, Attribute> {
  get(name: PropertyKey): Attribute | undefined
  has(name: PropertyKey): boolean
}
/** A model class, as the rooms below the API see it. `new` with `HYDRATE` (see `state`) makes an instance around a row. */
export interface ModelClass {
  new (...args: never[]): ModelState
  readonly name: string
  readonly modelDefinition: ModelDefinition
  readonly prototype: ModelState
}

/** The part that plans depend on. A new object at every change. */
export interface ModelShape {
  readonly revision: number
  /** Every attribute in definition order, virtual ones too. */
  readonly attributes: AttributeMap
  /** The same as a list. */
  readonly all: readonly Attribute[]
  /** Attributes with a column, in definition order. */
  readonly physical: readonly Attribute[]
  readonly byColumn: ReadonlyMap<string, Attribute>
  readonly primaryKey: readonly Attribute[]
  readonly autoIncrement: Attribute | null
  readonly createdAt: string | null
  readonly updatedAt: string | null
  readonly deletedAt: string | null
  readonly version: string | null
  /** Attributes with a JavaScript default, or a SQL default made in JavaScript. */
  readonly defaults: readonly Attribute[]
  readonly hasGetters: boolean
  readonly hasSetters: boolean
  /** Attributes with validators of the user's. */
  readonly validated: readonly Attribute[]
}

export interface ModelDefinition {
  readonly model: ModelClass
  /** The definition itself; of a variant (`withSchema`, `withScope`) that of the model it was made from. */
  readonly initial: ModelDefinition
  readonly modelName: string
  readonly table: TableName & { readonly delimiter: string }
  readonly settings: ModelSettings
  readonly shape: ModelShape
  readonly associations: ReadonlyMap<string, Association>
  readonly hooks: Hooks
  readonly scopes: Scopes
  /** User's indexes, those of `unique`/`index` attribute options, and those that associations added; names generated. */
  getIndexes(): readonly (IndexOptions & { readonly name: string })[]
  /** Adds an index that an association wants (foreign key index, one-to-one unique). Dropped where a user's index covers it. */
  addIndex(index: IndexOptions): void
  /** Takes back an index that `addIndex` was given (the same object). */
  removeIndex(index: IndexOptions): void
  /** Adds or completes an attribute (a foreign key). What the user declared wins where both speak, except `references`/actions, which are filled in. */
  mergeAttribute(name: string, options: Readonly<Record<string, unknown>>): void
  removeAttribute(name: string): void
  addAssociation(association: Association): void
  removeAssociation(name: string): void
  /** Attribute by its name; throws naming model, attribute and the nearest name there is. */
  attribute(name: string): Attribute
  /** From now on instances are made of `model`, which extends the class the definition was made for. */
  adopt(model: ModelClass): void
  /** Throws `DefinitionError` when an index names something that is no attribute. Asked before a table is made. */
  checkIndexes(): void

  // As Sequelize 7 shows a definition to programs.
  readonly attributes: AttributeMap
  readonly physicalAttributes: ReadonlyMap<string, Attribute>
  readonly columns: ReadonlyMap<string, Attribute>
  /** The attributes as they were written, open to changes; `refreshAttributes` takes them over. */
  readonly rawAttributes: Record<string, RawAttribute>
  readonly options: Readonly<Record<string, unknown>>
  readonly timestampAttributeNames: {
    readonly createdAt?: string
    readonly updatedAt?: string
    readonly deletedAt?: string
  }
  readonly versionAttributeName: string | undefined
  readonly primaryKeysAttributeNames: ReadonlySet<string>
  readonly autoIncrementAttributeName: string | null
  isParanoid(): boolean
  getColumnName(attributeName: string): string
  refreshAttributes(): void
}

type Options = Readonly<Record<string, unknown>>
type Managed = NonNullable<Attribute['role']>

let revisions = 0
/** Never the same twice, whatever the model: plans are kept by it. */
export function nextRevision(): number {
  revisions += 1
  return revisions
}

/**
 * The definition of `model`. `attributes` and `options` are what the user wrote; `defaults` is the `define` option of the Sequelize
 * instance together with its `schema`, `omitNull` and `defaultTimestampPrecision`; `parentHooks` are the instance's; `types` is what the
 * engine says of data types: one that it lacks throws `UnsupportedFeatureError`.
 * Also puts the accessors of the attributes on the model's prototype. Throws `DefinitionError` naming model, attribute and remedy.
 */
export function createDefinition(
  model: ModelClass,
  attributes: Options,
  options: Options = {},
  defaults: Options = {},
  parentHooks: Hooks | null = null,
  types: TypeTable | null = null,
): ModelDefinition {
  return new Definition(model, attributes, readSettings(model.name, options, defaults), parentHooks, types)
}

class Definition implements ModelDefinition {
  model: ModelClass
  readonly modelName: string
  readonly table: ModelDefinition['table']
  readonly settings: ModelSettings
  readonly hooks: Hooks
  readonly scopes: Scopes
  readonly rawAttributes: Record<string, RawAttribute> = {}
  readonly associations = new Map<string, Association>()
  shape: ModelShape
  private readonly names: ReadSettings
  private readonly types: TypeTable | null
  /** What Mortise adds by itself: id, timestamps, version. */
  private readonly generated = new Map<string, RawAttribute>()
  private readonly roles = new Map<string, Managed>()
  /** What associations added or completed. */
  private readonly added = new Map<string, RawAttribute>()
  private order: string[] = []
  private readonly declaredIndexes: readonly IndexOptions[]
  private readonly wantedIndexes: IndexOptions[] = []
  private indexes: readonly (IndexOptions & { readonly name: string })[] | null = null

  constructor(
    model: ModelClass,
    attributes: Options,
    names: ReadSettings,
    parentHooks: Hooks | null,
    types: TypeTable | null,
  ) {
    const { settings } = names
    this.types = types
    this.model = model
    this.modelName = settings.modelName
    this.table = names.table
    this.settings = settings
    this.names = names
    this.hooks = new Hooks(MODEL_HOOKS, parentHooks, model)
    this.hooks.addListeners((settings.raw.hooks ?? {}) as Record<string, ListenerInput>)
    this.scopes = readScopes(names)
    this.declaredIndexes = listOf(this.modelName, settings.raw.indexes).map((index) => readIndex(this.modelName, index))
    for (const [name, given] of Object.entries(attributes))
      this.rawAttributes[name] = readAttribute(this.modelName, name, given)
    this.readAccessorMethods()
    this.generate()
    this.shape = this.build()
    // Wrong `unique` and `index` options are told where they are written.
    this.getIndexes()
    this.indexes = null
    installAttributes(model, this.shape)
  }

  get initial(): ModelDefinition {
    return this
  }

  /** v6's `getterMethods` and `setterMethods`: attributes without a column, or accessors of those there are. */
  private readAccessorMethods(): void {
    for (const [option, key] of [
      ['getterMethods', 'get'],
      ['setterMethods', 'set'],
    ] as const) {
      for (const [name, method] of Object.entries((this.settings.raw[option] ?? {}) as Options)) {
        const declared = this.rawAttributes[name]?.[key]
        if (declared !== undefined && declared !== method)
          throw new DefinitionError(
            `The attribute "${name}" of ${this.modelName} has two functions for \`${key}\`: its own, and one in ${option}. Keep one.`,
          )
        this.rawAttributes[name] = {
          ...(this.rawAttributes[name] ?? readAttribute(this.modelName, name, DataTypes.VIRTUAL)),
          [key]: method,
        }
      }
    }
  }

  private generate(): void {
    const { settings, createdAt, updatedAt, deletedAt, version, timestampPrecision } = this.names
    const hasKey = Object.values(this.rawAttributes).some((raw) => raw.primaryKey === true)
    if (!hasKey && !settings.noPrimaryKey) {
      if (this.rawAttributes.id !== undefined) {
        throw new DefinitionError(
          `${this.modelName} has an attribute "id" that is not its primary key, so the automatic "id" finds its place taken. Add \`primaryKey: true\` to it or to another attribute, or set the option noPrimaryKey.`,
        )
      }
      this.generated.set('id', {
        type: new DataTypes.INTEGER(),
        allowNull: false,
        primaryKey: true,
        autoIncrement: true,
      })
      this.order.push('id')
    }
    this.order.push(...Object.keys(this.rawAttributes))
    const date = (allowNull: boolean): RawAttribute => ({
      type: new DataTypes.DATE(timestampPrecision ?? undefined),
      allowNull,
    })
    const manage = (role: Managed, name: string | null, raw: RawAttribute): void => {
      if (name === null) return
      this.generated.set(name, raw)
      this.roles.set(name, role)
      if (!this.order.includes(name)) this.order.push(name)
      checkManaged(this.modelName, name, role, this.rawAttributes[name])
    }
    manage('createdAt', createdAt, date(false))
    manage('updatedAt', updatedAt, date(false))
    manage('deletedAt', deletedAt, date(true))
    manage('version', version, { type: new DataTypes.INTEGER(), allowNull: false, defaultValue: 0 })
  }

  private build(): ModelShape {
    const { modelName, settings } = this
    // A foreign key that is the primary key leaves no room for the automatic one.
    const hasOtherKey = [...this.added].some(([name, raw]) => name !== 'id' && raw.primaryKey === true)
    const attributes = new Map<string, Attribute>()
    for (const name of this.order) {
      const generated = this.generated.get(name)
      const declared = this.rawAttributes[name]
      const added = this.added.get(name)
      if (generated?.primaryKey === true && added === undefined && hasOtherKey) continue
      attributes.set(
        name,
        normalizeAttribute(
          name,
          { ...generated, ...added, ...declared },
          {
            modelName,
            underscored: settings.underscored,
            isGenerated: declared === undefined,
            role: this.roles.get(name) ?? null,
            raw: declared ?? added ?? generated ?? {},
            types: this.types,
          },
        ),
      )
    }
    const all = [...attributes.values()]
    const physical = all.filter((attribute) => !attribute.isVirtual)
    const byColumn = new Map<string, Attribute>()
    for (const attribute of physical) {
      const other = byColumn.get(attribute.columnName)
      if (other !== undefined)
        throw new DefinitionError(
          `The attributes "${other.attributeName}" and "${attribute.attributeName}" of ${modelName} have the same column "${attribute.columnName}". Give one of them another columnName.`,
        )
      byColumn.set(attribute.columnName, attribute)
    }
    const [autoIncrement = null, second] = physical.filter((attribute) => attribute.autoIncrement)
    if (second !== undefined)
      throw new DefinitionError(
        `${modelName} has two attributes that count up by themselves, "${autoIncrement!.attributeName}" and "${second.attributeName}". A table can have one.`,
      )
    for (const name of Object.keys(settings.validate)) {
      if (attributes.has(name))
        throw new DefinitionError(
          `${modelName} has a validator called "${name}", which is the name of an attribute. Give it another name, or move it to the attribute.`,
        )
    }
    for (const { attributeName, dependencies } of all) {
      const missing = dependencies.find((name) => !attributes.has(name))
      if (missing !== undefined)
        throw new DefinitionError(
          `The virtual attribute "${attributeName}" of ${modelName} depends on "${missing}", which is no attribute.${suggestion(missing, attributes.keys())}`,
        )
    }
    const named = (role: Managed): string | null =>
      all.find((attribute) => attribute.role === role)?.attributeName ?? null
    return Object.freeze({
      revision: nextRevision(),
      attributes,
      all: Object.freeze(all),
      physical: Object.freeze(physical),
      byColumn,
      primaryKey: Object.freeze(physical.filter((attribute) => attribute.primaryKey)),
      autoIncrement,
      createdAt: named('createdAt'),
      updatedAt: named('updatedAt'),
      deletedAt: named('deletedAt'),
      version: named('version'),
      defaults: Object.freeze(all.filter(hasJavaScriptDefault)),
      hasGetters: all.some((attribute) => attribute.get !== null),
      hasSetters: all.some((attribute) => attribute.set !== null),
      validated: Object.freeze(all.filter((attribute) => attribute.validate !== null)),
    })
  }

  private refresh(): void {
    if (this.hooks.has('beforeDefinitionRefresh')) this.hooks.runSync('beforeDefinitionRefresh')
    const shape = this.build()
    this.shape = shape
    this.indexes = null
    installAttributes(this.model, shape)
    if (this.hooks.has('afterDefinitionRefresh')) this.hooks.runSync('afterDefinitionRefresh')
  }

  refreshAttributes(): void {
    for (const [name, raw] of Object.entries(this.rawAttributes)) {
      this.rawAttributes[name] = readAttribute(this.modelName, name, raw)
      if (!this.order.includes(name)) this.order.push(name)
    }
    this.order = this.order.filter(
      (name) => this.rawAttributes[name] !== undefined || this.generated.has(name) || this.added.has(name),
    )
    this.refresh()
  }

  mergeAttribute(name: string, options: Options): void {
    const before = this.added.get(name)
    const wasThere = this.order.includes(name)
    this.added.set(name, { ...before, ...readAttribute(this.modelName, name, options) })
    if (!wasThere) this.order.push(name)
    try {
      this.refresh()
    } catch (error) {
      if (before === undefined) this.added.delete(name)
      else this.added.set(name, before)
      if (!wasThere) this.order.pop()
      throw error
    }
  }

  removeAttribute(name: string): void {
    if (!this.order.includes(name)) return
    this.order = this.order.filter((other) => other !== name)
    this.added.delete(name)
    this.generated.delete(name)
    this.roles.delete(name)
    delete this.rawAttributes[name]
    this.refresh()
  }

  adopt(model: ModelClass): void {
    this.model = model
    this.hooks.owner = model
    installAttributes(model, this.shape)
    this.refreshRevision()
  }

  addAssociation(association: Association): void {
    this.associations.set(association.as, association)
    installRelation(this.model, association.as)
    this.refreshRevision()
  }
  removeAssociation(name: string): void {
    if (!this.associations.delete(name)) return
    uninstallRelation(this.model, name)
    this.refreshRevision()
  }
  /** Plans know associations too. */
  private refreshRevision(): void {
    this.shape = Object.freeze({ ...this.shape, revision: nextRevision() })
  }

  getIndexes(): readonly (IndexOptions & { readonly name: string })[] {
    this.indexes ??= collectIndexes(
      this.modelName,
      this.table.name,
      this.shape,
      this.declaredIndexes,
      this.wantedIndexes,
    )
    return this.indexes
  }
  addIndex(index: IndexOptions): void {
    this.wantedIndexes.push(index)
    this.indexes = null
  }
  removeIndex(index: IndexOptions): void {
    const at = this.wantedIndexes.indexOf(index)
    if (at !== -1) this.wantedIndexes.splice(at, 1)
    this.indexes = null
  }
  checkIndexes(): void {
    checkIndexFields(this.modelName, this.shape, this.getIndexes())
  }

  attribute(name: string): Attribute {
    const found = this.shape.attributes.get(name)
    if (found === undefined)
      throw new QueryError(
        `${this.modelName} has no attribute "${name}".${suggestion(name, this.shape.attributes.keys())}`,
      )
    return found
  }

  get attributes(): ReadonlyMap<string, Attribute> {
    return this.shape.attributes
  }
  get physicalAttributes(): ReadonlyMap<string, Attribute> {
    return new Map(this.shape.physical.map((attribute) => [attribute.attributeName, attribute]))
  }
  get columns(): ReadonlyMap<string, Attribute> {
    return this.shape.byColumn
  }
  get options(): Options {
    return this.settings.raw
  }
  get timestampAttributeNames(): ModelDefinition['timestampAttributeNames'] {
    const { createdAt, updatedAt, deletedAt } = this.shape
    return {
      ...(createdAt === null ? {} : { createdAt }),
      ...(updatedAt === null ? {} : { updatedAt }),
      ...(deletedAt === null ? {} : { deletedAt }),
    }
  }
  get versionAttributeName(): string | undefined {
    return this.shape.version ?? undefined
  }
  get primaryKeysAttributeNames(): ReadonlySet<string> {
    return new Set(this.shape.primaryKey.map((attribute) => attribute.attributeName))
  }
  get autoIncrementAttributeName(): string | null {
    return this.shape.autoIncrement?.attributeName ?? null
  }
  isParanoid(): boolean {
    return this.shape.deletedAt !== null
  }
  getColumnName(attributeName: string): string {
    return this.attribute(attributeName).columnName
  }
}

function listOf(modelName: string, given: unknown): readonly unknown[] {
  if (given === undefined || given === null) return []
  if (!Array.isArray(given))
    throw new DefinitionError(`The option \`indexes\` of ${modelName} must be a list, got ${typeof given}.`)
  return given as unknown[]
}

function readScopes({ settings, whereMergeStrategy }: ReadSettings): Scopes {
  const { scopes, defaultScope } = settings.raw as {
    readonly scopes: Record<string, ScopeDefinition>
    readonly defaultScope: ScopeDefinition
  }
  const named = Object.entries(scopes)
  if (typeof defaultScope !== 'object' || Reflect.ownKeys(defaultScope).length > 0)
    named.unshift(['defaultScope', defaultScope])
  return new Scopes(settings.modelName, named, whereMergeStrategy)
}

const INTEGERS = new Set(['TINYINT', 'SMALLINT', 'MEDIUMINT', 'INTEGER', 'BIGINT'])
/** What the user may say about an attribute that Mortise writes to: anything but a type that cannot hold its values. */
function checkManaged(modelName: string, name: string, role: Managed, declared: RawAttribute | undefined): void {
  const type = declared?.type as Attribute['type'] | undefined
  if (type === undefined || type instanceof SqlType || overrides(type, 'toSql')) return
  const fits = role === 'version' ? INTEGERS.has(type.key) : type.key === 'DATE' || type.key === 'DATEONLY'
  if (!fits) {
    throw new DefinitionError(
      `The attribute "${name}" of ${modelName} is its \`${role}\`, which Mortise manages, but has the type ${type.key}. ` +
        `${role === 'version' ? 'Use DataTypes.INTEGER' : 'Use DataTypes.DATE'}, leave the type out, or set the option ${role} to another name or to false.`,
    )
  }
}
