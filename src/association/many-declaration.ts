/**
 * One belongsToMany call, worked out: its table with two foreign keys, the sides of each key where nobody declared them, and the association
 * on the target. A second call from the other side reads the same table; what one leaves open is taken from the other.
 * Neighbour: `declaration`, for associations with a single key.
 */
import { camelize, lowerFirst, upperFirst } from '../base/names.js'
import { AssociationError } from '../errors/association.js'
import type { ModelClass } from '../model/definition.js'
import { BelongsToManyAssociation } from './belongs-to-many.js'
import type { AssociationContext } from './context.js'
import { create } from './declaration.js'
import { defaultForeignKeys, nameInAssociations, primaryKeysOf } from './foreign-key.js'
import type { Names } from './many.js'
import { manyNames } from './many.js'
import type { GivenMany } from './many-options.js'
import type { GivenKey } from './options.js'
import { Pair } from './pair.js'
import { freeName, register, relationsBetween, rename, sameNames, unregister } from './registry.js'
import { Relation } from './relation.js'
import type { KeyRelation } from './side.js'
import { KeyAssociation } from './side.js'

/** One end of the table between: the model, and what the call says of the key that leads to it. */
interface End {
  readonly model: ModelClass
  readonly key: GivenKey
  /** What a default key is named after. */
  readonly keyName: string
  readonly option: 'sourceKey' | 'targetKey'
  readonly relation: KeyRelation
}

export class ManyDeclaration {
  readonly #source: ModelClass
  readonly #target: ModelClass
  readonly #through: ModelClass
  readonly #given: GivenMany
  readonly #call: string
  readonly #context: AssociationContext
  readonly #name: Names

  constructor(
    source: ModelClass,
    target: ModelClass,
    through: ModelClass,
    given: GivenMany,
    call: string,
    context: AssociationContext,
  ) {
    this.#source = source
    this.#target = target
    this.#through = through
    this.#given = given
    this.#call = call
    this.#context = context
    this.#name = given.name ?? manyNames(target)
  }

