// biome-ignore-all lint/suspicious/noExplicitAny: the type of an `id` that is only looked for.
/**
 * The methods of an association as one interface to inherit:
 * `interface Person extends HasOneMixins<'drivingLicense', DrivingLicense, 'ownerId'> {}` beside `class Person extends Model<…>`.
 */
import type {
  BelongsToCreateAssociationMixin,
  BelongsToGetAssociationMixin,
  BelongsToManyAddAssociationMixin,
  BelongsToManyAddAssociationsMixin,
  BelongsToManyCountAssociationsMixin,
  BelongsToManyCreateAssociationMixin,
  BelongsToManyGetAssociationsMixin,
  BelongsToManyHasAssociationMixin,
  BelongsToManyHasAssociationsMixin,
  BelongsToManyRemoveAssociationMixin,
  BelongsToManyRemoveAssociationsMixin,
  BelongsToManySetAssociationsMixin,
  BelongsToSetAssociationMixin,
  HasManyAddAssociationMixin,
  HasManyAddAssociationsMixin,
  HasManyCountAssociationsMixin,
  HasManyCreateAssociationMixin,
  HasManyGetAssociationsMixin,
  HasManyHasAssociationMixin,
  HasManyHasAssociationsMixin,
  HasManyRemoveAssociationMixin,
  HasManyRemoveAssociationsMixin,
  HasManySetAssociationsMixin,
  HasOneGetAssociationMixin,
  HasOneSetAssociationMixin,
} from './associations.js'
import type { AnyModel } from './infer.js'

/** Words that the rules of `Singularize` would get wrong. */
export interface Irregular {
  people: 'person'
  children: 'child'
  men: 'man'
  women: 'woman'
  mice: 'mouse'
  geese: 'goose'
  feet: 'foot'
  teeth: 'tooth'
  oxen: 'ox'
  data: 'datum'
  media: 'medium'
  criteria: 'criterion'
  indices: 'index'
  matrices: 'matrix'
  vertices: 'vertex'
  analyses: 'analysis'
  statuses: 'status'
  addresses: 'address'
  series: 'series'
  news: 'news'
  movies: 'movie'
}
/** Twin of the run-time singulariser, for names of to-many associations. A name that the two see differently needs `as: { singular, plural }`. */
export type Singularize<S extends string> = S extends keyof Irregular
  ? Irregular[S]
  : S extends `${infer B}ies`
    ? `${B}y`
    : S extends `${infer B}${'ses' | 'xes' | 'ches' | 'shes' | 'zes'}`
      ? S extends `${B}${infer E}es`
        ? `${B}${E}`
        : never
      : S extends `${string}ss`
        ? S
        : S extends `${infer B}s`
          ? B
          : S

// One single-key mapped type per method: no conditional chains. Nothing here may touch `keyof` of the target's attributes: `InferAttributes`
// reads the type of every own property, so that would chain through every model of the schema (TS2589). These intersections are legal in
// `interface X extends …`.
/** `getX`, `setX`, `createX` of a hasOne named `N`. `FK`: the foreign key, which `createX` then does not ask for. */
export type HasOneMixins<N extends string, T extends AnyModel, FK extends PropertyKey = never> = {
  [K in `get${Capitalize<N>}`]: HasOneGetAssociationMixin<T>
} & { [K in `set${Capitalize<N>}`]: HasOneSetAssociationMixin<T, PrimaryKeyType<T>> } & {
  [K in `create${Capitalize<N>}`]: HasManyCreateAssociationMixin<T, FK>
}
/** `getX`, `setX`, `createX` of a belongsTo named `N`. */
export type BelongsToMixins<N extends string, T extends AnyModel> = {
  [K in `get${Capitalize<N>}`]: BelongsToGetAssociationMixin<T>
} & { [K in `set${Capitalize<N>}`]: BelongsToSetAssociationMixin<T, PrimaryKeyType<T>> } & {
  [K in `create${Capitalize<N>}`]: BelongsToCreateAssociationMixin<T>
}
/** The ten methods of a hasMany named `P`; `S` is its singular. */
export type HasManyMixins<
  P extends string,
  T extends AnyModel,
  FK extends PropertyKey = never,
  S extends string = Singularize<P>,
> = { [K in `get${Capitalize<P>}`]: HasManyGetAssociationsMixin<T> } & {
  [K in `set${Capitalize<P>}`]: HasManySetAssociationsMixin<T, PrimaryKeyType<T>>
} & { [K in `count${Capitalize<P>}`]: HasManyCountAssociationsMixin<T> } & {
  [K in `add${Capitalize<P>}`]: HasManyAddAssociationsMixin<T, PrimaryKeyType<T>>
} & { [K in `remove${Capitalize<P>}`]: HasManyRemoveAssociationsMixin<T, PrimaryKeyType<T>> } & {
  [K in `has${Capitalize<P>}`]: HasManyHasAssociationsMixin<T, PrimaryKeyType<T>>
} & { [K in `add${Capitalize<S>}`]: HasManyAddAssociationMixin<T, PrimaryKeyType<T>> } & {
  [K in `remove${Capitalize<S>}`]: HasManyRemoveAssociationMixin<T, PrimaryKeyType<T>>
} & { [K in `has${Capitalize<S>}`]: HasManyHasAssociationMixin<T, PrimaryKeyType<T>> } & {
  [K in `create${Capitalize<S>}`]: HasManyCreateAssociationMixin<T, FK>
}
/** The ten methods of a belongsToMany named `P`; `S` is its singular. */
export type BelongsToManyMixins<P extends string, T extends AnyModel, S extends string = Singularize<P>> = {
  [K in `get${Capitalize<P>}`]: BelongsToManyGetAssociationsMixin<T>
} & { [K in `set${Capitalize<P>}`]: BelongsToManySetAssociationsMixin<T, PrimaryKeyType<T>> } & {
  [K in `count${Capitalize<P>}`]: BelongsToManyCountAssociationsMixin<T>
} & { [K in `add${Capitalize<P>}`]: BelongsToManyAddAssociationsMixin<T, PrimaryKeyType<T>> } & {
  [K in `remove${Capitalize<P>}`]: BelongsToManyRemoveAssociationsMixin<T, PrimaryKeyType<T>>
} & { [K in `has${Capitalize<P>}`]: BelongsToManyHasAssociationsMixin<T, PrimaryKeyType<T>> } & {
  [K in `add${Capitalize<S>}`]: BelongsToManyAddAssociationMixin<T, PrimaryKeyType<T>>
} & { [K in `remove${Capitalize<S>}`]: BelongsToManyRemoveAssociationMixin<T, PrimaryKeyType<T>> } & {
  [K in `has${Capitalize<S>}`]: BelongsToManyHasAssociationMixin<T, PrimaryKeyType<T>>
} & { [K in `create${Capitalize<S>}`]: BelongsToManyCreateAssociationMixin<T> }

interface HasId {
  id: any
}
/** Type of the primary key where it is called `id`; else a string or a number. */
export type PrimaryKeyType<T> = T extends HasId ? NonNullable<T['id']> : string | number
