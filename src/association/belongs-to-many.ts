import type { ModelClass } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import type {
  Accessors,
  Association,
  Batch,
  Between,
  ForeignKeyConstraint,
  JoinStep,
  KeyPair,
  LinkChange,
} from './association.js'
import { BaseAssociation } from './base.js'
import { batchOf, keyValue } from './batch.js'
import type { KeyFacts } from './foreign-key.js'
import { LinkRow } from './link-row.js'
import type { Names } from './many.js'
import { manyAccessors } from './many.js'
import type { GivenMany } from './many-options.js'
import type { Pair } from './pair.js'
import type { KeyRelation } from './side.js'
import { pending } from './side.js'

/** What the association is besides its keys. */
export interface ManyFacts {
  readonly as: string
  readonly name: Names
  readonly isNamed: boolean
  readonly isHidden: boolean
  readonly given: GivenMany
  /** The table between, and which of its keys leads to the source. */
  readonly pair: Pair
  readonly end: 0 | 1
  readonly parent: BelongsToManyAssociation | null
}

export class BelongsToManyAssociation extends BaseAssociation<BelongsToManyAssociation> implements Association {
  #facts: ManyFacts | null = null
  #between: { readonly of: readonly [KeyFacts, KeyFacts]; readonly between: Between } | null = null
  readonly #rows = new Map<string, LinkRow>()

