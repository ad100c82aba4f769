/**
 * Keys under which the public types carry what a model, a data type or a brand means to the type checker. No object has these
 * properties at run time; they are exported because the declaration files of a user's program print them.
 */
/** On a model instance: its `ModelTypes`. */
export const TYPES: unique symbol = Symbol.for('mortise.types')
/** On a type that is worked out only when it is read. */
export const LAZY: unique symbol = Symbol.for('mortise.lazy')
/** On creation attributes: what attributes take besides what they read. */
export const GIVEN: unique symbol = Symbol.for('mortise.given')
/** On a model instance: its model's name, and on a model: the names of its scopes. */
export const NAME: unique symbol = Symbol.for('mortise.name')
export const SCOPES: unique symbol = Symbol.for('mortise.scopes')
/** On a data type: what an instance's property reads as. */
export const OUT: unique symbol = Symbol.for('mortise.out')
/** On a data type: what `create`, `set` and `where` take. */
export const IN: unique symbol = Symbol.for('mortise.in')
export const CREATION_OPTIONAL: unique symbol = Symbol.for('mortise.creationOptional')
export const NON_ATTRIBUTE: unique symbol = Symbol.for('mortise.nonAttribute')
export const FOREIGN_KEY: unique symbol = Symbol.for('mortise.foreignKey')
