/**
 * `hasOne(() => Profile, 'userId')`: an association declared together with its model, as a value. `sequelize.define`, `sequelize.model` and
 * `sequelize.associate` read it.
 */
import type { BelongsToManyOptions } from './types/associations.js'
import type {
  AssociationDeclaration,
  DeclareBelongsTo,
  DeclareBelongsToMany,
  DeclareHasMany,
  DeclareHasOne,
} from './types/relations.js'

export interface Declared {
  readonly associationType: 'HasOne' | 'BelongsTo' | 'HasMany' | 'BelongsToMany'
  readonly target: () => unknown
  readonly options: Readonly<Record<string, unknown>>
}
const declare =
  (associationType: Declared['associationType']) =>
  (target: () => unknown, options?: unknown): Declared =>
    Object.freeze({
      associationType,
      target,
      options: typeof options === 'string' ? { foreignKey: options } : { ...(options as object | undefined) },
    })

/** The target has the foreign key; at most one row. */
export const hasOne = ((target: () => unknown, options?: unknown) => {
  const declared = declare('HasOne')(target, options)
  // The first of many rows: hasOne(() => Login, 'userId').ofMany({ order: [['createdAt', 'DESC']] })
  const ofMany = (choice: object): Declared =>
    Object.freeze({ ...declared, options: { ...declared.options, ofMany: choice } })
  return Object.freeze({ ...declared, ofMany })
}) as unknown as DeclareHasOne
/** This model has the foreign key. */
export const belongsTo = declare('BelongsTo') as unknown as DeclareBelongsTo
/** The target has the foreign key; any number of rows. */
export const hasMany = declare('HasMany') as unknown as DeclareHasMany
/** A table between the two has both foreign keys. */
export const belongsToMany = declare('BelongsToMany') as unknown as DeclareBelongsToMany
export type { AssociationDeclaration, BelongsToManyOptions }