  /** Puts the association on its table. For `association/many-declaration`. */
  attach(facts: ManyFacts): void {
    this.#facts = facts
    this.#between = null
    this.#rows.clear()
  }
  get facts(): ManyFacts {
    if (this.#facts === null) throw pending(this.call)
    return this.#facts
  }

  get isPending(): boolean {
    return this.#facts === null
  }
  protected get way(): string {
    return `through ${this.foreignKeyOwner.name}`
  }

  get associationType(): 'BelongsToMany' {
    return 'BelongsToMany'
  }
  get cardinality(): 'many' {
    return 'many'
  }
  get saveOrder(): 'between' {
    return 'between'
  }
  get isUniqueBacked(): false {
    return false
  }
  /** The key between that leads to the source, and the one that leads to the target. */
  get sourceRelation(): KeyRelation {
    return this.facts.pair.ends[this.facts.end]
  }
  get targetRelation(): KeyRelation {
    return this.facts.pair.ends[this.facts.end === 0 ? 1 : 0]
  }
  get source(): ModelClass {
    return this.sourceRelation.referenced
  }
  get target(): ModelClass {
    return this.targetRelation.referenced
  }
  get name(): Names {
    return this.facts.name
  }
  get order(): null {
    return null
  }
  get accessors(): Accessors {
    return manyAccessors(this.name)
  }
  get inverse(): BelongsToManyAssociation | null {
    return this.facts.pair.otherSide(this)
  }
  /** Both constraints are those of the two keys between. */
  get constraint(): ForeignKeyConstraint | null {
    return null
  }
  get onDelete(): 'NO ACTION' {
    return 'NO ACTION'
  }
  get declaredOnDelete(): null {
    return null
  }
  get onReplace(): 'delete' {
    return 'delete'
  }

  get foreignKeys(): readonly string[] {
    return this.sourceRelation.facts.foreignKeys
  }
  get otherKeys(): readonly string[] {
    return this.targetRelation.facts.foreignKeys
  }
  get foreignKeyOwner(): ModelClass {
    return this.sourceRelation.owner
  }
  get keys(): readonly KeyPair[] {
    const { foreignKeys, referencedKeys } = this.sourceRelation.facts
    return foreignKeys.map((to, index) => ({ from: referencedKeys[index]!, to }))
  }
  get between(): Between {
    const of = [this.sourceRelation.facts, this.targetRelation.facts] as const
    if (this.#between?.of[0] === of[0] && this.#between.of[1] === of[1]) return this.#between.between
    this.#rows.clear()
    const { foreignKeys, referencedKeys } = of[1]
    const { foreignKeyOwner: model, keys } = this
    const scope = this.facts.given.through.scope ?? null
    const { sourceRelation, targetRelation } = this
    const toTarget = foreignKeys.map((from, index): KeyPair => ({ from, to: referencedKeys[index]! }))
    const row = (as: string = model.modelDefinition.modelName): LinkRow => {
      let made = this.#rows.get(as)
      if (made === undefined) {
        made = new LinkRow(this.target, model, as, toTarget, scope)
        this.#rows.set(as, made)
      }
      return made
    }
    const between: Between = Object.freeze({
      get model() {
        return sourceRelation.owner
      },
      as: model.modelDefinition.modelName,
      scope,
      keys: [keys, toTarget] as const,
      get rows() {
        return sourceRelation.referencedSides.find((side) => side.cardinality === 'many')!
      },
      get target() {
        return targetRelation.ownerSides.find((side) => side.scope === null) ?? targetRelation.ownerSides[0]!
      },
      row,
    })
    this.#between = { of, between }
    return between
  }

  // Sequelize's names, 7 and 6.
  get through() {
    const { scope, unique } = this.facts.given.through
    return Object.freeze({ model: this.foreignKeyOwner, scope: scope ?? null, unique: unique ?? true })
  }
  get throughModel(): ModelClass {
    return this.foreignKeyOwner
  }
  get otherKey(): string {
    return this.otherKeys[0]!
  }
  get foreignIdentifier(): string {
    return this.otherKey
  }
  get foreignIdentifierField(): string {
    return this.foreignKeyOwner.modelDefinition.attribute(this.otherKey).columnName
  }
  get sourceKey(): string {
    return this.sourceRelation.facts.referencedKeys[0]!
  }
  get sourceKeyField(): string {
    return this.source.modelDefinition.attribute(this.sourceKey).columnName
  }
  get targetKey(): string {
    return this.targetRelation.facts.referencedKeys[0]!
  }
  get targetKeyField(): string {
    return this.target.modelDefinition.attribute(this.targetKey).columnName
  }
  get paired(): BelongsToManyAssociation | null {
    return this.inverse
  }
  get fromSourceToThrough(): Association {
    return this.between.rows
  }
  get fromThroughToSource(): Association {
    return this.sourceRelation.ownerSides[0]!
  }
  get fromThroughToTarget(): Association {
    return this.between.target
  }
  get fromTargetToThrough(): Association {
    return this.targetRelation.referencedSides.find((side) => side.cardinality === 'many')!
  }
  get options(): Readonly<Record<string, unknown>> {
    return Object.freeze({
      ...this.facts.given.raw,
      as: this.as,
      name: this.name,
      through: this.through,
      foreignKey: this.foreignKey,
      otherKey: this.otherKey,
      sourceKey: this.sourceKey,
      targetKey: this.targetKey,
      hooks: this.hooks,
      scope: this.scope,
      inverse: this.inverse ? Object.freeze({ as: this.inverse.as }) : undefined,
    })
  }

  joinSteps(): readonly JoinStep[] {
    const { between } = this
    return [
      { model: between.model, keys: between.keys[0], scope: between.scope },
      { model: this.target, keys: between.keys[1], scope: this.scope },
    ]
  }
  batch(sources: readonly ModelState[]): Batch | null {
    return batchOf(this, this.foreignKeyOwner.modelDefinition, this.between.scope, sources)
  }
  link(source: ModelState, target: ModelState): LinkChange {
    const { keys, scope } = this.between
    const values: Record<string, unknown> = { ...scope }
    for (const { from, to } of keys[0]) values[to] = keyValue(this, source, from)
    for (const { from, to } of keys[1]) values[from] = keyValue(this, target, to)
    return { owner: 'between', values }
  }
  /** A link is undone by deleting its row. */
  unlink() {
    return NOTHING
  }

  // The verbs: thin, so that a program which wraps `association.get` sees every call of a mixin.
  add(source: ModelState, targets: unknown, options?: object): Promise<void> {
    return this.actions.add(this, source, targets, options)
  }
  addMultiple(source: ModelState, targets: unknown, options?: object): Promise<void> {
    return this.add(source, targets, options)
  }
  remove(source: ModelState, targets: unknown, options?: object): Promise<void> {
    return this.actions.remove(this, source, targets, options)
  }
  removeMultiple(source: ModelState, targets: unknown, options?: object): Promise<void> {
    return this.remove(source, targets, options)
  }
  /** True when all of them are associated. */
  has(source: ModelState, targets: unknown, options?: object): Promise<boolean> {
    return this.actions.has(this, source, targets, options)
  }
  hasSingle(source: ModelState, target: unknown, options?: object): Promise<boolean> {
    return this.has(source, target, options)
  }
  hasAll(source: ModelState, targets: unknown, options?: object): Promise<boolean> {
    return this.has(source, targets, options)
  }
  count(source: ModelState, options?: object): Promise<number> {
    return this.actions.count(this, source, options)
  }

  override toJSON(): Record<string, unknown> {
    const { foreignKeyOwner, otherKeys } = this
    return {
      ...super.toJSON(),
      through: foreignKeyOwner.name,
      otherKey: otherKeys.length === 1 ? this.otherKey : otherKeys,
    }
  }
}
const NOTHING = Object.freeze({ values: Object.freeze({}), possible: false })
