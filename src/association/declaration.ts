/**
 * One association call, worked out: finds or makes the relation that it speaks of, puts the association on it, and makes the other side
 * where nobody declared it. One call, both calls, and both in any order give one key; contradictions throw before anything has changed.
 */
import { upperFirst } from '../base/names.js'
import { AssociationError } from '../errors/association.js'
import type { ModelClass } from '../model/definition.js'
import { BelongsToAssociation } from './belongs-to.js'
import { bind } from './bound.js'
import type { AssociationContext } from './context.js'
import { defaultForeignKeys, nameInAssociations, primaryKeysOf } from './foreign-key.js'
import { HasManyAssociation } from './has-many.js'
import { HasOneAssociation } from './has-one.js'
import { manyNames } from './many.js'
import type { Given, GivenKey } from './options.js'
import { dropRelation, freeName, register, relationsBetween, rename, sameNames, unregister } from './registry.js'
import { Relation } from './relation.js'
import type { KeyRelation } from './side.js'
import { KeyAssociation } from './side.js'

export type KeyKind = 'HasOne' | 'HasMany' | 'BelongsTo'
export type OneKind = Exclude<KeyKind, 'HasMany'>

const CLASSES = { HasOne: HasOneAssociation, HasMany: HasManyAssociation, BelongsTo: BelongsToAssociation }
export type AssociationOfKind<K extends KeyKind> = InstanceType<(typeof CLASSES)[K]>
/** An association that is on no relation yet. */
export function create<K extends KeyKind>(kind: K, context: AssociationContext, call: string): AssociationOfKind<K> {
  return new CLASSES[kind](context, call) as AssociationOfKind<K>
}

/** One call, while it is being worked out. */
export class Declaration {
  readonly #kind: KeyKind
  readonly #source: ModelClass
  readonly #target: ModelClass
  readonly #given: Given
  readonly #call: string
  readonly #context: AssociationContext
  #as: string

  constructor(
    kind: KeyKind,
    source: ModelClass,
    target: ModelClass,
    given: Given,
    call: string,
    context: AssociationContext,
  ) {
    this.#kind = kind
    this.#source = source
    this.#target = target
    this.#given = given
    this.#call = call
    this.#context = context
    this.#as = given.as ?? (kind === 'HasMany' ? manyNames(target).plural : nameInAssociations(target))
  }

