/** hasMany: the foreign key lies on the target and refers to the source; any number of rows. Docs: associations/has-many. */
import type { ModelClass } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import type { Accessors, LinkChange } from './association.js'
import { manyAccessors } from './many.js'
import { KeyAssociation } from './side.js'

export class HasManyAssociation extends KeyAssociation {
  get associationType(): 'HasMany' {
    return 'HasMany'
  }
  get cardinality(): 'many' {
    return 'many'
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
  get isUniqueBacked(): false {
    return false
  }
  get accessors(): Accessors {
    return manyAccessors(this.name)
  }
  get inverse(): KeyAssociation | null {
    return this.isPending
      ? null
      : (this.relation.ownerSides.find((side) => !side.isHidden) ?? this.relation.ownerSides[0] ?? null)
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
  override get options(): Readonly<Record<string, unknown>> {
    return Object.freeze({ ...super.options, sourceKey: this.sourceKey })
  }

  link(source: ModelState, _target: ModelState): LinkChange {
    const values: Record<string, unknown> = {}
    for (const { from, to } of this.keys) values[to] = this.keyValue(source, from)
    return { owner: 'target', values: this.scope ? { ...this.scope, ...values } : values }
  }

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
}
