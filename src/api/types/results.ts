/** Result types of counts, extremes and updates, and what `create` takes for its includes. Those of finds: `include`. */
import type { AssociationName, ElementOf, IncludeNameOf, NotGiven, Relation } from './include.js'
import type { AnyModel } from './infer.js'
import type { GroupOption } from './options.js'
import type { TYPES } from './symbols.js'

type T = typeof TYPES

type Grouped = { readonly [attribute: string]: unknown; readonly count: number }
/** With `group`, a count of each group. Options that were built ahead only say that there may be one; as in Sequelize, they count as none. */
export type CountOf<G> = [G] extends [never] ? number : GroupOption extends G ? number : Grouped[]
/** `T`, where a program names its result as in Sequelize 6 (`User.max<number, User>('age')`), else what the attribute has. */
export type Extremum<T, V> = [T] extends [never] ? V : T
export type UpdateResult<M, R> = R extends true | readonly unknown[]
  ? [affectedCount: number, affectedRows: M[]]
  : [affectedCount: number]

/** A model that `create()` without values will do for: no attribute is required. */
export type WithoutValues<M extends AnyModel> = {} extends M[T]['input'] ? unknown : RequiredValues
interface RequiredValues {
  readonly 'create() needs the values that are required': true
}
/** `User.create({ name, tasks: [{ title }] }, { include: ['tasks'] })` */
export type NestedCreate<M, I> = NotGiven extends I
  ? unknown
  : NotGiven extends ElementOf<I>
    ? unknown
    : { [E in ElementOf<I> as IncludeNameOf<M, E>]?: NestedValues<Relation<M, IncludeNameOf<M, E>>, E> } & Unnamed<
        M,
        ElementOf<I>
      >
/** Where no type knows the associations, a model alone has no name: its rows may stand under any. */
type Unnamed<M, E> = [AssociationName<M>] extends [never]
  ? [Exclude<E, NamedInclude>] extends [never]
    ? unknown
    : { readonly [name: string]: unknown }
  : unknown
type NamedInclude = string | { readonly association: unknown } | { readonly as: string }
type NestedValues<R, E> = R extends readonly (infer U)[] ? readonly NestedOne<U, E>[] : NestedOne<R, E>
type NestedOne<U, E> = U extends AnyModel
  ? Partial<U[T]['input']> & (E extends { readonly include: infer Nested } ? NestedCreate<U, Nested> : unknown)
  : unknown
