/** belongsTo: the foreign key lies on the source and refers to the target. Docs: associations/belongs-to. */
import type { ModelClass } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import type { LinkChange } from './association.js'
import { isUniqueKey } from './foreign-key.js'
import { OneAssociation } from './one.js'
import type { KeyAssociation } from './side.js'

export class BelongsToAssociation extends OneAssociation {
  get associationType(): 'BelongsTo' {
    return 'BelongsTo'
  }
  get source(): ModelClass {
    return this.relation.owner
  }
  get target(): ModelClass {
    return this.relation.referenced
  }
  get saveOrder(): 'before' {
    return 'before'
  }
  get inverse(): KeyAssociation | null {
    if (this.isPending) return null
    return this.isSymmetric
      ? this
      : (this.relation.referencedSides.find((side) => !side.isHidden) ?? this.relation.referencedSides[0] ?? null)
  }
  /** The key that is referred to is unique, so a row of the source leads to one row of the target. */
  get isUniqueBacked(): boolean {
    return isUniqueKey(this.target, this.relation.facts.referencedKeys)
  }

  get targetKey(): string {
    return this.referencedKey
  }
  get targetKeyField(): string {
    return this.targetKeyAttribute.columnName
  }
  get targetKeyAttribute() {
    return this.target.modelDefinition.attribute(this.targetKey)
  }
  get targetIdentifier(): string {
    return this.targetKey
  }
  get targetKeyIsPrimary(): boolean {
    return this.targetKeyAttribute.primaryKey
  }
  override get options(): Readonly<Record<string, unknown>> {
    return Object.freeze({ ...super.options, targetKey: this.targetKey })
  }

  link(_source: ModelState, target: ModelState): LinkChange {
    const values: Record<string, unknown> = {}
    for (const { from, to } of this.keys) values[from] = this.keyValue(target, to)
    return { owner: 'source', values }
  }
}
