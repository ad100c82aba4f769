/**
 * From a target of a belongsToMany to the row that linked it. Not one of the target's associations: it leads to one row only in a query of
 * a single link, and exists for such queries.
 */
import { installSelected } from '../model/accessors.js'
import type { ModelClass } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import type { Association, Batch, JoinStep, KeyPair, LinkChange } from './association.js'
import { batchOf, keyValue } from './batch.js'

export class LinkRow implements Association {
  readonly associationType = 'HasOne'
  readonly cardinality = 'one'
  readonly saveOrder = 'after'
  readonly isUniqueBacked = true
  readonly isAliased = true
  readonly isHidden = true
  readonly isSelfAssociation = false
  readonly isLinkRow = true
  readonly accessors = Object.freeze({})
  readonly order = null
  readonly inverse = null
  readonly constraint = null
  readonly onDelete = 'NO ACTION'
  readonly declaredOnDelete = null
  readonly hooks = false
  readonly onReplace = 'delete'
  readonly options = Object.freeze({})
  readonly #source: ModelClass
  readonly #target: ModelClass

  constructor(
    source: ModelClass,
    target: ModelClass,
    readonly as: string,
    /** From the row to the target of the belongsToMany, which is the source here. */
    readonly linkKeys: readonly KeyPair[],
    readonly scope: Readonly<Record<string, unknown>> | null,
  ) {
    this.#source = source
    this.#target = target
    installSelected(this.source, as)
  }

  get source(): ModelClass {
    return this.#source.modelDefinition.model
  }
  get target(): ModelClass {
    return this.#target.modelDefinition.model
  }
  get name(): { readonly singular: string; readonly plural: string } {
    return { singular: this.as, plural: this.as }
  }
  get foreignKeys(): readonly string[] {
    return this.linkKeys.map((key) => key.from)
  }
  get foreignKeyOwner(): ModelClass {
    return this.#target.modelDefinition.model
  }
  get keys(): readonly KeyPair[] {
    return this.linkKeys.map(({ from, to }) => ({ from: to, to: from }))
  }

  joinSteps(): readonly JoinStep[] {
    return [{ model: this.target, keys: this.keys, scope: this.scope }]
  }
  batch(sources: readonly ModelState[]): Batch | null {
    return batchOf(this, this.#target.modelDefinition, this.scope, sources)
  }
  link(source: ModelState, _target: ModelState): LinkChange {
    const values: Record<string, unknown> = { ...this.scope }
    for (const { from, to } of this.keys) values[to] = keyValue(this, source, from)
    return { owner: 'target', values }
  }
  unlink() {
    return { values: {}, possible: false }
  }
  toJSON(): object {
    return { associationType: this.associationType, source: this.source.name, target: this.target.name, as: this.as }
  }
}
