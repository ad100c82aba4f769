// biome-ignore-all lint/suspicious/noExplicitAny: constraints, and scopes, which are options of no model yet.
/**
 * `sequelize.define` and `sequelize.model`: from a definition's literal to the types of its instances.
 * Docs: models/defining-models, other-topics/legacy-model-definitions.
 */
import type { IndexOptions as ModelIndex } from '../../model/indexes.js'
import type { ReferentialAction } from '../../schema/snapshot.js'
import type { Model } from '../model.js'
import type { Sequelize } from '../sequelize.js'
import type { AnyDataType, DataTypeClass, DataTypeLike, VirtualType } from './data-types.js'
import type { HookOption, HooksOption, ModelHooks } from './hooks.js'
import type { AnyModel, Flat, ModelConstructor, TypesOf } from './infer.js'
import type { ModelStatic, ModelStatics } from './model.js'
import type { BuildOptions, FindOptions, ScopeOptions } from './options.js'
import type { AllMixins, Declarations, MixinNames } from './relations.js'
import type { GIVEN, IN, LAZY, NAME, OUT, SCOPES } from './symbols.js'

// ---------------------------------------------------------------- attributes
type Action = ReferentialAction | Lowercase<ReferentialAction>
export interface ReferencesOptions {
  model?: string | ModelConstructor<AnyModel> | { readonly tableName: string; readonly schema?: string }
  table?: string | { readonly tableName: string; readonly schema?: string }
  key?: string
  deferrable?: unknown
}
export interface AttributeIndexOptions {
  name?: string
  unique?: boolean
  type?: string
  using?: string
  where?: object
  msg?: string
  concurrently?: boolean
  operator?: string
  parser?: string | null
  attribute?:
    | string
    | {
        order?: 'ASC' | 'DESC'
        length?: number
        collate?: string
        operator?: string
      }
}
/** Validators of an attribute: the built-in ones by name, or functions that throw. */
export type ColumnValidateOptions<M = Model> = {
  readonly [rule: string]: ColumnValidator<M> | Function | ValidatorSetting
}
/** A validator of one's own: throws, or rejects, where the value will not do. Compared both ways: it says itself what it takes. */
export type ColumnValidator<M = Model> = { call(this: M, value: unknown): unknown }['call']
/** True, arguments of a built-in validator, or `{ args, msg }`. */
type ValidatorSetting = boolean | string | number | RegExp | Date | readonly unknown[] | object | null | undefined
export interface PlainAttributeOptions {
  type: DataTypeLike
  /** False: NOT NULL, and validated. Default: true (false for primary keys). */
  allowNull?: boolean
  columnName?: string
  /** v6's name of `columnName`. */
  field?: string
  /** A value, a function that makes one, or SQL. */
  defaultValue?: unknown
  /** True, or the name of an index shared by several attributes. */
  unique?: boolean | string | AttributeIndexOptions | readonly (boolean | string | AttributeIndexOptions)[]
  index?: boolean | string | AttributeIndexOptions | readonly (boolean | string | AttributeIndexOptions)[]
  primaryKey?: boolean
  autoIncrement?: boolean
  autoIncrementIdentity?: boolean
  comment?: string
  references?: string | ModelConstructor<AnyModel> | ReferencesOptions
  onUpdate?: Action
  onDelete?: Action
  validate?: ColumnValidateOptions
  /** Inheritance: places the attribute before or after another. */
  insertBefore?: string
  insertAfter?: string
}
// Methods, whose `this` and parameters are compared both ways: a setter says itself what it takes.
/** Options of an attribute (Sequelize 6: `ModelAttributeColumnOptions`). `M`: the instances, as `get` and `set` get them. */
export interface AttributeOptions<M = Model> extends PlainAttributeOptions {
  get?(this: M): unknown
  set?(this: M, value: unknown): void
  validate?: ColumnValidateOptions<M>
}
/** The same in `define` and `model`, where `DefinitionFunctions` types the functions. */
export interface InferredAttributeOptions extends PlainAttributeOptions {
  get?: Function
  set?: Function
}
export type ModelAttributeColumnOptions = AttributeOptions
export type { Attribute as NormalizedAttributeOptions } from '../../model/attribute.js'
export type AttributesDefinition = {
  readonly [name: string]: AnyDataType | DataTypeClass | InferredAttributeOptions | SqlTypeMark
}
// A bare SQL type is written in capitals: 'VARBINARY(50)'.
type SqlTypeMark = Uppercase<string>
/** Attributes for `Model.init` of a model with the attributes `A` (all of them, as the model knows its own). */
export type ModelAttributes<M extends AnyModel = Model, A = TypesOf<M>['attributes']> = {
  [K in keyof A]?: AnyDataType | DataTypeClass | AttributeOptions<M> | SqlTypeMark
}

