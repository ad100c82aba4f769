/**
 * What a model says about itself: its definition, its table, its attributes, and the variants of it under other scopes and schemas.
 * The class between `model/state` (an instance's values) and `Model` (what reaches the database).
 * Docs: models/defining-models, other-topics/legacy-model-definitions, other-topics/scopes.
 */
import type { Association as AssociationContract } from '../association/association.js'
import type { Attribute } from '../model/attribute.js'
import type { ModelDefinition, IndexOptions as NormalizedIndex } from '../model/definition.js'
import type { Hooks } from '../model/hooks.js'
import { ModelState } from '../model/state.js'
import type { HookMethods } from './hook-methods.js'
import * as metadata from './metadata.js'
import type { Model } from './model.js'
import { initialise } from './register-model.js'
import { initialModel, registration, schemaVariant, scopeVariant } from './registration.js'
import type { Sequelize } from './sequelize.js'
import type { AnyAssociation, Association } from './types/associations.js'
import type { AttributeOptions, InitOptions, ModelAttributes, ModelOptions, ScopeGiven } from './types/define.js'
import type { HookHolder, ModelHooks } from './types/hooks.js'
import type { AnyModel, ModelConstructor, Untyped } from './types/infer.js'
import type { ModelStateClass } from './types/instance.js'
import type { FindOptions } from './types/options.js'
import type { TYPES } from './types/symbols.js'

type T = typeof TYPES

// The typed view of `model/state`'s class, which has the state methods (`get`, `set`, `changed`, …) and the constructor.
const State = ModelState as unknown as ModelStateClass & HookMethods

/** The part of `Model` that sends no statement. */
export abstract class DescribedModel<
  TAttributes extends object = Untyped,
  TCreation extends object = TAttributes,
  TRelations = Untyped,
