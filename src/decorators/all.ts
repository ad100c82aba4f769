/**
 * Every decorator, once: `mortise/decorators-legacy` and `mortise/decorators` export these same functions.
 * Docs: models/defining-models, models/validations-and-constraints, models/indexes, associations/basics, other-topics/hooks.
 */

import { DataTypes } from '../api/data-types.js'
import type {
  BelongsToManyOptions,
  BelongsToOptions,
  HasManyOptions,
  HasOneOptions,
} from '../api/types/associations.js'
import type { AnyDataType, DataTypeClass, DataTypeLike } from '../api/types/data-types.js'
import type { AttributeIndexOptions, AttributeOptions, ModelOptions } from '../api/types/define.js'
import type { AnyModel, AttributeNames, ModelConstructor } from '../api/types/infer.js'
import { DefinitionError } from '../errors/index.js'
import { valueValidator } from '../model/validate.js'
import { addAttributeOptions, classDecorator, isApplied, methodDecorator, propertyDecorator } from './decorate.js'
import type { DecoratedAssociation } from './metadata.js'
import type {
  MethodDecorator,
  OptionalClassDecorator,
  OptionalMethodDecorator,
  OptionalPropertyDecorator,
  PropertyDecorator,
  TypedAttributeDecorator,
} from './types.js'

// ---------------------------------------------------------------- class

const tableDecorator = (options: object, isAbstract: boolean) =>
  classDecorator((record) => {
    if (record.options) throw new DefinitionError('A class takes one @Table or @Table.Abstract.')
    record.options = { ...options }
    record.isAbstract = isAbstract
  })
const optionalClass = (isAbstract: boolean) =>
  ((...args: readonly unknown[]) => {
    if (isApplied(args)) return (tableDecorator({}, isAbstract) as (...args: readonly unknown[]) => unknown)(...args)
    return tableDecorator((args[0] as object | undefined) ?? {}, isAbstract)
  }) as unknown as OptionalClassDecorator<ModelOptions>

/**
 * Options of the model: `@Table({ tableName: 'people', paranoid: true })`.
 * `@Table.Abstract`: the class is not a model itself, its attributes and options are inherited.
 */
export const Table: OptionalClassDecorator<ModelOptions> & {
  readonly Abstract: OptionalClassDecorator<Omit<ModelOptions, 'name' | 'modelName' | 'tableName'>>
} = Object.assign(optionalClass(false), { Abstract: optionalClass(true) })

// ---------------------------------------------------------------- attributes

/** Attribute options are merged of all decorators of a property; two that say different things throw. */
const attribute = (
  label: string,
  options: (prototype: object | null, name: string) => Readonly<Record<string, unknown>>,
): PropertyDecorator =>
  propertyDecorator(label, (record, name, { prototype }) =>
    addAttributeOptions(record, name, options(prototype, name), label),
  )
const fixed = (label: string, options: Readonly<Record<string, unknown>>): PropertyDecorator =>
  attribute(label, () => options)
/** `@X`, `@X()`, `@X(value)`. */
function optional<T>(
  label: string,
  options: (value: T | undefined) => Readonly<Record<string, unknown>>,
): OptionalPropertyDecorator<T> {
  return ((...args: readonly unknown[]) => {
    if (isApplied(args) && args.length >= 2)
      return (fixed(label, options(undefined)) as (...args: readonly unknown[]) => unknown)(...args)
    return fixed(label, options(args[0] as T | undefined))
  }) as OptionalPropertyDecorator<T>
}

interface AttributeDecorator extends PropertyDecorator {
  (options: AnyDataType | DataTypeClass | DataTypeLike | Partial<AttributeOptions>): PropertyDecorator
  (): PropertyDecorator
}
/**
 * Makes an attribute of a property: `@Attribute(DataTypes.STRING)`, `@Attribute({ type: DataTypes.STRING, allowNull: false })`.
 * Without a type it is read from the metadata that TypeScript emits (`emitDecoratorMetadata` with `reflect-metadata`).
 */
export const Attribute: AttributeDecorator = ((...args: readonly unknown[]) => {
  const make = (given: unknown) =>
    attribute('Attribute', (prototype, name) => {
      const options = isAttributeOptions(given) ? { ...given } : given === undefined ? {} : { type: given }
      if (!('type' in options)) Object.assign(options, { type: inferredType(prototype, name) })
      return options
    })
  if (args.length >= 2 && isApplied(args)) return (make(undefined) as (...args: readonly unknown[]) => unknown)(...args)
  return make(args[0])
}) as AttributeDecorator

/** As `Attribute`; the property's type must fit the data type, else it does not compile. */
export const TypedAttribute: TypedAttributeDecorator = Attribute as unknown as TypedAttributeDecorator