// A const-inferred D is never checked for excess properties. `UnusualOptions` is `never` for most definitions; the others pay for the mapped
// type that points at the misspelt option, or that types getters and setters. While the functions themselves are checked, D is not known
// yet and stands for any definition, which has some.
type AttributeOptionKey = keyof AttributeOptions
type UnusualOptions<C> = C extends AnyDataType | Function | string
  ? never
  : Exclude<keyof C, keyof PlainAttributeOptions>
export type CheckDefinition<D, T> = [UnusualOptions<D[keyof D]>] extends [never]
  ? unknown
  : [UnusualOptions<D[keyof D]>] extends [AttributeOptionKey]
    ? // A wrong type is told by the definition's own constraint.
      [T[keyof T]] extends [DataTypeLike | boolean]
      ? DefinitionFunctions<T>
      : unknown
    : {
        readonly [K in keyof D]: D[K] extends AnyDataType
          ? D[K]
          : { readonly [P in keyof D[K]]: P extends AttributeOptionKey ? D[K][P] : never }
      }

// ---------------------------------------------------------------- model options
/** An index of a model. Docs: models/indexes. */
export interface IndexOptions extends Omit<ModelIndex, 'purpose' | 'where'> {
  /** v6's word for `using`. */
  method?: string
  where?: object
}
// A method's parameters are compared both ways: a scope may ask for what it likes, and a parameter without a type is unknown.
type ScopeFunction = { call(...args: readonly unknown[]): FindOptions<any> }['call']
type ScopeDefinition = FindOptions<any> | ScopeFunction
/** A model whose scopes are named in its definition: the names, for `withScope`. */
export interface ScopedModel<S extends string> {
  readonly [SCOPES]: S
}
/** A name of its own: declarations of users' models then name the instances once. */
export type ScopedStatic<M extends AnyModel, S extends string> = ModelStatic<M> & ScopedModel<S>
/** What `withScope` takes for a scope's name: those of the definition; any name where no type knows them (classes, `addScope`). */
export type ScopeName<C> = C extends ScopedModel<infer S> ? S | 'defaultScope' : string
/** A scope by name, `{ method: ['byRole', 'admin'] }` with arguments, or finder options. */
export type ScopeGiven<C> = ScopeName<C> | ScopeOptions<ScopeName<C>>

/** Options of a model that are values. */
export interface PlainModelOptions {
  /** False: no `createdAt` and `updatedAt`. Default: true. */
  timestamps?: boolean
  /** Another name, or false for none. */
  createdAt?: string | boolean
  updatedAt?: string | boolean
  deletedAt?: string | boolean
  /** `destroy` sets `deletedAt` instead of deleting. Default: false. */
  paranoid?: boolean
  /** What touching an association does that was not loaded: nothing, a warning, or an error. Default: that of the Sequelize instance. */
  strictLoading?: false | 'warn' | 'throw'
  /** How the model's finds read includes that do not say it. Default: that of the Sequelize instance. */
  strategy?: 'join' | 'query' | 'auto'
  /** Optimistic locking: an attribute that counts updates. */
  version?: boolean | string
  noPrimaryKey?: boolean
  /** Snake case names of table and columns. Default: false. */
  underscored?: boolean
  /** The table is called as the model. Default: false. */
  freezeTableName?: boolean
  tableName?: string
  modelName?: string
  name?: { readonly singular?: string; readonly plural?: string }
  schema?: string
  schemaDelimiter?: string
  indexes?: readonly IndexOptions[]
  omitNull?: boolean
  comment?: string
  engine?: string
  charset?: string
  collate?: string
  initialAutoIncrement?: number | string
  hasTrigger?: boolean
  whereMergeStrategy?: 'and' | 'overwrite'
  /** Names of associations without `as`: the model's name as it is (`User.hasOne(Task)` → `Task`), or camel case as in Sequelize 7 (`task`). */
  associationNaming?: 'model' | 'camel'
}
/** Options of a model that are functions, or hold some. `M`: the model's instances, as hooks get them. */
export interface FunctionModelOptions<M = Model> {
  hooks?: HooksOption<ModelHooks<M>>
  scopes?: { readonly [name: string]: ScopeDefinition }
  defaultScope?: FindOptions<any>
  /** Validators of the whole instance, called with it as `this`. */
  validate?: { readonly [name: string]: InstanceFunction<M> }
  getterMethods?: { readonly [name: string]: InstanceFunction<M> }
  setterMethods?: { readonly [name: string]: InstanceSetter<M> }
}
// Compared both ways, as methods are.
type InstanceFunction<M> = { call(this: M): unknown }['call']
type InstanceSetter<M> = { call(this: M, value: unknown): void }['call']
/** Options of a model. Docs: models/defining-models, models/advanced, models/naming-strategies. `M`: its instances, as hooks get them. */
export interface ModelOptions<M = Model> extends PlainModelOptions, FunctionModelOptions<M> {
  /** Declared with the model; typed by a type parameter of its own. */
  associations?: object
}
export interface InitOptions<M = Model> extends ModelOptions<M> {
  sequelize: Sequelize
}
/**
 * What `define` and `model` take. `O` is inferred option by option: an object with functions whose parameters have no types would be no
 * source for it as a whole. Its keys are limited to the known ones, so that others are errors.
 */
