/**
 * The contract of an association: a small object that answers questions and returns data. None runs SQL; nothing outside
 * this folder asks which kind it holds.
 */
import type { ModelClass } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import type { DeferrableMode, ReferentialAction } from '../schema/snapshot.js'

export type AssociationType = 'HasOne' | 'BelongsTo' | 'HasMany' | 'BelongsToMany'

/** Attributes (not columns) that hold equal values on both ends of a step. Several: a composite key. */
export interface KeyPair {
  readonly from: string
  readonly to: string
}

/** One join: to `model`, on equal keys, with fixed values of a scope (where-syntax on `model`). */
export interface JoinStep {
  readonly model: ModelClass
  readonly keys: readonly KeyPair[]
  readonly scope: Readonly<Record<string, unknown>> | null
}

/** Names of the methods that the association gives its source's instances: `get` → `getProfile`. */
export type Accessors = Readonly<Record<string, string>>

/** What happens to the row that a `setX`, `createX` or `setX(null)` takes the place of. */
export type OnReplace = 'nullify' | 'delete' | 'restrict'

export interface Association {
  readonly associationType: AssociationType
  readonly source: ModelClass
  readonly target: ModelClass
  /** Name of the association: the property on instances, the name in `include`. */
  readonly as: string
  /** Same as `as` (v6 has both). */
  readonly name: { readonly singular: string; readonly plural: string }
  readonly isAliased: boolean
  readonly isSelfAssociation: boolean
  readonly cardinality: 'one' | 'many'
  /** One-to-one that the database enforces (unique index on the foreign key, primary key, or the owning side). */
  readonly isUniqueBacked: boolean
  /**
   * The target must be saved before the source (it owns the key that the source refers to), or after; `between`: neither has a key, a row
   * of a third table links them when both are there.
   */
  readonly saveOrder: 'before' | 'after' | 'between'
  /** The table between source and target (belongsToMany); null or absent: one of the two has the key. */
  readonly between?: Between | null
  /** Exists for queries that read rows between; not among the source's associations. */
  readonly isLinkRow?: boolean
  /** Attributes of the foreign key, on the model that has it. */
  readonly foreignKeys: readonly string[]
  readonly foreignKeyOwner: ModelClass
  /** Keys from the source to the target, the same for both directions of reading. */
  readonly keys: readonly KeyPair[]
  readonly scope: Readonly<Record<string, unknown>> | null
  /** Which row is taken when several match a one-to-one: attribute and direction; default: lowest primary key. */
  readonly order: readonly (readonly [string, 'ASC' | 'DESC'])[] | null
  readonly accessors: Accessors
  /** Association on the target that is the other side of this one. */
  readonly inverse: Association | null
  /** The FOREIGN KEY constraint of the relation, by attribute names; null: `constraints: false`. Both sides of a pair show the same one. */
  readonly constraint: ForeignKeyConstraint | null
  /** What a delete of the referenced row means for rows that refer to it, whether or not the database has the constraint. */
  readonly onDelete: ReferentialAction
  /** What the user wrote for it; null: `onDelete` is the default. Only a written CASCADE reaches soft-deleted rows' children. */
  readonly declaredOnDelete: ReferentialAction | null
  /** `hooks: true`: the ORM deletes dependent rows itself, so that their hooks run. */
  readonly hooks: boolean
  readonly onReplace: OnReplace
  /** Of the many rows that a source has, the first in `order` (`hasOne(…).ofMany`): no row takes the place of another. */
  readonly isOneOfMany?: boolean
  /** Both rows of a pair name each other (a spouse): the association is its own other side. */
  readonly isSymmetric?: boolean
  /** `required: 'both'`: no row of either side stands without its other row. */
  readonly isRequiredByBoth?: boolean
  /** What the database checks at the end of a transaction for `required: 'both'`: the source's key is one that a target has. */
  readonly counterConstraint?: ForeignKeyConstraint | null
  /** Made by the other side, not declared by the user: left out of `include: { all: true }`. */
  readonly isHidden: boolean
  readonly options: Readonly<Record<string, unknown>>

  /** Joins from source to target, in order (belongsToMany has two). */
  joinSteps(): readonly JoinStep[]
  /** Values (where-syntax on the target; of `between`, on the row between) that select the rows of these sources: one IN, or an OR of composite keys. Null: no source has a key. */
  batch(sources: readonly ModelState[]): Batch | null
  /** Attribute values that link `target` to `source`: on which of the two they are set, and to what. */
  link(source: ModelState, target: ModelState): LinkChange
  /** Attribute values that undo a link, and whether that is possible (a NOT NULL key cannot be nulled). */
  unlink(): { readonly values: Readonly<Record<string, unknown>>; readonly possible: boolean }
}

export interface Batch {
  readonly where: Readonly<Record<PropertyKey, unknown>>
  readonly keyOfTarget: (target: ModelState) => string
  /** Null: this source has no key, so nothing is associated with it. */
  readonly keyOfSource: (source: ModelState) => string | null
}

/**
 * A foreign key that an association wants. A key of one attribute also stands in that attribute's `references`; a composite key stands
 * only here. `sync/from-models` reads it from `definition.associations` where `foreignKeyOwner` is the model.
 */
export interface ForeignKeyConstraint {
  /** What the user called it (`uniqueKey`, `foreignKey.constraintName`); null: the default name. */
  readonly name: string | null
  readonly attributes: readonly string[]
  readonly references: { readonly model: ModelClass; readonly attributes: readonly string[] }
  readonly onDelete: ReferentialAction
  readonly onUpdate: ReferentialAction
  readonly deferrable: DeferrableMode | null
}

/** The rows that link two models, one for each pair. */
export interface Between {
  readonly model: ModelClass
  /** Property of a target under which the row stands that linked it. */
  readonly as: string
  /** Fixed values of these rows. */
  readonly scope: Readonly<Record<string, unknown>> | null
  /** From the source to the row, and from the row to the target. */
  readonly keys: readonly [source: readonly KeyPair[], target: readonly KeyPair[]]
  /** From the source to its rows, and from a row to its target. */
  readonly rows: Association
  readonly target: Association
  /**
   * From a target to the row that links it, under the name `as` or the one given; at most one in a query. Not among the target's
   * associations.
   */
  row(as?: string): Association
}

export interface LinkChange {
  readonly owner: 'source' | 'target' | 'between'
  readonly values: Readonly<Record<string, unknown>>
}