/** Plain objects are options; functions, instances of classes and strings are types. */
function isAttributeOptions(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

type ReflectMetadata = { getMetadata?: (key: string, target: object, name: string) => unknown }
function inferredType(prototype: object | null, name: string): unknown {
  const type = prototype && (Reflect as ReflectMetadata).getMetadata?.('design:type', prototype, name)
  switch (type) {
    case String:
      return DataTypes.STRING
    case Number:
      return DataTypes.INTEGER
    case Boolean:
      return DataTypes.BOOLEAN
    case BigInt:
      return DataTypes.BIGINT
    case Date:
      return DataTypes.DATE
    case Buffer:
    case Uint8Array:
      return DataTypes.BLOB
    default:
      // Another decorator of the property may bring the type; registration complains where none did.
      return undefined
  }
}

/** Name of the column. */
export const ColumnName = (columnName: string): PropertyDecorator => fixed('ColumnName', { columnName })
/** Comment of the column, where the engine has comments. */
export const Comment = (comment: string): PropertyDecorator => fixed('Comment', { comment })
/** Part of the primary key. */
export const PrimaryKey: OptionalPropertyDecorator<boolean> = optional('PrimaryKey', (value) => ({
  primaryKey: value ?? true,
}))
export const AutoIncrement: OptionalPropertyDecorator<boolean> = optional('AutoIncrement', (value) => ({
  autoIncrement: value ?? true,
}))
/** NOT NULL, and validated. */
export const NotNull: OptionalPropertyDecorator<boolean> = optional('NotNull', (value) => ({
  allowNull: !(value ?? true),
}))
export const AllowNull: OptionalPropertyDecorator<boolean> = optional('AllowNull', (value) => ({
  allowNull: value ?? true,
}))
/** A value, a function that makes one for each new instance, or SQL. */
export const Default = (defaultValue: unknown): PropertyDecorator => fixed('Default', { defaultValue })
/** A unique index; attributes that give the same name share one. */
export const Unique: OptionalPropertyDecorator<boolean | string | AttributeIndexOptions> = optional(
  'Unique',
  (value) => ({ unique: value ?? true }),
)
/** An index; attributes that give the same name share one. */
export const Index: OptionalPropertyDecorator<string | AttributeIndexOptions> = optional('Index', (value) => ({
  index: value ?? true,
}))

type IndexedAttribute = NonNullable<AttributeIndexOptions['attribute']>
/**
 * A decorator for the attributes of one index: `const NameIndex = createIndexDecorator('NameIndex', { unique: true })`,
 * then `@NameIndex` or `@NameIndex({ order: 'DESC' })`. The index has the name of the decorator, or `options.name`.
 */
export function createIndexDecorator(
  name: string,
  options: Omit<AttributeIndexOptions, 'attribute'> = {},
): OptionalPropertyDecorator<IndexedAttribute> {
  return optional(name, (value: IndexedAttribute | undefined) => ({
    index: { name, ...options, ...(value === undefined ? {} : { attribute: value }) },
  }))
}

/** Validators of the attribute: `@ValidateAttribute({ isEmail: true })`, or a function of (value, instance, attribute name) that throws. */
export function ValidateAttribute(
  validators: Readonly<Record<string, unknown>> | ((...args: never[]) => unknown),
): PropertyDecorator {
  return attribute('ValidateAttribute', (_prototype, name) => ({
    validate:
      typeof validators === 'function'
        ? { [validators.name || `${name}Validator`]: valueValidator(validators) }
        : validators,
  }))
}

const roleDecorator = (label: string, role: string): PropertyDecorator =>
  propertyDecorator(label, (record, name) => {
    const taken = record.roles.get(role)
    if (taken !== undefined && taken !== name)
      throw new DefinitionError(`@${label} decorates "${taken}" and "${name}"; a model has one.`)
    record.roles.set(role, name)
  })
/** The attribute that holds the time of the insert. */
export const CreatedAt: PropertyDecorator = roleDecorator('CreatedAt', 'createdAt')
/** The attribute that holds the time of the last update. */
export const UpdatedAt: PropertyDecorator = roleDecorator('UpdatedAt', 'updatedAt')
/** Makes the model paranoid: the attribute that holds the time of the soft delete. */
export const DeletedAt: PropertyDecorator = roleDecorator('DeletedAt', 'deletedAt')
/** Optimistic locking: the attribute that counts updates. */
export const Version: PropertyDecorator = roleDecorator('Version', 'version')

// ---------------------------------------------------------------- associations

type Thunk<T> = () => ModelConstructor<T>
const associationDecorator = (
  kind: DecoratedAssociation['kind'],
  target: () => unknown,
  options: unknown,
): PropertyDecorator => {
  const label = kind[0]!.toUpperCase() + kind.slice(1)
  return propertyDecorator(label, (record, as) => {
    const given = typeof options === 'string' ? { foreignKey: options } : { ...(options as object | undefined) }
    if ('as' in given)
      throw new DefinitionError(`@${label} on "${as}" takes no "as": the property's name is the association's name.`)
    record.associations.push({ kind, as, target, options: given })
  })
}
/** The target has the foreign key: `@HasOne(() => DrivingLicense, 'ownerId')`. The property's name is the association's. */
export const HasOne = <T extends AnyModel>(
  target: Thunk<T>,
  options?: Omit<HasOneOptions<string, AttributeNames<T>>, 'as'> | AttributeNames<T>,
): PropertyDecorator => associationDecorator('hasOne', target, options)
/** This model has the foreign key: `@BelongsTo(() => Person, 'ownerId')`. */
export const BelongsTo = <T extends AnyModel, const FK extends string>(
  target: Thunk<T>,
  options?: Omit<BelongsToOptions<string, FK>, 'as'> | FK,
): PropertyDecorator => associationDecorator('belongsTo', target, options)
/** The target has the foreign key, any number of rows refer to this one: `@HasMany(() => Comment, 'postId')`. Docs: associations/has-many. */
export const HasMany = <T extends AnyModel>(
  target: Thunk<T>,
  options?: Omit<HasManyOptions<string, AttributeNames<T>>, 'as'> | AttributeNames<T>,
): PropertyDecorator => associationDecorator('hasMany', target, options)
/** A table between links the two: `@BelongsToMany(() => Tag, { through: 'PostTag' })`. Docs: associations/belongs-to-many. */
export const BelongsToMany = <T extends AnyModel>(
  target: Thunk<T>,
  options: Omit<BelongsToManyOptions, 'as' | 'through'> & {
    readonly through: BelongsToManyOptions['through'] | (() => unknown)
  },
): PropertyDecorator => associationDecorator('belongsToMany', target, options)

// ---------------------------------------------------------------- methods

/** The method validates the whole instance: it throws when something is wrong. A static one gets the instance as argument. */
export const ModelValidator: MethodDecorator = methodDecorator('ModelValidator', (record, method, isStatic) => {
  record.validators.push({ method, isStatic })
})

const hook = (name: string): OptionalMethodDecorator<{ readonly name?: string | symbol }> => {
  const label = name[0]!.toUpperCase() + name.slice(1)
  const make = (options?: { readonly name?: string | symbol }) =>
    methodDecorator(label, (record, method, isStatic) => {
      if (!isStatic)
        throw new DefinitionError(`@${label} belongs on a static method; "${String(method)}" is an instance method.`)
      record.hooks.push({ hook: name, method, name: options?.name ?? null })
    })
  return ((...args: readonly unknown[]) =>
    args.length >= 2 && isApplied(args)
      ? (make() as (...args: readonly unknown[]) => unknown)(...args)
      : make(args[0] as { readonly name?: string | symbol } | undefined)) as OptionalMethodDecorator<{
    readonly name?: string | symbol
  }>
}
export const BeforeAssociate = hook('beforeAssociate')
export const AfterAssociate = hook('afterAssociate')
export const BeforeDefinitionRefresh = hook('beforeDefinitionRefresh')
export const AfterDefinitionRefresh = hook('afterDefinitionRefresh')
export const BeforeSync = hook('beforeSync')
export const AfterSync = hook('afterSync')
export const BeforeValidate = hook('beforeValidate')
export const AfterValidate = hook('afterValidate')
export const ValidationFailed = hook('validationFailed')
export const BeforeFind = hook('beforeFind')
export const BeforeFindAfterExpandIncludeAll = hook('beforeFindAfterExpandIncludeAll')
export const BeforeFindAfterOptions = hook('beforeFindAfterOptions')
export const AfterFind = hook('afterFind')
export const BeforeCount = hook('beforeCount')
export const BeforeUpsert = hook('beforeUpsert')
export const AfterUpsert = hook('afterUpsert')
export const BeforeBulkCreate = hook('beforeBulkCreate')
export const AfterBulkCreate = hook('afterBulkCreate')
export const BeforeBulkDestroy = hook('beforeBulkDestroy')
export const AfterBulkDestroy = hook('afterBulkDestroy')
export const BeforeDestroyMany = hook('beforeDestroyMany')
export const AfterDestroyMany = hook('afterDestroyMany')
export const BeforeDestroy = hook('beforeDestroy')
export const AfterDestroy = hook('afterDestroy')
export const BeforeBulkRestore = hook('beforeBulkRestore')
export const AfterBulkRestore = hook('afterBulkRestore')
export const BeforeRestore = hook('beforeRestore')
export const AfterRestore = hook('afterRestore')
export const BeforeBulkUpdate = hook('beforeBulkUpdate')
export const AfterBulkUpdate = hook('afterBulkUpdate')
export const BeforeUpdate = hook('beforeUpdate')
export const AfterUpdate = hook('afterUpdate')
export const BeforeCreate = hook('beforeCreate')
export const AfterCreate = hook('afterCreate')
export const BeforeSave = hook('beforeSave')
export const AfterSave = hook('afterSave')