export type DefineOptions<N extends string, D, O, R, S extends string = string> = {
  readonly [K in keyof O & keyof PlainModelOptions]: O[K]
} & PlainModelOptions &
  InferredFunctionOptions<N, D, O, R> & {
    readonly associations?: R
    readonly scopes?: { readonly [K in S]: ScopeDefinition }
  }
// A function that says itself what it takes is compared with `Function`, and its result is not asked for: `(user: User) => …` would make
// the class its own base. `Function` has no signature, so parameters without types get those of `H`.
type Inferred<H> = NoInfer<{ readonly [K in keyof H]?: HookOption<H[K]> | Function }>
/** Options of a model that are functions, of a model that is being inferred. Members of an interface are resolved on access. */
interface InferredFunctionOptions<N extends string, D, O, R> {
  hooks?: Inferred<ModelHooks<OwnInstance<N, D, O, R>>>
  defaultScope?: FindOptions
  /** Validators of the whole instance, called with it as `this`. */
  validate?: NoInfer<{ readonly [name: string]: InstanceFunction<OwnInstance<N, D, O, R>> | Function }>
  getterMethods?: NoInfer<{ readonly [name: string]: InstanceFunction<OwnInstance<N, D, O, R>> | Function }>
  setterMethods?: NoInfer<{ readonly [name: string]: InstanceSetter<OwnInstance<N, D, O, R>> | Function }>
}
/**
 * Instances as the functions of their own definition get them: with all attributes, and with the methods of associations, of which only
 * `User.beforeCreate(…)` knows more. What they give would make the model's type depend on itself.
 */
type OwnInstance<N extends string, D, O, R> = Implicit<D, O> & ForeignKeyPart<R, D> extends infer I
  ? AttributesFrom<D, I> extends infer A extends object
    ? Defined<N, A, LazyCreation<D, I>> & { readonly [P in MixinNames<R>]: UntypedMixin }
    : never
  : never
type UntypedMixin = (...args: readonly unknown[]) => Promise<unknown>

// ---------------------------------------------------------------- getters and setters of attributes
/**
 * What `get` and `set` of attributes get as `this`: attributes by their data types. `T` is inferred apart from the definition, attribute by
 * attribute, since the definition as a whole is not known before its functions are.
 */
export type DefinitionFunctions<T> = { readonly [K in keyof T]: T[K] | AttributeFunctions<T, T[K]> }
export interface AttributeFunctions<T, X> {
  readonly type: X
  readonly allowNull?: X | true
  readonly primaryKey?: X | false
  get?(this: NoInfer<DefinitionThis<T>>): unknown
  set?(this: NoInfer<DefinitionThis<T>>, value: NoInfer<GivenValue<X>>): void
}
// `T[K]` is the data type, or a union of it with `false` (`allowNull: false`) and `true` (`primaryKey: true`).
type NullUnless<X, V> = boolean extends X ? V : [Extract<X, boolean>] extends [never] ? V | null : V
type OwnValue<X> = NullUnless<X, ReadOf<Exclude<X, boolean>>>
type GivenValue<X> = NullUnless<X, WriteOf<Exclude<X, boolean>>>
type OwnValues<T> = { [K in keyof T]: OwnValue<T[K]> }
/** An instance, as far as the attributes of its definition say; the rest may be there or not. */
export type DefinitionThis<T> = Model<OwnValues<T>> & OwnValues<T> & Omit<ImplicitId & ImplicitTimestamps, keyof T>

