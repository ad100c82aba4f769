/**
 * What hasOne, hasMany and belongsTo have in common: they are sides of one foreign key. The key itself lives in `relation`; an association
 * reads it from there, so a call on the other side that completes the key is seen at once.
 */
import { pluralize, singularize } from '../base/names.js'
import { AssociationError } from '../errors/association.js'
import type { ModelClass, ModelShape } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import type { ReferentialAction } from '../schema/snapshot.js'
import type {
  Accessors,
  Association,
  Batch,
  ForeignKeyConstraint,
  JoinStep,
  KeyPair,
  LinkChange,
  OnReplace,
} from './association.js'
import { BaseAssociation } from './base.js'
import { batchOf, keyValue } from './batch.js'
import type { KeyFacts } from './foreign-key.js'
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

/** An association that is asked before its target is there. */
export const pending = (call: string): AssociationError =>
  new AssociationError(`${call}: the target is not defined yet. Import its module before the association is used.`)

/** From the source to the target. `isOwner`: the source has the foreign key. */
const pairsOf = ({ foreignKeys, referencedKeys }: KeyFacts, isOwner: boolean): readonly KeyPair[] =>
  foreignKeys.map((key, at) =>
    isOwner ? { from: key, to: referencedKeys[at]! } : { from: referencedKeys[at]!, to: key },
  )

export abstract class KeyAssociation extends BaseAssociation<KeyAssociation> implements Association, Side {
  abstract readonly saveOrder: 'before' | 'after'
  abstract readonly accessors: Accessors
  abstract readonly isUniqueBacked: boolean
  abstract readonly inverse: KeyAssociation | null
  abstract link(source: ModelState, target: ModelState): LinkChange

  #relation: KeyRelation | null = null
  #side: SideFacts | null = null
  #keys: { readonly facts: KeyFacts; readonly pairs: readonly KeyPair[] } | null = null
  #unlink: { readonly shape: ModelShape; readonly outcome: Unlink } | null = null

  /** Puts the association on its relation. For `association/define`. */
  attach(relation: KeyRelation, side: SideFacts): void {
    this.#unlink = null
    this.#relation = relation
    this.#side = side
  }
  get isAttached(): boolean {
    return this.#relation !== null
  }
  get isPending(): boolean {
    return this.#relation === null
  }
  protected get way(): string {
    return `by ${this.foreignKeyOwner.name}.${this.foreignKeys.join(', ')}`
  }
  get relation(): KeyRelation {
    if (this.#relation === null) throw pending(this.call)
    return this.#relation
  }
  get facts(): SideFacts {
    if (this.#side === null) throw pending(this.call)
    return this.#side
  }

  /** Made once as long as the key is what it is: every read across the association asks for them. */
  get keys(): readonly KeyPair[] {
    const { facts } = this.relation
    if (this.#keys?.facts !== facts) this.#keys = { facts, pairs: pairsOf(facts, this.saveOrder === 'before') }
    return this.#keys.pairs
  }
  get name(): { readonly singular: string; readonly plural: string } {
    return this.facts.given.name ?? this.nameOf(this.as)
  }
  protected nameOf(as: string): { readonly singular: string; readonly plural: string } {
    return this.cardinality === 'one'
      ? { singular: as, plural: pluralize(as) }
      : { singular: singularize(as), plural: as }
  }
  get isOneOfMany(): boolean {
    return this.facts.given.ofMany === true
  }
  get isSymmetric(): boolean {
    return this.facts.given.symmetric === true
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
  get order(): readonly (readonly [string, 'ASC' | 'DESC'])[] | null {
    return this.facts.given.order ?? null
  }
  get onReplace(): OnReplace {
    return (
      this.facts.given.onReplace ??
      this.inverse?.facts.given.onReplace ??
      (this.unlink().possible ? 'nullify' : 'delete')
    )
  }

  // Sequelize's names, 7 and 6.
  get foreignKeyField(): string {
    return this.foreignKeyAttribute.columnName
  }
  /** The attribute that the foreign key refers to. */
  get referencedKey(): string {
    return this.relation.facts.referencedKeys[0]!
  }

  get options(): Readonly<Record<string, unknown>> {
    const { constraint } = this
    const { constraintName, unique, deferrable, attributes } = this.relation.said
    return Object.freeze({
      ...this.facts.given.raw,
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
    const cleared = this.facts.given.clearScopeOnUnset ? Object.keys(this.scope ?? {}) : []
    const values = Object.freeze(Object.fromEntries([...nullable, ...cleared].map((name) => [name, null])))
    const outcome: Unlink = { values, possible: nullable.length > 0 }
    this.#unlink = { shape, outcome }
    return outcome
  }

  // The verbs: thin, so that a program which wraps `association.get` sees every call of a mixin.
  build(source: ModelState, values?: object, options?: object): unknown {
    return this.actions.build(this, source, values, options)
  }
}