  /** The source has the foreign key, not the target. */
  get #hasKey(): boolean {
    return this.#kind === 'BelongsTo'
  }
  /** The model that gets the foreign key, and the one it refers to. */
  get #owner(): ModelClass {
    return this.#hasKey ? this.#source : this.#target
  }
  get #referenced(): ModelClass {
    return this.#hasKey ? this.#target : this.#source
  }

  run(made?: KeyAssociation): KeyAssociation {
    this.#checkSelf()
    const repeated = this.#repeated()
    const relation =
      (repeated ? repeated.relation : this.#find()) ??
      new Relation<KeyAssociation, KeyAssociation>(this.#owner, this.#referenced, this.#context)
    const sides = this.#hasKey ? relation.ownerSides : relation.referencedSides
    const previous = repeated ?? sides.find((side) => side.isHidden && side.associationType === this.#kind)
    // The other side may have named this one (`inverse`); a call without `as` takes that name.
    if (!repeated && this.#given.as === undefined && previous?.isNamed) this.#as = previous.as

    this.#checkName(previous)
    this.#checkInverse(relation)
    this.#checkSymmetric(relation, repeated)
    const given = previous && !previous.isHidden ? this.#mergeSide(previous) : this.#given
    const { facts, install } = this.#say(relation, given, previous)
    for (const name of facts.foreignKeys) {
      const isTaken = (this.#hasKey && name === this.#as) || this.#owner.modelDefinition.associations.has(name)
      if (isTaken)
        throw new AssociationError(
          `${this.#call}: the foreign key "${name}" has the name of an association of ${this.#owner.name}. Name the foreign key with foreignKey, or the association with \`as\`.`,
        )
    }

    if (given.onReplace === 'nullify' && facts.attributes.every((attribute) => attribute.allowNull === false)) {
      throw new AssociationError(
        `${this.#call}: onReplace is "nullify", but the foreign key ${this.#owner.name}.${facts.foreignKeys.join(', ')} cannot be null. Use "delete" or "restrict", or allow null.`,
      )
    }

    if (given.symmetric && facts.attributes.every((attribute) => attribute.allowNull === false))
      throw new AssociationError(
        `${this.#call}: the association is symmetric, but its foreign key ${this.#owner.name}.${facts.foreignKeys.join(', ')} cannot be null, so the first row of a pair could not be made. Allow null.`,
      )

    install()
    // A name that somebody's inverse took by itself gives way to one that is declared.
    const holder = this.#source.modelDefinition.associations.get(this.#as)
    if (holder instanceof KeyAssociation && holder.isHidden && holder !== previous)
      rename(holder, freeName(holder.source, `${holder.as}Inverse`), this.#context)
    const association =
      made ?? (previous && !previous.isHidden ? previous : create(this.#kind, this.#context, this.#call))
    if (previous && (previous !== association || previous.as !== this.#as)) unregister(previous, this.#context)
    association.attach(relation, {
      as: this.#as,
      isNamed: given.as !== undefined || (previous?.isNamed ?? false),
      isHidden: false,
      given,
      parent: null,
    })
    const at = previous ? sides.indexOf(previous) : -1
    if (at >= 0) sides[at] = association
    else sides.push(association)
    register(association, this.#context)
    if (association.isSymmetric || association.isRequiredByBoth)
      bind(relation.owner.modelDefinition, relation.referenced.modelDefinition)
    this.#otherSide(relation, association)
    this.#warnOfTwoKeys(relation)
    return association
  }

  /** The same side, declared by an earlier call under this name. */
  #repeated(): KeyAssociation | null {
    const found = this.#source.modelDefinition.associations.get(this.#as)
    return found instanceof KeyAssociation &&
      !found.isHidden &&
      found.associationType === this.#kind &&
      found.target === this.#target
      ? found
      : null
  }

  #checkName(previous: KeyAssociation | undefined): void {
    const { associations, shape } = this.#source.modelDefinition
    const as = this.#as
    if (shape.attributes.has(as)) {
      throw new AssociationError(
        `${this.#call}: ${this.#source.name} has an attribute "${as}", so an association cannot have this name. Name the association with \`as\`, or rename the attribute.`,
      )
    }
    const found = associations.get(as)
    if (!found || found === previous) return
    if (
      found instanceof KeyAssociation &&
      found.target !== this.#target &&
      found.target.modelDefinition.modelName === this.#target.modelDefinition.modelName
    ) {
      // The target was defined anew under the same name; the association pointed to the class before.
      dropRelation(found.relation, this.#context)
      return
    }
    if (!found.isHidden) {
      throw new AssociationError(
        `${this.#call}: ${this.#source.name} already has an association "${as}" (${found.associationType} ${found.target.name}). Give one of them another name with \`as\`.`,
      )
    }
  }

  /** Both rows of a pair have the same key, so it has one side only. */
  #checkSymmetric(relation: KeyRelation, repeated: KeyAssociation | null): void {
    const other = [...relation.ownerSides, ...relation.referencedSides].find((side) => side !== repeated)
    if (other === undefined || !(this.#given.symmetric || other.isSymmetric)) return
    const [symmetric, second] = this.#given.symmetric ? [this.#call, other] : [other.call, this.#call]
    throw new AssociationError(
      `${symmetric} is symmetric, so its foreign key has no other side, but ${String(second)} reads it too. Give the other association a foreignKey of its own.`,
    )
  }

  #checkSelf(): void {
    const { symmetric } = this.#given
    if (this.#source !== this.#target) {
      if (symmetric)
        throw new AssociationError(
          `${this.#call}: only an association of a model with itself can be symmetric. Leave \`symmetric\` out; the other side is named with \`inverse: { as }\`.`,
        )
      return
    }
    const { name, modelDefinition } = this.#source
    const { as, inverse } = this.#given
    if (
      symmetric !== true &&
      modelDefinition.settings.associationNaming === 'camel' &&
      !this.#hasKey &&
      (as === undefined || inverse?.as === undefined || as === inverse.as)
    ) {
      throw new AssociationError(
        `${this.#call}: an association of ${name} with itself needs two different names: \`as\` and \`inverse: { as }\`.`,
      )
    }
    if (as === undefined) {
      this.#context.warn(
        'MORTISE_W_SELF_ASSOCIATION',
        this.#call,
        `${this.#call} associates ${name} with itself without a name; it is called "${this.#as}" after the model. Name both sides: \`as\` and \`inverse: { as }\`.`,
      )
    }
    if (inverse?.as !== undefined && inverse.as === this.#as)
      throw new AssociationError(
        `${this.#call}: \`as\` and \`inverse.as\` are both "${inverse.as}". The two sides of an association of ${name} with itself need different names.`,
      )
  }

  /** `inverse.as` must neither contradict the name that the other side has been given, nor be taken. */
  #checkInverse(relation: KeyRelation): void {
    const wanted = this.#given.inverse?.as
    if (this.#hasKey) {
      const hidden = relation.ownerSides.find((side) => side.isHidden && side.isNamed)
      if (hidden && hidden.as !== this.#as) {
        throw new AssociationError(
          `${this.#call} contradicts ${hidden.facts.parent?.call ?? hidden.call}, which calls this side "${hidden.as}" (inverse.as), not "${this.#as}". Use one name, or another foreignKey if two relations are meant.`,
        )
      }
    }
    if (wanted === undefined) return
    const others = this.#hasKey ? relation.referencedSides : relation.ownerSides
    if (others.some((side) => side.as === wanted)) return
    const named = others.find((side) => side.isNamed || !side.isHidden)
    if (!this.#hasKey && named) {
      throw new AssociationError(
        `${this.#call} contradicts ${named.call}: inverse.as is "${wanted}" here, but the other side of the relation is called "${named.as}". Use one name, or another foreignKey if two relations are meant.`,
      )
    }
    const { associations, shape } = this.#target.modelDefinition
    if (shape.attributes.has(wanted))
      throw new AssociationError(
        `${this.#call}: inverse.as is "${wanted}", but ${this.#target.name} has an attribute of that name. Choose another name.`,
      )
    const holder = associations.get(wanted)
    if (holder && !holder.isHidden)
      throw new AssociationError(
        `${this.#call}: inverse.as is "${wanted}", but ${this.#target.name} already has an association "${wanted}" (${holder.associationType} ${holder.target.name}). Choose another name.`,
      )
  }

  /** The relation that the call speaks of, if another call made it already. */
  #find(): KeyRelation | null {
    const relations = relationsBetween(this.#owner, this.#referenced)
    if (relations.length === 0) return null
    const { key, inverse, as } = this.#given
    // Relations whose side of this kind nobody has declared.
    const open = relations.filter((relation) =>
      this.#hasKey
        ? relation.ownerSides.every((side) => side.isHidden && (!side.isNamed || as === undefined || side.as === as))
        : relation.referencedSides.every((side) => side.isHidden),
    )
    const isNamedSo = (side: KeyAssociation, name: string): boolean =>
      side.as === name && (side.isNamed || !side.isHidden)
    if (!this.#hasKey && inverse?.as !== undefined) {
      const named = relations.find((relation) => relation.ownerSides.some((side) => isNamedSo(side, inverse.as!)))
      if (named) return named
    }
    if (this.#hasKey && as !== undefined) {
      const named = open.find((relation) => relation.ownerSides.some((side) => isNamedSo(side, as)))
      if (named) return named
    }
    if (key.foreignKeys) {
      const same = relations.find((relation) => sameNames(relation.facts.foreignKeys, key.foreignKeys!))
      if (same) return same
    } else {
      // The default key may be the one that exists.
      const wanted = this.#defaultKeys()
      const same = relations.find((relation) => sameNames(relation.facts.foreignKeys, wanted))
      if (same && (open.includes(same) || this.#shares(same))) return same
    }
    const [only] = open
    return only !== undefined && open.length === 1 && this.#speaksOf(only) ? only : null
  }

  /** Whether the call and the only relation that lacks this side can be about the same thing, with no key and no name in common. */
  #speaksOf(relation: KeyRelation): boolean {
    if (this.#source === this.#target) return false
    const mine = this.#given.key.foreignKeys
    const theirs = relation.said.foreignKeys
    if (this.#hasKey) {
      // `as` means a key of its own (`leader`: `leaderId`), so a key that the other side named is another one.
      const { as } = this.#given
      return theirs === undefined || as === undefined || relation.ownerSides.some((side) => side.as === as)
    }
    const isNamed = relation.ownerSides.some((side) => side.isNamed)
    return !isNamed || (mine === undefined && this.#given.inverse?.as === undefined)
  }

  /** Several associations may read one key: hasMany beside hasOne, hasOnes with different scopes, a second belongsTo. */
  #shares(relation: KeyRelation): boolean {
    if (this.#kind !== 'HasOne') return true
    const others = relation.referencedSides.filter((side) => side.cardinality === 'one' && !side.isHidden)
    return others.every((side) => JSON.stringify(side.scope) !== JSON.stringify(this.#given.scope ?? null))
  }

  get #keyName(): string {
    return this.#hasKey ? this.#as : (this.#given.inverse?.as ?? nameInAssociations(this.#source))
  }

  #defaultKeys(): readonly string[] {
    const keys =
      this.#given.key.referencedKeys ??
      primaryKeysOf(this.#referenced, this.#call, this.#hasKey ? 'targetKey' : 'sourceKey')
    return defaultForeignKeys(this.#keyName, keys)
  }

  /** What the call adds to an earlier call of the same side. */
  #mergeSide(previous: KeyAssociation): Given {
    const before = previous.facts.given
    const found: string[] = []
    for (const option of ['scope', 'hooks', 'onReplace', 'order', 'symmetric'] as const) {
      if (
        before[option] !== undefined &&
        this.#given[option] !== undefined &&
        JSON.stringify(before[option]) !== JSON.stringify(this.#given[option])
      ) {
        found.push(
          `${option} is ${JSON.stringify(before[option])} there and ${JSON.stringify(this.#given[option])} here`,
        )
      }
    }
    if (found.length > 0)
      throw new AssociationError(
        `${this.#call} contradicts the earlier call of the same association: ${found.join('; ')}. Give one of them another name with \`as\`.`,
      )
    const said = Object.fromEntries(Object.entries(this.#given).filter(([, value]) => value !== undefined))
    return { ...before, ...said, raw: Object.freeze({ ...before.raw, ...this.#given.raw }) }
  }

  #say(relation: KeyRelation, given: Given, previous: KeyAssociation | undefined): ReturnType<KeyRelation['say']> {
    const declaredOwner = relation.ownerSides.find((side) => !side.isHidden || side.isNamed)
    const scopes = relation.referencedSides
      .filter((side) => side !== previous && side.cardinality === 'one')
      .map((side) => side.scope)
    if (this.#kind === 'HasOne') scopes.push(given.scope ?? null)
    const named = this.#hasKey && relation.ownerSides.every((side) => side.isHidden) ? this.#as : declaredOwner?.as
    const keyName = named ?? this.#keyName
    let key: GivenKey = this.#given.key
    if (key.foreignKeys === undefined && relation.said.foreignKeys === undefined)
      key = { ...key, foreignKeys: this.#freeKeys(relation, keyName) }
    return relation.say(
      this.#call,
      key,
      keyName,
      scopes.filter((scope) => scope !== null),
    )
  }

  /**
   * A second hasOne to the same target without a foreign key of its own: the default key is taken, so it gets one named after itself
   * (which is Sequelize 6's name for it).
   */
  #freeKeys(relation: KeyRelation, keyName: string): readonly string[] | undefined {
    if (this.#kind !== 'HasOne' || relation.ownerSides.length > 0 || relation.referencedSides.length > 0)
      return undefined
    const keys = this.#given.key.referencedKeys ?? primaryKeysOf(this.#referenced, this.#call, 'sourceKey')
    const wanted = defaultForeignKeys(keyName, keys)
    if (!relationsBetween(this.#owner, this.#referenced).some((other) => sameNames(other.facts.foreignKeys, wanted)))
      return undefined
    const free = defaultForeignKeys(this.#as, keys)
    this.#context.warn(
      'MORTISE_W_FOREIGN_KEY_NAME',
      this.#call,
      `${this.#call}: the foreign key ${wanted.join(', ')} belongs to another association of ${this.#source.name} with ${this.#target.name}, so "${this.#as}" gets ${free.join(', ')}. Name it with foreignKey.`,
    )
    return free
  }

  /** Makes the association on the other side where nobody declared it. */
  #otherSide(relation: KeyRelation, association: KeyAssociation): void {
    const { inverse } = this.#given
    if (association.isSymmetric) return
    if (!this.#hasKey) {
      if (relation.ownerSides.length > 0) {
        const side = relation.ownerSides.find((candidate) => candidate.isHidden)
        if (side && inverse?.as !== undefined && side.as !== inverse.as)
          rename(side, this.#claimName(inverse.as), this.#context, true)
        return
      }
      this.#addInverse(new BelongsToAssociation(this.#context, this.#call), relation, association)
      return
    }
    if (inverse === undefined || relation.referencedSides.some((side) => side.as === (inverse.as ?? side.as))) return
    this.#addInverse(
      create(inverse.type === 'hasMany' ? 'HasMany' : 'HasOne', this.#context, this.#call),
      relation,
      association,
    )
  }

  #addInverse(side: KeyAssociation, relation: KeyRelation, parent: KeyAssociation): void {
    const { inverse } = this.#given
    const usual = side.cardinality === 'many' ? manyNames(this.#source).plural : nameInAssociations(this.#source)
    const as =
      inverse?.as === undefined
        ? freeName(this.#target, usual, `${usual}Of${upperFirst(this.#as)}`)
        : this.#claimName(inverse.as)
    const isNamed = inverse?.as !== undefined
    const given: Given = { key: {}, raw: {}, scope: inverse?.scope, as: inverse?.as, name: inverse?.name }
    side.attach(relation, { as, isNamed, isHidden: side.associationType === 'BelongsTo', given, parent })
    if (side.associationType === 'BelongsTo') relation.ownerSides.push(side)
    else relation.referencedSides.push(side)
    register(side, this.#context)
  }

  /** The name that the call gives the other side; an inverse that took it by itself gives way. */
  #claimName(as: string): string {
    const holder = this.#target.modelDefinition.associations.get(as)
    if (holder instanceof KeyAssociation) rename(holder, freeName(holder.source, `${as}Inverse`), this.#context)
    return as
  }

  /**
   * Two keys between the same models, one in each direction, are two truths. Not where a hasOne tells them apart: a store's manager, and the
   * store where its staff work.
   */
  #warnOfTwoKeys(relation: KeyRelation): void {
    const back =
      relation.owner === relation.referenced ? undefined : relationsBetween(relation.referenced, relation.owner)[0]
    if (!back || hasReferencedSide(relation) !== hasReferencedSide(back)) return
    const names = [relation, back].map(({ owner, facts }) => `${owner.name}.${facts.foreignKeys.join(', ')}`).sort()
    this.#context.warn(
      'MORTISE_W_TWO_FOREIGN_KEYS',
      names.join(),
      `${names.join(' and ')} are two foreign keys between the same two models, one in each direction. Each says for itself who belongs to whom: keep one, and name its other side with \`inverse\`; or declare the hasOne of the one that it belongs to.`,
    )
  }
}

const hasReferencedSide = (relation: KeyRelation): boolean => relation.referencedSides.some((side) => !side.isHidden)