// ---------------------------------------------------------------- from a definition to attribute types
// Named interfaces instead of inline `{ readonly primaryKey: true }`: inline literals in generic aliases are instantiated again per column.
interface TypeMark {
  readonly type: DataTypeLike
}
interface PrimaryKeyMark {
  readonly primaryKey: true
}
interface NotNullMark {
  readonly allowNull: false
}
interface DefaultMark {
  readonly defaultValue: any
}
interface AutoMark {
  readonly autoIncrement: true
}
/** An attribute without a column or a type: it is what its getter returns. */
interface ComputedMark {
  readonly type: VirtualType
  readonly get: (...args: any) => unknown
}
type NotNull = NotNullMark | PrimaryKeyMark
type Supplied = DefaultMark | AutoMark

type ReadOf<T> = T extends AnyDataType ? T[typeof OUT] : T extends DataTypeClass ? InstanceType<T>[typeof OUT] : unknown
type WriteOf<T> = T extends AnyDataType ? T[typeof IN] : T extends DataTypeClass ? InstanceType<T>[typeof IN] : unknown
type Read<C> = C extends AnyDataType
  ? C[typeof OUT] | null
  : C extends TypeMark
    ? C extends NotNull
      ? ReadOf<C['type']>
      : C extends ComputedMark
        ? ReturnType<C['get']>
        : ReadOf<C['type']> | null
    : ReadOf<C> | null
type Write<C> = C extends AnyDataType
  ? C[typeof IN] | null
  : C extends TypeMark
    ? C extends NotNull
      ? WriteOf<C['type']>
      : WriteOf<C['type']> | null
    : WriteOf<C> | null

type HasPrimaryKey<C> = C extends PrimaryKeyMark ? true : never
interface NoPrimaryKey {
  readonly noPrimaryKey: true
}
interface NoTimestamps {
  readonly timestamps: false
}
interface HasVersion {
  readonly version: boolean | string
}
interface IsParanoid {
  readonly paranoid: true
}
export interface ImplicitId {
  id: number
}
export interface ImplicitTimestamps {
  createdAt: Date
  updatedAt: Date
}
interface RenamedCreated {
  readonly createdAt: any
}
interface RenamedUpdated {
  readonly updatedAt: any
}
type NameOrDefault<V, Default extends string> = V extends string ? V : V extends false ? never : Default
type OptionOf<O, K> = K extends keyof O ? O[K] : undefined
type Timestamps<O> = O extends NoTimestamps
  ? {}
  : O extends RenamedCreated | RenamedUpdated | IsParanoid
    ? {
        [K in
          | NameOrDefault<OptionOf<O, 'createdAt'>, 'createdAt'>
          | NameOrDefault<OptionOf<O, 'updatedAt'>, 'updatedAt'>]: Date
      } & (O extends IsParanoid ? { [K in NameOrDefault<OptionOf<O, 'deletedAt'>, 'deletedAt'>]: Date | null } : {})
    : ImplicitTimestamps
type Version<O> = O extends HasVersion ? { [K in NameOrDefault<O['version'], 'version'>]: number } : {}
/** Attributes that Mortise adds by itself: `id`, timestamps, `deletedAt`, `version`. */
export type Implicit<D, O> = ([HasPrimaryKey<D[keyof D]>] extends [never]
  ? O extends NoPrimaryKey
    ? {}
    : ImplicitId
  : {}) &
  Timestamps<O> &
  Version<O>

interface BelongsToMark {
  readonly associationType: 'BelongsTo'
  readonly foreignKey: string
}
type ForeignKeyName<R, N extends keyof R> = N extends string
  ? R[N] extends BelongsToMark
    ? string extends R[N]['foreignKey']
      ? `${N}Id`
      : R[N]['foreignKey']
    : never
  : never
/** Foreign keys of the model's own `belongsTo` declarations that D does not list. */
// `{}` where there is none: the type then has no mapped part, which would be walked at every call that names the model.
type ForeignKeyPart<R, D> = ForeignKeys<Exclude<ForeignKeyName<R, keyof R>, keyof D>>
type ForeignKeys<K extends string> = [K] extends [never] ? {} : { [P in K]: number | string | null }

type RequiredKey<D, K extends keyof D> = K extends unknown
  ? D[K] extends NotNull
    ? D[K] extends Supplied
      ? never
      : K
    : never
  : never
export type AttributesFrom<D, I> = I extends infer J
  ? { [K in keyof D | keyof J]: K extends keyof D ? Read<D[K]> : J[K & keyof J] }
  : never
export type CreationFrom<D, I> = { [K in RequiredKey<D, keyof D>]: Write<D[K]> } & {
  [K in keyof D]?: Write<D[K]>
} & Partial<I>
/** Members of an interface are resolved on access: models that are only queried never compute their creation type. */
export interface LazyCreation<D, I> {
  readonly [LAZY]: CreationFrom<D, I>
  readonly [GIVEN]: GivenIn<D, keyof D>
}
// Of data types whose values read as strings and may be given as numbers, bigints or dates.
type GivenIn<D, K extends keyof D> = K extends unknown
  ? D[K] extends ReadsText
    ? Wider<K, D[K][typeof IN]>
    : D[K] extends ReadsTextMark
      ? Wider<K, D[K]['type'][typeof IN]>
      : never
  : never
