/** hasOne: the foreign key lies on the target and refers to the source. Docs: associations/has-one. */
import { AssociationError } from '../errors/association.js'
import type { ModelClass } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import type { LinkChange } from './association.js'
import { isUniqueKey } from './foreign-key.js'
import { OneAssociation } from './one.js'
import { readOptions } from './options.js'
import type { KeyAssociation } from './side.js'

export class HasOneAssociation extends OneAssociation {
  get associationType(): 'HasOne' {
    return 'HasOne'
  }
  get source(): ModelClass {
    return this.relation.referenced
  }
  get target(): ModelClass {
    return this.relation.owner
  }
  get saveOrder(): 'after' {
    return 'after'
  }
  get inverse(): KeyAssociation | null {
    if (this.isPending) return null
    return this.isSymmetric
      ? this
      : (this.relation.ownerSides.find((side) => !side.isHidden) ?? this.relation.ownerSides[0] ?? null)
  }
  get isUniqueBacked(): boolean {
    return isUniqueKey(this.target, this.scope ? [...this.foreignKeys, ...Object.keys(this.scope)] : this.foreignKeys)
  }

  get sourceKey(): string {
    return this.referencedKey
  }
  get sourceKeyField(): string {
    return this.sourceKeyAttribute.columnName
  }
  get sourceKeyAttribute() {
    return this.source.modelDefinition.attribute(this.sourceKey)
  }
  get sourceIdentifier(): string {
    return this.sourceKey
  }
  get sourceKeyIsPrimary(): boolean {
    return this.sourceKeyAttribute.primaryKey
  }
  override get options(): Readonly<Record<string, unknown>> {
    return Object.freeze({ ...super.options, sourceKey: this.sourceKey })
  }

  /**
   * Makes it the first of many rows: `User.hasOne(Login, { as: 'lastLogin' }).ofMany({ order: [['createdAt', 'DESC']] })`. Rows are then
   * added beside each other, and none is replaced. Returns the association. Throws AssociationError without an order.
   */
  ofMany(options: { readonly order: unknown }): this {
    const { ofMany, order } = readOptions('HasOne', { ofMany: options }, `${this.call}.ofMany()`)
    if (this.relation.said.unique)
      throw new AssociationError(
        `${this.call}.ofMany(): the foreign key is unique, so there is no second row to choose from. Leave \`unique\` out.`,
      )
    this.attach(this.relation, { ...this.facts, given: { ...this.facts.given, order, ofMany } })
    this.source.modelDefinition.addAssociation(this)
    return this
  }

  link(source: ModelState, _target: ModelState): LinkChange {
    const values: Record<string, unknown> = {}
    for (const { from, to } of this.keys) values[to] = this.keyValue(source, from)
    return { owner: 'target', values: this.scope ? { ...this.scope, ...values } : values }
  }
}