  run(made?: BelongsToManyAssociation): BelongsToManyAssociation {
    this.#checkSelf()
    this.#checkSettings()
    const as = this.#name.plural
    const repeated = this.#side(this.#source, as)
    const paired = repeated ? null : this.#paired()
    const pair = repeated?.facts.pair ?? paired?.facts.pair ?? null
    const end = repeated ? repeated.facts.end : paired ? flip(paired.facts.end) : 0
    const ends = [this.#end(0, pair?.ends[end] ?? null), this.#end(1, pair?.ends[flip(end)] ?? null)] as const
    // The other side, made by the first call, gives way to this one.
    const previous = repeated ?? pair?.sides.find((side) => side.isHidden && side.facts.end === end) ?? null
    this.#checkName(as, previous)
    const isPrimary = this.#isPrimary(pair)
    const said = ends.map((one) => this.#say(one, isPrimary))
    for (const { install } of said) install()

    const between = pair ?? new Pair([ends[0].relation, ends[1].relation])
    const { unique } = this.#given.through
    if (
      isPrimary
        ? typeof unique === 'string'
        : unique !== false && (pair === null || unique !== undefined || !this.#isOff(pair))
    )
      between.setUnique(typeof unique === 'string' ? unique : null)
    else if (unique === false) between.setUnique(false)

    if (previous) unregister(previous, this.#context)
    const holder = this.#source.modelDefinition.associations.get(as)
    if (holder?.isHidden) this.#giveWay(holder, as)
    const association =
      made ?? (repeated && !repeated.isHidden ? repeated : new BelongsToManyAssociation(this.#context, this.#call))
    association.attach({
      as,
      name: this.#name,
      isNamed: this.#given.as !== undefined,
      isHidden: false,
      given: this.#given,
      pair: between,
      end: end as 0 | 1,
      parent: null,
    })
    const at = previous ? between.sides.indexOf(previous) : -1
    if (at >= 0) between.sides[at] = association
    else between.sides.push(association)
    register(association, this.#context)
    this.#inverse(association, between, flip(end))
    this.#addSides(association)
    // The property under which a row between stands is there before the first query.
    for (const side of between.sides) side.between.row()
    return association
  }

  // ---------------------------------------------------------------- what there is already

  #side(model: ModelClass, as: string): BelongsToManyAssociation | null {
    const found = model.modelDefinition.associations.get(as)
    return found instanceof BelongsToManyAssociation &&
      found.target === (model === this.#source ? this.#target : this.#source) &&
      found.foreignKeyOwner === this.#through &&
      found.isNamed === (this.#given.as !== undefined || found.isNamed) &&
      this.#fits(found, 0)
      ? found
      : null
  }

  /** The keys that the call names do not contradict those of an association; `end` 1: of one that comes from the other side. */
  #fits(association: BelongsToManyAssociation, end: 0 | 1): boolean {
    const [mine, theirs] = this.#given.keys
    const relations = [association.sourceRelation, association.targetRelation]
    const agrees = (key: GivenKey, relation: KeyRelation): boolean =>
      key.foreignKeys === undefined ||
      relation.said.foreignKeys === undefined ||
      sameNames(key.foreignKeys, relation.said.foreignKeys)
    return agrees(mine, relations[end]!) && agrees(theirs, relations[flip(end)]!)
  }

  /** The association that reads the same table from the other side. */
  #paired(): BelongsToManyAssociation | null {
    const candidates = [...this.#target.modelDefinition.associations.values()].filter(
      (one): one is BelongsToManyAssociation =>
        one instanceof BelongsToManyAssociation &&
        one.target === this.#source &&
        one.foreignKeyOwner === this.#through &&
        (one.inverse === null || one.inverse.isHidden || one.inverse.as === this.#name.plural) &&
        this.#fits(one, 1),
    )
    const { inverse } = this.#given
    const declared = candidates.filter((one) => !one.isHidden)
    return (
      candidates.find((one) => one.as === inverse?.as) ??
      (this.#source === this.#target ? declared.find((one) => this.#isOtherDirection(one)) : declared[0]) ??
      null
    )
  }

  /** Of a model with itself: the other association reads the table the other way, if a name says so. */
  #isOtherDirection(other: BelongsToManyAssociation): boolean {
    const [mine, theirs] = this.#given.keys
    const same = (key: GivenKey, names: readonly string[]): boolean =>
      key.foreignKeys !== undefined && sameNames(key.foreignKeys, names)
    return (
      same(mine, other.otherKeys) ||
      same(theirs, other.foreignKeys) ||
      (mine.foreignKeys !== undefined && !same(mine, other.foreignKeys))
    )
  }

  #end(number: 0 | 1, paired: KeyRelation | null): End {
    const model = number === 0 ? this.#source : this.#target
    const key = this.#given.keys[number]
    const keyName = this.#keyName(number)
    const option = number === 0 ? 'sourceKey' : 'targetKey'
    if (paired) return { model, key, keyName, option, relation: paired }
    const wanted =
      key.foreignKeys ?? defaultForeignKeys(keyName, key.referencedKeys ?? primaryKeysOf(model, this.#call, option))
    const relation =
      relationsBetween(this.#through, model).find((one) => sameNames(one.facts.foreignKeys, wanted)) ??
      new Relation<KeyAssociation, KeyAssociation>(this.#through, model, this.#context)
    return { model, key, keyName, option, relation }
  }

  /** Keys are named after the models; where both associations have names of their own (Sequelize 7), after these. */
  #keyName(number: 0 | 1): string {
    const { inverse, as } = this.#given
    const isSelf = this.#source === this.#target
    if (number === 0) return inverse?.name?.singular ?? nameInAssociations(this.#source)
    const isNamed = as !== undefined && (inverse?.as !== undefined || isSelf || this.#isCamel)
    return isNamed ? this.#name.singular : nameInAssociations(this.#target)
  }
  get #isCamel(): boolean {
    return this.#source.modelDefinition.settings.associationNaming === 'camel'
  }

  // ---------------------------------------------------------------- checks

  #checkSelf(): void {
    if (this.#source !== this.#target) return
    const { as, inverse } = this.#given
    if (as === undefined)
      throw new AssociationError(
        `${this.#call}: an association of ${this.#source.name} with itself needs a name: \`as\`.`,
      )
    if (inverse?.as === as)
      throw new AssociationError(
        `${this.#call}: \`as\` and \`inverse.as\` are both "${as}". The two sides of an association of ${this.#source.name} with itself need different names.`,
      )
  }

  /** `paranoid` and `timestamps` are for a model that is made here; of one that is there they must be true already. */
  #checkSettings(): void {
    const { settings } = this.#through.modelDefinition
    for (const [option, wanted] of Object.entries(this.#given.through.settings)) {
      if ((settings as unknown as Record<string, unknown>)[option] === wanted) continue
      throw new AssociationError(
        `${this.#call}: through.${option} is ${String(wanted)}, but ${this.#through.name} is defined with ${option}: ${String((settings as unknown as Record<string, unknown>)[option])}. Change it where the model is defined.`,
      )
    }
  }

  #checkName(as: string, previous: BelongsToManyAssociation | null): void {
    const { associations, shape } = this.#source.modelDefinition
    if (shape.attributes.has(as))
      throw new AssociationError(
        `${this.#call}: ${this.#source.name} has an attribute "${as}", so an association cannot have this name. Name the association with \`as\`, or rename the attribute.`,
      )
    const found = associations.get(as)
    if (!found || found === previous || found.isHidden) return
    throw new AssociationError(
      `${this.#call}: ${this.#source.name} already has an association "${as}" (${found.associationType} ${found.target.name}). Give one of them another name with \`as\`.`,
    )
  }

  // ---------------------------------------------------------------- the table

  /** The pair of keys is the primary key, where the model has none of its own. */
  #isPrimary(pair: Pair | null): boolean {
    const { unique } = this.#given.through
    const { primaryKey } = this.#through.modelDefinition.shape
    if (pair) return pair.ends.every((end) => end.said.attributes?.some((part) => part.primaryKey === true))
    return unique !== false && primaryKey.every((attribute) => attribute.isGenerated)
  }
  #isOff(pair: Pair): boolean {
    return pair.sides.some((side) => side.facts.given.through.unique === false)
  }

  #say({ key, keyName, relation, model, option }: End, isPrimary: boolean): { readonly install: () => void } {
    const said = relation.said
    const names = key.foreignKeys ?? said.foreignKeys
    const count = (names ?? key.referencedKeys ?? said.referencedKeys ?? primaryKeysOf(model, this.#call, option))
      .length
    const parts = Array.from({ length: count }, (_, at) => ({
      ...key.attributes?.[at],
      ...(isPrimary ? { primaryKey: true } : {}),
    }))
    const isThere = relation.ownerSides.length > 0 || relation.referencedSides.length > 0
    return relation.say(
      this.#call,
      {
        ...key,
        // A name that another call gave by default stays.
        ...(names === undefined && isThere ? { foreignKeys: relation.facts.foreignKeys } : {}),
        usualOnDelete: 'CASCADE',
        ...(isPrimary || key.attributes ? { attributes: parts } : {}),
      },
      keyName,
      [],
    )
  }

  // ---------------------------------------------------------------- the other associations

  #inverse(association: BelongsToManyAssociation, pair: Pair, end: 0 | 1): void {
    const { inverse } = this.#given
    const there = pair.sides.find((side) => side !== association && side.facts.end === end)
    if (there) {
      if (inverse?.as === undefined || there.as === inverse.as) return
      if (!there.isHidden)
        throw new AssociationError(
          `${this.#call} contradicts ${there.call}: inverse.as is "${inverse.as}" here, but the other side of the relation is called "${there.as}". Use one name.`,
        )
      unregister(there, this.#context)
      pair.sides.splice(pair.sides.indexOf(there), 1)
    }
    const usual = manyNames(this.#source)
    const isNamed = inverse?.as !== undefined
    const as = isNamed
      ? this.#claim(inverse!.as!)
      : freeName(this.#target, usual.plural, `${usual.plural}Of${upperFirst(association.as)}`)
    const side = new BelongsToManyAssociation(this.#context, this.#call)
    const [mine, theirs] = this.#given.keys
    side.attach({
      as,
      name: inverse?.name ?? (as === usual.plural ? usual : { singular: as, plural: as }),
      isNamed,
      isHidden: !isNamed,
      given: {
        ...this.#given,
        as: inverse?.as,
        name: inverse?.name,
        keys: [theirs, mine],
        scope: inverse?.scope,
        inverse: undefined,
        raw: {},
      },
      pair,
      end,
      parent: association,
    })
    pair.sides.push(side)
    register(side, this.#context)
  }

  /** A name on the target that the call asks for; an inverse that took it by itself gives way. */
  #claim(as: string): string {
    const { associations, shape } = this.#target.modelDefinition
    const holder = associations.get(as)
    if (shape.attributes.has(as) || (holder && !holder.isHidden))
      throw new AssociationError(
        `${this.#call}: inverse.as is "${as}", but ${this.#target.name} already has an ${shape.attributes.has(as) ? 'attribute' : 'association'} "${as}". Choose another name.`,
      )
    if (holder) this.#giveWay(holder, as)
    return as
  }
  #giveWay(holder: unknown, as: string): void {
    if (holder instanceof KeyAssociation) rename(holder, freeName(holder.source, `${as}Inverse`), this.#context)
    if (holder instanceof BelongsToManyAssociation) {
      unregister(holder, this.#context)
      holder.attach({ ...holder.facts, as: freeName(holder.source, `${as}Inverse`) })
      register(holder, this.#context)
    }
  }

  /** From both models to the rows between, and back: hasMany and belongsTo, where nobody declared them. */
  #addSides(association: BelongsToManyAssociation): void {
    const { throughAssociations } = this.#given
    const inverse = association.inverse!
    const there = singular(association.as, association.name)
    const back = singular(inverse.as, inverse.name)
    const { sourceRelation, targetRelation } = association
    this.#addSide(sourceRelation, 'BelongsTo', back, throughAssociations.toSource)
    this.#addSide(targetRelation, 'BelongsTo', there, throughAssociations.toTarget)
    this.#addSide(sourceRelation, 'HasMany', association.as + upperFirst(inverse.as), throughAssociations.fromSource)
    this.#addSide(targetRelation, 'HasMany', inverse.as + upperFirst(association.as), throughAssociations.fromTarget)
  }

  #addSide(relation: KeyRelation, kind: 'BelongsTo' | 'HasMany', usual: string, wanted: string | undefined): void {
    const sides = kind === 'BelongsTo' ? relation.ownerSides : relation.referencedSides
    const found = sides.find((side) => side.associationType === kind)
    const model = kind === 'BelongsTo' ? relation.owner : relation.referenced
    if (found) {
      if (wanted === undefined || found.as === wanted) return
      if (!found.isHidden)
        throw new AssociationError(
          `${this.#call}: throughAssociations names "${wanted}", but ${model.name} calls this association "${found.as}" (${found.call}). Use one name.`,
        )
      rename(found, this.#freeOnThrough(model, wanted), this.#context, true)
      return
    }
    const as =
      wanted === undefined
        ? freeName(model, lowerIf(this.#isCamel, usual), `${usual}Link`)
        : this.#freeOnThrough(model, wanted)
    const side = create(kind, this.#context, this.#call)
    const given = { key: {}, raw: {}, as: wanted, ...(this.#given.hooks ? { hooks: true } : {}) }
    side.attach(relation, { as, isNamed: wanted !== undefined, isHidden: true, given, parent: null })
    sides.push(side)
    register(side, this.#context)
  }

  #freeOnThrough(model: ModelClass, wanted: string): string {
    const { associations, shape } = model.modelDefinition
    const holder = associations.get(wanted)
    if (shape.attributes.has(wanted) || (holder && !holder.isHidden))
      throw new AssociationError(
        `${this.#call}: throughAssociations names "${wanted}", but ${model.name} already has an ${shape.attributes.has(wanted) ? 'attribute' : 'association'} of that name. Choose another name.`,
      )
    if (holder) this.#giveWay(holder, wanted)
    return wanted
  }
}

const flip = (end: 0 | 1): 0 | 1 => (end === 0 ? 1 : 0)
const singular = (as: string, name: Names): string => (name.singular === as ? `${as}Row` : name.singular)
const lowerIf = (isCamel: boolean, name: string): string => (isCamel ? lowerFirst(camelize(name)) : name)