type Wider<K, In> = [In] extends [string] ? never : [K, Exclude<In, string>]
interface ReadsText extends AnyDataType {
  readonly [OUT]: string
}
interface ReadsTextMark {
  readonly type: ReadsText
}

// ---------------------------------------------------------------- instance and static types
/** Instances of a model defined by the literals `D` (attributes), `O` (options) and `R` (associations). */
// `extends infer X` evaluates: hovers, errors and emitted declarations show `{ id: number; firstName: string | null }` instead of an alias
// over the definition. The alias that is left, `Defined`, has them write attributes and associations once.
// The associations stand in it once: what is compared and walked at each call with models made by `define` grows with each mention.
export type DefinedInstance<N extends string, D, O, R = {}> = Implicit<D, O> & ForeignKeyPart<R, D> extends infer I
  ? AttributesFrom<D, I> extends infer A extends object
    ? Defined<N, A, LazyCreation<D, I>, R>
    : never
  : never

/** An instance of the model `N` with the attributes `A`, the creation attributes `C` and the associations `R`. */
export type Defined<N extends string, A extends object, C extends object, R = {}> = Model<A, C, R> &
  A &
  AllMixins<R, N> &
  NamedModel<N>
/** An instance whose model's name is known to the types. */
export interface NamedModel<N extends string> {
  readonly [NAME]: N
}

/** Instances of a model defined before, once it has the associations `R`; `Declared` tells their foreign keys. */
export type FromBase<A extends object, C extends object, R, N extends string, Declared> =
  ForeignKeyPart<Declared, A> extends infer Keys
    ? [keyof Keys] extends [never]
      ? Defined<N, A, C, R>
      : Defined<N, Flat<A & Keys>, WithKeys<C, Keys>, R>
    : never
/** Creation attributes of the defined model, and the foreign keys that its associations add. */
export interface WithKeys<C, Keys> {
  readonly [LAZY]: (C extends LazyMark ? C[typeof LAZY] : C) & Partial<Keys>
  readonly [GIVEN]: C extends GivenMark ? C[typeof GIVEN] : never
}
interface GivenMark {
  readonly [GIVEN]: any
}
interface LazyMark {
  readonly [LAZY]: any
}

export interface DefineFunction {
  // `M` is what is expected where something is: `const Note: ModelDefined<NoteAttributes, NoteCreation> = sequelize.define('Note', { … })`.
  /** Defines a model; its types are inferred from the definition. */
  <
    const N extends string,
    const D extends AttributesDefinition,
    const O extends PlainModelOptions = {},
    const R extends Declarations = {},
    const S extends string = never,
    M extends AnyModel = DefinedInstance<N, D, O, R>,
    T = unknown,
  >(
    modelName: N,
    attributes: D & CheckDefinition<D, T>,
    options?: DefineOptions<N, D, O, R, S>,
  ): [S] extends [never] ? ModelStatic<M> : ScopedStatic<M, S>
  /** Defines a model whose instance type is given. */
  <M extends AnyModel, A = TypesOf<M>['attributes']>(
    modelName: string,
    attributes?: { [K in keyof A]: AnyDataType | DataTypeClass | AttributeOptions<M> | SqlTypeMark },
    options?: ModelOptions<M>,
  ): ModelStatic<M>
}
/** `class User extends sequelize.model('User', { … }, { associations: { … } }) {}`; with a name only: the model of that name. */
export interface ModelFunction {
  <
    const N extends string,
    const D extends AttributesDefinition,
    const O extends PlainModelOptions = {},
    const R extends Declarations = {},
    const S extends string = never,
    T = unknown,
  >(
    modelName: N,
    attributes: D & CheckDefinition<D, T>,
    options?: DefineOptions<N, D, O, R, S>,
  ): [S] extends [never]
    ? ModelBase<DefinedInstance<N, D, O, R>>
    : ModelBase<DefinedInstance<N, D, O, R>> & ScopedModel<S>
  <M extends AnyModel = Model>(modelName: string): ModelStatic<M>
}
/** A base class. No `prototype: M` here: a derived class has its own, and the check of the static side would compare the two structurally. */
export interface ModelBase<M extends AnyModel> extends ModelStatics {
  new (): M
  new (values?: TypesOf<M>['input'], options?: BuildOptions): M
  new (values?: undefined): M
}
