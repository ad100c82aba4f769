// biome-ignore-all lint/suspicious/noExplicitAny: relations that are declared nowhere.
/** Members of a model instance whose code is in `model/state`, typed by the model's attributes. Docs: models/getters-setters-virtuals. */
import type { IsAny, ModelTypes, PrimaryKeyValue } from './infer.js'
import type { BuildOptions, GetOptions, SetOptions } from './options.js'
import type { TYPES } from './symbols.js'

// Of a model without attribute types nothing is known by name.
type KnownKey<A> = IsAny<A> extends true ? never : keyof A

export interface ModelInstance<TAttributes extends object, TCreation extends object, TRelations = any> {
  readonly [TYPES]: ModelTypes<TAttributes, TCreation, TRelations>
  /** Values by attribute, raw. */
  dataValues: TAttributes
  /** True until the row is inserted. */
  isNewRecord: boolean
  /** Values before the changes, of the attributes that changed. */
  readonly _previousDataValues: Partial<TAttributes>

  /** All values, through getters; with `plain` associations become plain objects as well. */
  get(options?: GetOptions): TAttributes
  get<K extends keyof this>(key: K, options?: GetOptions): this[K]
  get<K extends KnownKey<TAttributes>>(key: K, options?: GetOptions): TAttributes[K]
  get(key: string, options?: GetOptions): unknown
  /** Sets values through setters (unless `raw`) and marks what changed. */
  set<K extends keyof TAttributes>(key: K, value: TAttributes[K], options?: SetOptions): this
  set(values: Partial<TAttributes>, options?: SetOptions): this
  /** A value inside JSON: `set('meta.address.city', 'Oslo')`. */
  set(path: `${string}.${string}`, value: unknown, options?: SetOptions): this
  /** A value without its getter. */
  getDataValue<K extends keyof TAttributes>(key: K): TAttributes[K]
  setDataValue<K extends keyof TAttributes>(key: K, value: TAttributes[K]): void
  /** Names of changed attributes, or false; with a name: whether it changed; with a boolean: marks it. */
  changed(): false | string[]
  changed<K extends keyof TAttributes>(key: K): boolean
  changed<K extends keyof TAttributes>(key: K, dirty: boolean): this
  previous(): Partial<TAttributes>
  previous<K extends keyof TAttributes>(key: K): TAttributes[K] | undefined
  /** Same model and same primary key. */
  equals(other: object): boolean
  equalsOneOf(others: readonly object[]): boolean
  /** A plain copy, associations included. */
  toJSON<T extends TAttributes>(): T
  toJSON(): object
  /** The condition that selects this row: its primary key, and its version if asked. */
  where(checkVersion?: boolean): { readonly [attribute: string]: PrimaryKeyValue | null }
  /** Whether the row is soft-deleted. Throws `InstanceError` on a model that is not paranoid. */
  isSoftDeleted(): boolean
}

/** What `Model` extends: `model/state`'s class, with the constructor typed. Overloads: see `ModelConstructor`. */
export interface ModelStateClass {
  new <A extends object, C extends object, R>(): ModelInstance<A, C, R>
  new <A extends object, C extends object, R>(
    values?: ModelTypes<A, C, R>['input'],
    options?: BuildOptions,
  ): ModelInstance<A, C, R>
  new <A extends object, C extends object, R>(values?: undefined): ModelInstance<A, C, R>
}
