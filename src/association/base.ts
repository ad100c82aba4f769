/** What every association has, whatever its keys: its names, what was said of it, and the verbs. */
import type { Attribute } from '../model/attribute.js'
import type { ModelClass } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import type { Association, AssociationType } from './association.js'
import type { AssociationActions, AssociationContext } from './context.js'

/** What was said of an association, and what followed from it. */
interface Facts<Self> {
  readonly as: string
  readonly isNamed: boolean
  /** Made by the other side, not declared by the user. */
  readonly isHidden: boolean
  readonly given: { readonly scope?: Readonly<Record<string, unknown>>; readonly hooks?: boolean }
  /** The association that declared this one. */
  readonly parent: Self | null
}

const INSPECT = Symbol.for('nodejs.util.inspect.custom')

/** `Self`: the class that extends this one. */
export abstract class BaseAssociation<Self extends BaseAssociation<Self> & Association> {
  abstract readonly associationType: AssociationType
  abstract readonly cardinality: 'one' | 'many'
  abstract readonly source: ModelClass
  abstract readonly target: ModelClass
  abstract readonly foreignKeys: readonly string[]
  abstract readonly foreignKeyOwner: ModelClass
  /** Throws AssociationError as long as the target is not there. */
  abstract readonly facts: Facts<Self>
  /** Still waiting for its target: what is known of it is the call. */
  abstract readonly isPending: boolean
  /** How the keys lead to the target, in words: `by Task.userId`. */
  protected abstract readonly way: string
  /** The call that made the association, for messages: `User.hasOne(Task)`. */
  readonly call: string
  readonly #context: AssociationContext

  constructor(context: AssociationContext, call: string) {
    this.#context = context
    this.call = call
  }
  get #self(): Self {
    return this as unknown as Self
  }
  protected get actions(): AssociationActions {
    return this.#context.actions
  }

  get as(): string {
    return this.facts.as
  }
  get isNamed(): boolean {
    return this.facts.isNamed
  }
  get isHidden(): boolean {
    return this.facts.isHidden
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
  get scope(): Readonly<Record<string, unknown>> | null {
    return this.facts.given.scope ?? null
  }
  get hooks(): boolean {
    return this.facts.given.hooks ?? false
  }

  // Sequelize's names, 7 and 6.
  /** The foreign key's attribute; of a composite key, the first. */
  get foreignKey(): string {
    return this.foreignKeys[0]!
  }
  get foreignKeyAttribute(): Attribute {
    return this.foreignKeyOwner.modelDefinition.attribute(this.foreignKey)
  }
  get identifier(): string {
    return this.foreignKey
  }
  get identifierField(): string {
    return this.foreignKeyAttribute.columnName
  }
  get isAliased(): boolean {
    return this.isNamed
  }
  get associationAccessor(): string {
    return this.as
  }
  get isInverse(): boolean {
    return this.isHidden
  }
  get parentAssociation(): Self | null {
    return this.facts.parent
  }
  get rootAssociation(): Self {
    return this.facts.parent?.rootAssociation ?? this.#self
  }

  // The verbs: thin, so that a program which wraps `association.get` sees every call of a mixin.
  /** What is associated: a row or null, or a list; for a list of instances, a Map with an entry for each of them. */
  get(source: ModelState | readonly ModelState[], options?: object): Promise<unknown> {
    return this.actions.get(this.#self, source, options)
  }
  set(source: ModelState, target: unknown, options?: object): Promise<unknown> {
    return this.actions.set(this.#self, source, target, options)
  }
  create(source: ModelState, values?: object, options?: object): Promise<unknown> {
    return this.actions.create(this.#self, source, values, options)
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
    return this.isPending
      ? this.call
      : `${this.source.name}.${this.as} (${this.associationType} ${this.target.name} ${this.way})`
  }
  [INSPECT](): string {
    return `${this.constructor.name} { ${this.toString()} }`
  }
}
