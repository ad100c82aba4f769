/**
 * An attribute: user's options in, a frozen `Attribute` out. Attribute is the JavaScript name, column the database's.
 * Neighbours: `model/definition` collects them, `sync/from-models` makes columns of them.
 */
import type { DataType } from '../types/data-type.js'
import type { ReferentialAction, DeferrableMode } from '../schema/snapshot.js'
import type { TableName } from '../sql/query.js'

export interface References {
  readonly table: TableName
  /** Column (not attribute) that is referred to. */
  readonly key: string
  readonly deferrable: DeferrableMode | null
  /** Name of the constraint where an association asked for one. */
  readonly constraintName?: string | null
}

/** A normalised attribute. Frozen. */
export interface Attribute {
  readonly attributeName: string
  /** v7's name of the column; `field` is v6's. Always equal. */
  readonly columnName: string
  readonly field: string
  readonly type: DataType
  readonly isVirtual: boolean
  readonly allowNull: boolean
  readonly primaryKey: boolean
  readonly autoIncrement: boolean
  readonly autoIncrementIdentity: boolean
  /** undefined: none. A function is called per instance; a fragment goes to the database. */
  readonly defaultValue: unknown
  readonly references: References | null
  readonly onDelete: ReferentialAction | null
  readonly onUpdate: ReferentialAction | null
  readonly comment: string | null
  readonly get: ((this: unknown) => unknown) | null
  readonly set: ((this: unknown, value: unknown) => void) | null
  /** Validators as the user wrote them; null: none. */
  readonly validate: Readonly<Record<string, unknown>> | null
  /** Custom message (or `{ msg }`) of the not-null check. */
  readonly notNullMessage: string | null
  /** Attributes a virtual one needs when it is selected. */
  readonly dependencies: readonly string[]
  /** The attribute was added by Mortise (id, timestamps, version, foreign keys), not written by the user. */
  readonly isGenerated: boolean
  /** Managed by Mortise: users' values for it are refused or overwritten. */
  readonly role: 'createdAt' | 'updatedAt' | 'deletedAt' | 'version' | null
  /** What the user wrote (or what an association added), as `rawAttributes` shows it. */
  readonly raw: Readonly<Record<string, unknown>>
}
