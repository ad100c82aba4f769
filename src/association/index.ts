/** Associations: what the other rooms use of this folder. */
export type {
  Accessors,
  Association,
  AssociationType,
  Batch,
  Between,
  ForeignKeyConstraint,
  JoinStep,
  KeyPair,
  LinkChange,
  OnReplace,
} from './association.js'
export { BelongsToAssociation } from './belongs-to.js'
export { BelongsToManyAssociation } from './belongs-to-many.js'
export { isBound } from './bound.js'
export type { AssociationActions, AssociationContext, PendingDefinition } from './context.js'
export type { KeyKind, OneKind } from './declaration.js'
export { defineAssociation, forgetModel, settleAssociations } from './define.js'
export { HasManyAssociation } from './has-many.js'
export { HasOneAssociation } from './has-one.js'
export { compositeKeyText, keyText } from './key-text.js'
export { OneAssociation } from './one.js'
export { associationOf } from './registry.js'
export { inSchemaOf } from './schema.js'
export { KeyAssociation } from './side.js'
