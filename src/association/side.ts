/**
 * What hasOne, hasMany and belongsTo have in common: they are sides of one foreign key. The key itself lives in `relation`; an association
 * reads it from there, so a call on the other side that completes the key is seen at once.
 */
import { pluralize, singularize } from '../base/names.js'
import { AssociationError } from '../errors/association.js'
import type { Attribute } from '../model/attribute.js'
import type { ModelClass, ModelShape } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import type { ReferentialAction } from '../schema/snapshot.js'
import type {
  Accessors,
  Association,
  AssociationType,
  Batch,
  ForeignKeyConstraint,
  JoinStep,
  KeyPair,
  LinkChange,
  OnReplace,
} from './association.js'
import { batchOf, keyValue } from './batch.js'
import type { AssociationActions, AssociationContext } from './context.js'
import type { Given } from './options.js'
import type { Relation, Side } from './relation.js'

export type KeyRelation = Relation<KeyAssociation, KeyAssociation>

/** What a side is besides its key. */
export interface SideFacts {
  readonly as: string
  readonly isNamed: boolean
  readonly isHidden: boolean
  readonly given: Given
  readonly parent: KeyAssociation | null
}

type Unlink = ReturnType<Association['unlink']>

const INSPECT = Symbol.for('nodejs.util.inspect.custom')

/** An association that is asked before its target is there. */
export const pending = (call: string): AssociationError =>
  new AssociationError(`${call}: the target is not defined yet. Import its module before the association is used.`)

export abstract class KeyAssociation implements Association, Side {
  abstract readonly associationType: AssociationType
  abstract readonly source: ModelClass
  abstract readonly target: ModelClass
  abstract readonly cardinality: 'one' | 'many'
  abstract readonly saveOrder: 'before' | 'after'
  abstract readonly accessors: Accessors
  abstract readonly isUniqueBacked: boolean
  abstract readonly inverse: KeyAssociation | null
  abstract readonly keys: readonly KeyPair[]
  abstract link(source: ModelState, target: ModelState): LinkChange

  readonly #context: AssociationContext
  readonly #call: string
  #relation: KeyRelation | null = null
  #side: SideFacts | null = null
  #unlink: { readonly shape: ModelShape; readonly outcome: Unlink } | null = null

  constructor(context: AssociationContext, call: string) {
    this.#context = context
    this.#call = call
  }

  protected get actions(): AssociationActions {
    return this.#context.actions
  }

