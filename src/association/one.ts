/**
 * What hasOne and belongsTo have in common: two sides of one foreign key, each leading to at most one row. The key itself lives in
 * `relation`; an association reads it from there, so a call on the other side that completes the key is seen at once.
 */
import { pluralize, upperFirst } from '../base/names.js'
import { AssociationError } from '../errors/association.js'
import type { Attribute } from '../model/attribute.js'
import type { ModelClass, ModelShape } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import type { ReferentialAction } from '../schema/snapshot.js'
import { Op } from '../sql/op.js'
import type { DataType } from '../types/data-type.js'
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
import type { AssociationContext } from './context.js'
import { compositeKeyText } from './key-text.js'
import type { Given } from './options.js'
import type { Relation, Side } from './relation.js'

export type OneRelation = Relation<OneAssociation, OneAssociation>

/** What a side is besides its key. */
export interface SideFacts {
  readonly as: string
  readonly isNamed: boolean
  readonly isHidden: boolean
  readonly given: Given
  readonly parent: OneAssociation | null
}

type Unlink = ReturnType<Association['unlink']>

const INSPECT = Symbol.for('nodejs.util.inspect.custom')

export abstract class OneAssociation implements Association, Side {
  abstract readonly associationType: AssociationType
  abstract readonly source: ModelClass
  abstract readonly target: ModelClass
  abstract readonly saveOrder: 'before' | 'after'
  abstract readonly isUniqueBacked: boolean
  abstract readonly inverse: OneAssociation | null
  abstract readonly keys: readonly KeyPair[]
  abstract link(source: ModelState, target: ModelState): LinkChange

  readonly #context: AssociationContext
  readonly #call: string
  #relation: OneRelation | null = null
  #side: SideFacts | null = null
  #unlink: { readonly shape: ModelShape; readonly outcome: Unlink } | null = null

  constructor(context: AssociationContext, call: string) {
    this.#context = context
    this.#call = call
  }

  /** Puts the association on its relation. For `association/define`. */
  attach(relation: OneRelation, side: SideFacts): void {
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
  get relation(): OneRelation {
    if (this.#relation === null)
      throw new AssociationError(
        `${this.#call}: the target is not defined yet. Import its module before the association is used.`,
      )
    return this.#relation
  }
  get side(): SideFacts {
    if (this.#side === null)
      throw new AssociationError(
        `${this.#call}: the target is not defined yet. Import its module before the association is used.`,
      )
    return this.#side
  }

  get as(): string {
    return this.side.as
  }
  get name(): { readonly singular: string; readonly plural: string } {
    return this.side.given.name ?? { singular: this.as, plural: pluralize(this.as) }
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
  get cardinality(): 'one' {
    return 'one'
  }
  get isSingleAssociation(): true {
    return true
  }
  get isMultiAssociation(): false {
    return false
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

  /** Names of the mixins. A one-to-one's name is used as it is, only its first letter is raised. */
  get accessors(): Accessors {
    const name = upperFirst(this.as)
    return {
      get: `get${name}`,
      set: `set${name}`,
      create: `create${name}`,
      build: `build${name}`,
      getOrCreate: `getOrCreate${name}`,
      upsert: `upsert${name}`,
    }
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
  get parentAssociation(): OneAssociation | null {
    return this.side.parent
  }
  get rootAssociation(): OneAssociation {
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
    const { keys } = this
    const types = keys.map(({ to }): DataType => this.target.modelDefinition.attribute(to).type)
    const from = keys.map((key) => key.from)
    const to = keys.map((key) => key.to)
    const keyOfSource = (source: ModelState): string | null =>
      compositeKeyText(
        from.map((name) => this.keyValue(source, name)),
        types,
      )
    const values = new Map<string, readonly unknown[]>()
    for (const source of sources) {
      const key = keyOfSource(source)
      if (key !== null && !values.has(key))
        values.set(
          key,
          from.map((name) => source.dataValues[name]),
        )
    }
    if (values.size === 0) return null
    const lists = [...values.values()]
    const wanted =
      to.length === 1
        ? { [to[0]!]: lists.map((list) => list[0]) }
        : { [Op.or]: lists.map((list) => Object.fromEntries(to.map((name, index) => [name, list[index]]))) }
    return {
      where: this.scope ? { ...this.scope, ...wanted } : wanted,
      keyOfSource,
      keyOfTarget: (target) =>
        compositeKeyText(
          to.map((name) => target.dataValues[name]),
          types,
        ) ?? '',
    }
  }

  /** A key value of an instance; throws where the attribute was not loaded, because "no row" would be a wrong answer. */
  keyValue(instance: ModelState, name: string): unknown {
    const value = instance.dataValues[name]
    if (value === undefined && !instance.isNewRecord && !(name in instance.dataValues)) {
      throw new AssociationError(
        `The attribute "${name}" of this ${(instance.constructor as { name: string }).name} was not loaded; the association "${this.as}" needs it. Add it to \`attributes\`.`,
      )
    }
    return value
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
  /** The associated row or null; for a list of instances, a Map with an entry for each of them. Docs: associations/has-one. */
  get(source: ModelState | readonly ModelState[], options?: object): Promise<unknown> {
    return this.#context.actions.get(this, source, options)
  }
  set(source: ModelState, target: unknown, options?: object): Promise<unknown> {
    return this.#context.actions.set(this, source, target, options)
  }
  create(source: ModelState, values?: object, options?: object): Promise<unknown> {
    return this.#context.actions.create(this, source, values, options)
  }
  build(source: ModelState, values?: object, options?: object): unknown {
    return this.#context.actions.build(this, source, values, options)
  }
  getOrCreate(source: ModelState, values?: object, options?: object): Promise<unknown> {
    return this.#context.actions.getOrCreate(this, source, values, options)
  }
  upsert(source: ModelState, values?: object, options?: object): Promise<unknown> {
    return this.#context.actions.upsert(this, source, values, options)
  }

  /** Exchanges the rows of two sources. */
  swap(a: ModelState, b: ModelState, options?: object): Promise<void> {
    return this.#context.actions.swap(this, a, b, options)
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
