/**
 * `mortise/decorators`: the same decorators for standard (stage 3) decorators. `accessor` is the recommended form
 * (`@Attribute(DataTypes.STRING) accessor name!: string`); fields, getters, setters and methods work as well.
 */
export * from './all.js'