  /** Puts the association on its relation. For `association/define`. */
  attach(relation: KeyRelation, side: SideFacts): void {
    this.#unlink = null
    this.#relation = relation
    this.#side = side
  }
  get isAttached(): boolean {
    return this.#relation !== null
  }
  /** Still waiting for its target: what is known of it is the call. */
  protected get isPending(): boolean {
    return this.#relation === null
  }
  /** The call that made the association, for messages: `User.hasOne(Task)`. */
  get call(): string {
    return this.#call
  }
  get relation(): KeyRelation {
    if (this.#relation === null) throw pending(this.#call)
    return this.#relation
  }
  get side(): SideFacts {
    if (this.#side === null) throw pending(this.#call)
    return this.#side
  }

  get as(): string {
    return this.side.as
  }
  get name(): { readonly singular: string; readonly plural: string } {
    return this.side.given.name ?? this.nameOf(this.as)
  }
  protected nameOf(as: string): { readonly singular: string; readonly plural: string } {
    return this.cardinality === 'one'
      ? { singular: as, plural: pluralize(as) }
      : { singular: singularize(as), plural: as }
  }
  get isNamed(): boolean {
    return this.side.isNamed
  }
  get isHidden(): boolean {
    return this.side.isHidden
  }
  get isAliased(): boolean {
    return this.side.isNamed
  }
  get isOneOfMany(): boolean {
    return this.side.given.ofMany === true
  }
  get isSymmetric(): boolean {
    return this.side.given.symmetric === true
  }
  get isRequiredByBoth(): boolean {
    return this.relation.said.required === 'both'
  }
  get counterConstraint(): ForeignKeyConstraint | null {
    if (!this.isRequiredByBoth || this.saveOrder === 'before') return null
    const { foreignKeys, referencedKeys } = this.relation.facts
    return {
      name: null,
      attributes: referencedKeys,
      references: { model: this.target, attributes: foreignKeys },
      onDelete: 'NO ACTION',
      onUpdate: 'NO ACTION',
      deferrable: 'INITIALLY DEFERRED',
    }
  }
  get isSelfAssociation(): boolean {
    return this.source === this.target
  }
  get isSingleAssociation(): boolean {
    return this.cardinality === 'one'
  }
  get isMultiAssociation(): boolean {
    return this.cardinality === 'many'
  }

  get foreignKeys(): readonly string[] {
    return this.relation.facts.foreignKeys
  }
  get foreignKeyOwner(): ModelClass {
    return this.relation.owner
  }
  get constraint(): ForeignKeyConstraint | null {
    return this.relation.facts.constraint
  }
  get onDelete(): ReferentialAction {
    return this.relation.facts.onDelete
  }
  get declaredOnDelete(): ReferentialAction | null {
    return this.relation.facts.declaredOnDelete
  }
  get hooks(): boolean {
    return this.side.given.hooks ?? false
  }
  get scope(): Readonly<Record<string, unknown>> | null {
    return this.side.given.scope ?? null
  }
  get order(): readonly (readonly [string, 'ASC' | 'DESC'])[] | null {
    return this.side.given.order ?? null
  }
  get onReplace(): OnReplace {
    return (
      this.side.given.onReplace ?? this.inverse?.side.given.onReplace ?? (this.unlink().possible ? 'nullify' : 'delete')
    )
  }

  // Sequelize's names, 7 and 6.
  /** The foreign key's attribute; of a composite key, the first. */
  get foreignKey(): string {
    return this.foreignKeys[0]!
  }
  get foreignKeyAttribute(): Attribute {
    return this.foreignKeyOwner.modelDefinition.attribute(this.foreignKey)
  }
  get foreignKeyField(): string {
    return this.foreignKeyAttribute.columnName
  }
  get identifier(): string {
    return this.foreignKey
  }
  get identifierField(): string {
    return this.foreignKeyField
  }
  /** The attribute that the foreign key refers to. */
  get referencedKey(): string {
    return this.relation.facts.referencedKeys[0]!
  }
  get associationAccessor(): string {
    return this.as
  }
  get parentAssociation(): KeyAssociation | null {
    return this.side.parent
  }
  get rootAssociation(): KeyAssociation {
    return this.side.parent?.rootAssociation ?? this
  }
  get isInverse(): boolean {
    return this.isHidden
  }

  get options(): Readonly<Record<string, unknown>> {
    const { constraint } = this
    const { constraintName, unique, deferrable, attributes } = this.relation.said
    return Object.freeze({
      ...this.side.given.raw,
      as: this.as,
      name: this.name,
      foreignKey: Object.freeze({
        ...attributes?.[0],
        name: this.foreignKey,
        columnName: this.foreignKeyField,
        fieldName: this.foreignKey,
        ...(constraint ? { onDelete: constraint.onDelete, onUpdate: constraint.onUpdate } : {}),
        ...(constraintName === undefined ? {} : { constraintName }),
        ...(deferrable === undefined ? {} : { deferrable }),
      }),
      foreignKeyConstraints: constraint !== null,
      constraints: constraint !== null,
      ...(constraint ? { onDelete: constraint.onDelete, onUpdate: constraint.onUpdate } : {}),
      ...(unique === undefined ? {} : { unique }),
      hooks: this.hooks,
      scope: this.scope,
      inverse: this.inverse ? Object.freeze({ as: this.inverse.as }) : undefined,
    })
  }

  joinSteps(): readonly JoinStep[] {
    return [{ model: this.target, keys: this.keys, scope: this.scope }]
  }

  batch(sources: readonly ModelState[]): Batch | null {
    return batchOf(this, this.target.modelDefinition, this.scope, sources)
  }

  protected keyValue(instance: ModelState, name: string): unknown {
    return keyValue(this, instance, name)
  }

  /** Nulls the parts of the key that can be null: a composite key may share a part (a tenant) with others. */
  unlink(): Unlink {
    const { shape } = this.foreignKeyOwner.modelDefinition
    if (this.#unlink?.shape === shape) return this.#unlink.outcome
    const nullable = this.foreignKeys.filter((name) => {
      const attribute = shape.attributes.get(name)
      return attribute?.allowNull === true && !attribute.primaryKey
    })
    const cleared = this.side.given.clearScopeOnUnset ? Object.keys(this.scope ?? {}) : []
    const values = Object.freeze(Object.fromEntries([...nullable, ...cleared].map((name) => [name, null])))
    const outcome: Unlink = { values, possible: nullable.length > 0 }
    this.#unlink = { shape, outcome }
    return outcome
  }

  // The verbs: thin, so that a program which wraps `association.get` sees every call of a mixin.
  /** What is associated: a row or null, or a list; for a list of instances, a Map with an entry for each of them. */
  get(source: ModelState | readonly ModelState[], options?: object): Promise<unknown> {
    return this.actions.get(this, source, options)
  }
  set(source: ModelState, target: unknown, options?: object): Promise<unknown> {
    return this.actions.set(this, source, target, options)
  }
  create(source: ModelState, values?: object, options?: object): Promise<unknown> {
    return this.actions.create(this, source, values, options)
  }
  build(source: ModelState, values?: object, options?: object): unknown {
    return this.actions.build(this, source, values, options)
  }
  /** Names only: models are never walked by JSON or by a debugger's print. */
  toJSON(): Record<string, unknown> {
    return {
      associationType: this.associationType,
      source: this.source.name,
      target: this.target.name,
      as: this.as,
      foreignKey: this.foreignKeys.length === 1 ? this.foreignKey : this.foreignKeys,
    }
  }
  toString(): string {
    return this.#relation === null
      ? this.#call
      : `${this.source.name}.${this.as} (${this.associationType} ${this.target.name} by ${this.foreignKeyOwner.name}.${this.foreignKeys.join(', ')})`
  }
  [INSPECT](): string {
    return `${this.constructor.name} { ${this.toString()} }`
  }
}
