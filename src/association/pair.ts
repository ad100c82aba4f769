/**
 * The table between two models: its two foreign keys, what keeps a pair from being linked twice, and the belongsToMany associations that
 * read it, one or two.
 */
import type { IndexOptions, ModelClass } from '../model/definition.js'
import type { BelongsToManyAssociation } from './belongs-to-many.js'
import type { KeyRelation } from './side.js'

export class Pair {
  readonly sides: BelongsToManyAssociation[] = []
  #index: IndexOptions | null = null
  #indexName: string | null = null

  constructor(readonly ends: readonly [KeyRelation, KeyRelation]) {}

  get model(): ModelClass {
    return this.ends[0].owner
  }
  otherSide(side: BelongsToManyAssociation): BelongsToManyAssociation | null {
    return this.sides.find((other) => other !== side && other.facts.end !== side.facts.end) ?? null
  }

  /** The unique index over both keys, made anew: their names may have changed. `name` null: the default name; false: no index. */
  setUnique(name: string | null | false): void {
    const { modelDefinition } = this.model
    if (this.#index !== null) modelDefinition.removeIndex(this.#index)
    this.#index = null
    if (name === false) return
    this.#indexName = name ?? this.#indexName
    const { settings, shape } = modelDefinition
    const isSoft = settings.paranoid && shape.deletedAt !== null
    this.#index = {
      ...(this.#indexName === null ? {} : { name: this.#indexName }),
      fields: [...new Set([...this.ends[0].facts.foreignKeys, ...this.ends[1].facts.foreignKeys])],
      unique: true,
      ...(isSoft ? { where: { [shape.deletedAt!]: null } } : {}),
    }
    modelDefinition.addIndex(this.#index)
  }
}
