/**
 * The definition of a model: everything about it that is not an instance. It changes only while models are being defined
 * (associations add foreign keys); each change makes a new frozen `shape` and a new `revision`, by which plans are kept.
 */
import type { Association } from '../association/association.js'
import type { TableName } from '../sql/query.js'
import type { Attribute } from './attribute.js'
import type { Hooks } from './hooks.js'
import type { Scopes } from './scopes.js'
import type { ModelState } from './state.js'

/** A model class, as the rooms below the API see it. `new` with `HYDRATE` (see `state`) makes an instance around a row. */
export interface ModelClass {
  new (...args: never[]): ModelState
  readonly name: string
  readonly modelDefinition: ModelDefinition
  readonly prototype: ModelState
}

/** An index as a model wants it: attribute names already turned into columns only in `sync/from-models`. */
export interface IndexOptions {
  readonly name?: string
  readonly fields: readonly (string | { readonly name?: string, readonly attribute?: string, readonly length?: number, readonly order?: 'ASC' | 'DESC', readonly collate?: string, readonly operator?: string } | object)[]
  readonly unique?: boolean
  readonly type?: string
  readonly using?: string
  readonly where?: unknown
  readonly operator?: string
  readonly parser?: string | null
  readonly concurrently?: boolean
  readonly msg?: string
  readonly prefix?: string
  readonly include?: readonly string[]
  /**
   * Why an association added it. `foreign-key`: a plain index, left out where the engine makes one itself (`traits.implicitForeignKeyIndex`).
   * `one-to-one`: unique; with `where` (rows that are not soft-deleted) it is partial, and not unique where the engine has no partial indexes.
   */
  readonly purpose?: 'foreign-key' | 'one-to-one'
}

/** Normalised model options (Sequelize: `ModelOptions`), defaults filled in. Frozen. */
export interface ModelSettings {
  readonly modelName: string
  readonly name: { readonly singular: string, readonly plural: string }
  readonly timestamps: boolean
  readonly paranoid: boolean
  readonly underscored: boolean
  readonly freezeTableName: boolean
  readonly omitNull: boolean
  readonly noPrimaryKey: boolean
  readonly schema: string | null
  readonly engine: string | null
  readonly charset: string | null
  readonly collate: string | null
  readonly comment: string | null
  readonly initialAutoIncrement: number | null
  readonly validate: Readonly<Record<string, (this: unknown, ...args: unknown[]) => unknown>>
  readonly associationNaming: 'model' | 'camel'
  /** All that the user gave, merged with `define` defaults; what `Model.options` shows. */
  readonly raw: Readonly<Record<string, unknown>>
}

/** The part that plans depend on. A new object at every change. */
export interface ModelShape {
  readonly revision: number
  /** Every attribute in definition order, virtual ones too. */
  readonly attributes: ReadonlyMap<string, Attribute>
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
}

export interface ModelDefinition {
  readonly model: ModelClass
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
}
