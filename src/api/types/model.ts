/** A model class as a type. */
import type { Model } from '../model.js'
import type { AnyModel, TypesOf } from './infer.js'
import type { BuildOptions } from './options.js'

export type ModelStatics = Omit<typeof Model, 'prototype'>
/**
 * A concrete model: something that can be constructed and has `Model`'s static methods.
 * `class Repository<M extends Model> { constructor(private model: ModelStatic<M>) {} }`.
 */
// An alias, not an interface: its measured variance would be invariant, and `ModelStatic<User>` not assignable to `ModelStatic<Model>`.
export type ModelStatic<M extends AnyModel = Model> = ModelStatics & {
  new (): M
  new (values?: TypesOf<M>['input'], options?: BuildOptions): M
  new (values?: undefined): M
}
/** Sequelize's type of a model made by `define` with explicit attribute types. */
export type ModelDefined<A extends object, C extends object> = ModelStatic<Model<A, C>>
