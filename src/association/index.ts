/** Associations: what the other rooms use of this folder. */
export type {
  Accessors,
  Association,
  AssociationType,
  Batch,
  ForeignKeyConstraint,
  JoinStep,
  KeyPair,
  LinkChange,
  OnReplace,
} from './association.js'
export { BelongsToAssociation } from './belongs-to.js'
export { isBound } from './bound.js'
export type { AssociationActions, AssociationContext, PendingDefinition } from './context.js'
export type { OneKind } from './declaration.js'
export { defineAssociation, forgetModel, settleAssociations } from './define.js'
export { HasOneAssociation } from './has-one.js'
export { compositeKeyText, keyText } from './key-text.js'
export { OneAssociation } from './one.js'
export { associationOf } from './registry.js'
export { inSchemaOf } from './schema.js'