> extends State<TAttributes, TCreation, TRelations> {
  // ---------------------------------------------------------------- instance

  /** The instance's Sequelize. */
  get sequelize(): Sequelize {
    return registration(this.constructor).sequelize
  }
  /** The definition of the instance's model. */
  get modelDefinition(): ModelDefinition {
    return registration(this.constructor).definition
  }

  // ---------------------------------------------------------------- definition

  /**
   * Defines the model: `User.init({ name: DataTypes.STRING }, { sequelize })`. Returns the model.
   * Docs: other-topics/legacy-model-definitions.
   */
  static init<M extends AnyModel>(
    this: ModelConstructor<M>,
    attributes: ModelAttributes<M>,
    options: InitOptions<M>,
  ): typeof this {
    return initialise(this, attributes, options) as never
  }

  static get sequelize(): Sequelize {
    return registration(this).sequelize
  }
  static get modelDefinition(): ModelDefinition {
    return registration(this).definition
  }
  static get hooks(): HookHolder<ModelHooks<Model>> & Hooks {
    return registration(this).definition.hooks as never
  }
  static isInitialized(): boolean {
    return registration(this, false) !== null
  }
  /** Throws an error that says how when the model was not defined. */
  static assertIsInitialized(): void {
    registration(this)
  }
  /** Name and schema of the table. Without a schema of its own: the engine's default one, `''` where there is none. */
  static get table(): metadata.TableNameWithSchema {
    return metadata.table(this)
  }
  static get tableName(): string {
    return registration(this).definition.table.name
  }
  /** v6: the table's name, or an object where it has a schema. */
  static getTableName(): string | metadata.TableNameWithSchema {
    return metadata.getTableName(this)
  }
  static get options(): Readonly<ModelOptions & Record<string, unknown>> {
    return metadata.options(this) as never
  }
  /** Normalised attributes by name. */
  static getAttributes<M extends AnyModel>(
    this: ModelConstructor<M>,
  ): { readonly [K in keyof M[T]['attributes']]: Attribute } {
    return metadata.attributes(this) as never
  }
  /** @deprecated v6's property for `getAttributes()`. */
  static get rawAttributes(): { readonly [attribute: string | symbol]: Attribute & AttributeOptions } {
    return metadata.attributes(this) as never
  }
  /** @deprecated v6: attributes with a column. */
  static get tableAttributes(): { readonly [attribute: string]: Attribute } {
    return metadata.tableAttributes(this)
  }
  /** @deprecated v6: attributes by column. */
  static get fieldRawAttributesMap(): { readonly [column: string]: Attribute } {
    return metadata.attributesByColumn(this)
  }
  static get primaryKeyAttributes(): readonly string[] {
    return registration(this).definition.shape.primaryKey.map((attribute) => attribute.attributeName)
  }
  static get primaryKeyAttribute(): string | null {
    return registration(this).definition.shape.primaryKey[0]?.attributeName ?? null
  }
  static get primaryKeyField(): string | null {
    return registration(this).definition.shape.primaryKey[0]?.columnName ?? null
  }
  static get primaryKeys(): { readonly [attribute: string]: Attribute } {
    return metadata.primaryKeys(this)
  }
  static get autoIncrementAttribute(): string | null {
    return registration(this).definition.shape.autoIncrement?.attributeName ?? null
  }
  static getIndexes(): readonly (NormalizedIndex & { readonly name: string })[] {
    return registration(this).definition.getIndexes()
  }
  /** Associations by name. */
  static get associations(): { readonly [name: string]: Association } {
    return metadata.associations(this) as never
  }
  /** Throws for a name that is no association, naming the nearest. */
  static getAssociation(name: string): AnyAssociation & AssociationContract {
    return metadata.association(this, name) as never
  }
  static getAssociations(target: ModelConstructor<AnyModel>): (AnyAssociation & AssociationContract)[] {
    return metadata.associationsTo(this, target) as never
  }
  static getAssociationWithModel(
    target: ModelConstructor<AnyModel>,
    alias?: string,
  ): AnyAssociation & AssociationContract {
    return metadata.associationTo(this, target, alias) as never
  }
  static hasAlias(alias: string): boolean {
    return registration(this).definition.associations.has(alias)
  }
  /** Takes an attribute away. `id` may be missing already, since Mortise adds it by itself. @throws DefinitionError for a name that is none. */
  static removeAttribute(name: string): void {
    metadata.removeAttribute(this, name)
  }
  /** Adds attributes, or completes those there are. */
  static mergeAttributesDefault(attributes: { readonly [name: string]: object }): {
    readonly [attribute: string]: Attribute
  } {
    return metadata.mergeAttributes(this, attributes)
  }
  /** v6: attributes are always up to date; kept for programs that call it. */
  static refreshAttributes(): void {
    registration(this)
  }

  // ---------------------------------------------------------------- scopes, schemas

  /** Adds a scope; `override` replaces one of the same name (also `defaultScope`). Docs: other-topics/scopes. */
  static addScope(
    name: string,
    scope: FindOptions | ((...args: never[]) => FindOptions),
    options?: { readonly override?: boolean },
  ): void {
    registration(this).definition.scopes.add(name, scope as never, options)
  }
  /** A variant of the model with these scopes instead of the current ones. The model itself is not changed. */
  static withScope<C>(
    this: C,
    ...scopes: readonly (ScopeGiven<C> | null | undefined | FindOptions | readonly ScopeGiven<C>[])[]
  ): C {
    return scopeVariant(this, scopes)
  }
  /** @deprecated v6's name of `withScope`; without arguments of `withoutScope`. */
  static scope<C>(
    this: C,
    ...scopes: readonly (ScopeGiven<C> | null | undefined | FindOptions | readonly ScopeGiven<C>[])[]
  ): C {
    return scopeVariant(this, scopes)
  }
  /** A variant without any scope, not even the default one. */
  static withoutScope<C>(this: C): C {
    return scopeVariant(this, [])
  }
  /** @deprecated v6's name of `withoutScope`. */
  static unscoped<C>(this: C): C {
    return scopeVariant(this, [])
  }
  /** A variant with the default scope only. */
  static withInitialScope<C>(this: C): C {
    return scopeVariant(this, ['defaultScope'])
  }
  /** The model that variants were made of. */
  static getInitialModel<C>(this: C): C {
    return initialModel(this)
  }
  /** A variant whose table lies in this schema. */
  static withSchema<C>(
    this: C,
    schema: string | null | { readonly schema?: string; readonly schemaDelimiter?: string },
  ): C {
    return schemaVariant(this, schema)
  }
  /** @deprecated v6's name of `withSchema`. */
  static schema<C>(this: C, schema: string | null, options?: { readonly schemaDelimiter?: string } | string): C {
    return schemaVariant(this, {
      schema: schema ?? undefined,
      schemaDelimiter: typeof options === 'string' ? options : options?.schemaDelimiter,
    })
  }
  static get _schema(): string | null {
    return registration(this).definition.table.schema
  }
}
