// The API as a JavaScript program sees it. The examples of the documentation are JavaScript: they call `user.setTask(…)` on models that
// TypeScript knows nothing about. Tests of behaviour are written that way; test/types/** holds the types to their promises.
// biome-ignore lint/suspicious/noExplicitAny: the one place where tests leave TypeScript
export type Untyped = any

/** An instance: attributes, relations and mixins by name. */
export interface Row {
  [name: string]: Untyped
}

export interface Table {
  new (values?: object, options?: object): Row
  readonly prototype: Untyped
  readonly name: string
  create(values?: object, options?: object): Promise<Row>
  bulkCreate(values: readonly object[], options?: object): Promise<Row[]>
  build(values?: object, options?: object): Row
  findAll(options?: object): Promise<Row[]>
  /** Null when there is none; typed as a row so that tests need no `!`. */
  findOne(options?: object): Promise<Row>
  findByPk(key: unknown, options?: object): Promise<Row>
  findAndCountAll(options?: object): Promise<{ count: number; rows: Row[] }>
  count(options?: object): Promise<number>
  update(values: object, options: object): Promise<readonly [number, Row[]?]>
  destroy(options: object): Promise<number>
  sync(options?: object): Promise<unknown>
  hasOne(target: unknown, options?: object | string): Link
  belongsTo(target: unknown, options?: object | string): Link
  readonly associations: Record<string, Untyped>
  [name: string]: Untyped
}

/** An association. */
export interface Link {
  readonly source: Table
  readonly target: Table
  readonly as: string
  readonly foreignKey: string
  readonly inverse: Link | null
  [name: string]: Untyped
}

export interface Database {
  define(name: string, attributes?: object, options?: object): Table
  sync(options?: object): Promise<unknown>
  drop(options?: object): Promise<unknown>
  transaction<T>(callback: (transaction: Row) => Promise<T>): Promise<T>
  transaction<T>(options: object, callback: (transaction: Row) => Promise<T>): Promise<T>
  query(sql: unknown, options?: object): Promise<Untyped>
  readonly queryInterface: Row
  [name: string]: Untyped
}
