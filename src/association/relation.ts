/**
 * A relation: one foreign key and the associations that read it, from either side. Every call that concerns the key says something about
 * it; what one call leaves open is taken from another, and contradictions throw. The key is installed into the owner's definition at once,
 * and again when a later call completes it, so that the order of calls does not matter.
 */
import { AssociationError } from '../errors/association.js'
import type { Attribute } from '../model/attribute.js'
import type { IndexOptions, ModelClass, ModelDefinition } from '../model/definition.js'
import type { AssociationContext } from './context.js'
import type { KeyFacts } from './foreign-key.js'
import { contradictions, decideKey } from './foreign-key.js'
import type { GivenKey } from './options.js'

/** What a relation needs to know of the associations on it. */
export interface Side {
  readonly as: string
  readonly isHidden: boolean
  /** The name was given, by `as` or by the other side's `inverse`; it is not the default. */
  readonly isNamed: boolean
  readonly scope: Readonly<Record<string, unknown>> | null
}

export class Relation<BelongsTo extends Side = Side, HasX extends Side = Side> {
  // Definitions, not classes: a class that extends the base of `sequelize.model(…)` takes its place when it is there.
  readonly #owner: ModelDefinition
  readonly #referenced: ModelDefinition
  /** Associations from the owner of the key (belongsTo), in the order of their calls. */
  readonly ownerSides: BelongsTo[] = []
  /** Associations from the model that is referred to (hasOne, hasMany). */
  readonly referencedSides: HasX[] = []
  readonly #context: AssociationContext
  #said: GivenKey = {}
  #saidBy: Partial<Record<keyof GivenKey, string>> = {}
  #facts: KeyFacts | null = null
  #indexes: readonly IndexOptions[] = []
  /** The owner's attributes as they were before this relation touched them; undefined: there was none. */
  readonly #before = new Map<string, Attribute | undefined>()

  constructor(owner: ModelClass, referenced: ModelClass, context: AssociationContext) {
    this.#owner = owner.modelDefinition
    this.#referenced = referenced.modelDefinition
    this.#context = context
  }

  /** The model that has the foreign key. */
  get owner(): ModelClass {
    return this.#owner.model
  }
  /** The model that it refers to. */
  get referenced(): ModelClass {
    return this.#referenced.model
  }

  get facts(): KeyFacts {
    if (this.#facts === null)
      throw new AssociationError(
        `The association between ${this.owner.name} and ${this.referenced.name} is not complete yet.`,
      )
    return this.#facts
  }
  get said(): GivenKey {
    return this.#said
  }

  /**
   * Takes in what a call says about the key. Throws where it cannot be; nothing has changed then. The answer installs the outcome
   * when it is called, so that the caller can check the rest first.
   */
  say(
    call: string,
    given: GivenKey,
    keyName: string,
    scopes: readonly Readonly<Record<string, unknown>>[],
  ): { readonly facts: KeyFacts; readonly install: () => void } {
    const found = contradictions(this.#said, given)
    if (found.length > 0) {
      throw new AssociationError(
        `${call} contradicts ${[...new Set(Object.values(this.#saidBy))].join(' and ')}, which is the other side of the same relation: ${found.join('; ')}. ` +
          'Give both sides the same options, leave them out on one side, or name the associations (`as`, `inverse`) if two relations are meant.',
      )
    }
    const said: Record<string, unknown> = { ...this.#said }
    const saidBy: Partial<Record<string, string>> = { ...this.#saidBy }
    for (const [option, value] of Object.entries(given)) {
      if (value === undefined) continue
      said[option] = option === 'attributes' ? mergeAttributes(this.#said.attributes, given.attributes!) : value
      saidBy[option] ??= call
    }
    const facts = decideKey({
      owner: this.owner,
      referenced: this.referenced,
      said,
      saidBy: (option) => saidBy[option] ?? call,
      keyName,
      scopes,
      declared: (name) =>
        this.#before.has(name) ? this.#before.get(name) : this.owner.modelDefinition.shape.attributes.get(name),
      context: this.#context,
    })
    const install = (): void => {
      this.#said = said
      this.#saidBy = saidBy
      this.#install(facts)
    }
    return { facts, install }
  }

  #install(facts: KeyFacts): void {
    const { modelDefinition } = this.owner
    const kept = new Set(facts.foreignKeys)
    const hadConstraint = this.#facts?.constraint !== null && this.#facts !== null
    this.#takeBack(kept)
    facts.foreignKeys.forEach((name, index) => {
      if (!this.#before.has(name)) this.#before.set(name, modelDefinition.shape.attributes.get(name))
      modelDefinition.mergeAttribute(
        name,
        hadConstraint && facts.constraint === null
          ? { ...NO_CONSTRAINT, ...facts.attributes[index] }
          : facts.attributes[index]!,
      )
    })
    for (const index of facts.indexes) modelDefinition.addIndex(index)
    this.#indexes = facts.indexes
    this.#facts = facts
  }

  /** Undoes what was installed, except for attributes that stay. */
  #takeBack(kept: ReadonlySet<string>): void {
    const { modelDefinition } = this.owner
    for (const index of this.#indexes) modelDefinition.removeIndex(index)
    this.#indexes = []
    for (const [name, before] of this.#before) {
      if (kept.has(name)) continue
      if (!this.#isSharedKey(name)) restoreAttribute(this.owner, name, before)
      this.#before.delete(name)
    }
  }

  /** Another relation of the owner uses the same attribute (polymorphic keys, composite keys that overlap). */
  #isSharedKey(name: string): boolean {
    for (const association of this.owner.modelDefinition.associations.values()) {
      const { relation } = association as { relation?: unknown }
      if (
        relation instanceof Relation &&
        relation !== this &&
        relation.owner === this.owner &&
        relation.#before.has(name)
      )
        return true
    }
    return false
  }

  /** Takes the key back out of the owner's definition: the models are no longer associated. */
  dispose(): void {
    this.#takeBack(new Set())
    this.#facts = null
  }
}

function mergeAttributes(
  before: GivenKey['attributes'],
  now: NonNullable<GivenKey['attributes']>,
): NonNullable<GivenKey['attributes']> {
  return now.map((attributes, index) => ({ ...before?.[index], ...attributes }))
}

const NO_CONSTRAINT = { references: null, onDelete: null, onUpdate: null }

/** Brings an attribute back to what it was without the relation. */
function restoreAttribute(owner: ModelClass, name: string, before: Attribute | undefined): void {
  const { modelDefinition } = owner
  if (before === undefined) modelDefinition.removeAttribute(name)
  // What the user declared was never overwritten, only completed.
  else
    modelDefinition.mergeAttribute(
      name,
      before.isGenerated ? { ...NO_CONSTRAINT, autoIncrement: before.autoIncrement } : NO_CONSTRAINT,
    )
}
