// biome-ignore-all lint/suspicious/noExplicitAny: constraints that every data type must meet; users see their own types.
/**
 * How `DataTypes` looks to the type checker: each type says what an instance reads (`OUT`) and what it takes (`IN`).
 * The classes behind are in `src/types`. Docs: models/data-types.
 */
import type { Dialect } from '../../dialect/dialect.js'
import type { DataType as DataTypeContract, TypeCodec } from '../../types/data-type.js'
import type { IN, OUT } from './symbols.js'

/** Constraint: anything that is a data type. */
export interface AnyDataType {
  readonly [OUT]: any
  readonly [IN]: any
}
/** A class of data types, as in `type: MyType`. */
export type DataTypeClass = abstract new (...args: any) => AnyDataType
/** A column type that Mortise passes on as it is, without conversion or validation: `'VARBINARY(50)'`. Written in capitals. */
export type SqlTypeName = Uppercase<string>
export type DataTypeLike = AnyDataType | DataTypeClass | SqlTypeName

export interface DataType<Out = any, In = Out> extends DataTypeContract {
  readonly [OUT]: Out
  readonly [IN]: In
}
/** Usable bare (`DataTypes.STRING`), called (`DataTypes.STRING(255)`) or constructed (`new DataTypes.STRING(255)`). */
export interface DataTypeFactory<Out, In, Args extends readonly unknown[]> extends AnyDataType {
  (...args: Args): DataType<Out, In>
  new (...args: Args): DataType<Out, In>
  readonly [OUT]: Out
  readonly [IN]: In
  /** Name of the type: `STRING`. */
  readonly key: string
}

type TextLength = 'tiny' | 'medium' | 'long'
type StringLength = number | { readonly length?: number; readonly binary?: boolean }
/** Text of a length; `STRING(20).BINARY` compares by bytes. */
export interface StringInstance extends DataType<string> {
  readonly BINARY: StringInstance
}
export interface StringType extends AnyDataType {
  (length?: StringLength, binary?: boolean): StringInstance
  new (length?: StringLength, binary?: boolean): StringInstance
  readonly [OUT]: string
  readonly [IN]: string
  readonly key: string
  readonly BINARY: StringInstance
}
// Named, so that emitted declarations say `TextType` and no more.
export interface TextType
  extends DataTypeFactory<string, string, [length?: TextLength | { readonly length?: TextLength }]> {}
export interface BlobType
  extends DataTypeFactory<
    Buffer,
    Uint8Array | ArrayBuffer | string,
    [length?: TextLength | { readonly length?: TextLength }]
  > {}
export interface BooleanType extends DataTypeFactory<boolean, boolean, []> {}
export interface DateType
  extends DataTypeFactory<Date, Date | string | number, [precision?: number | { readonly precision?: number }]> {}
export interface DateOnlyType extends DataTypeFactory<string, string | Date, []> {}
export interface NumberOptions {
  readonly length?: number
  readonly unsigned?: boolean
  readonly zerofill?: boolean
  readonly precision?: number
  readonly scale?: number
}
/** `INTEGER(1).UNSIGNED.ZEROFILL`: what may follow a number's type chains. */
export interface Numeric<Out, In> extends DataType<Out, In> {
  readonly UNSIGNED: Numeric<Out, In>
  readonly ZEROFILL: Numeric<Out, In>
}
export interface NumericFactory<Out, In> extends AnyDataType {
  (options?: number | NumberOptions, scale?: number): Numeric<Out, In>
  new (options?: number | NumberOptions, scale?: number): Numeric<Out, In>
  readonly [OUT]: Out
  readonly [IN]: In
  readonly key: string
  readonly UNSIGNED: Numeric<Out, In>
  readonly ZEROFILL: Numeric<Out, In>
}
/** Read back as a string: a JavaScript number cannot hold every value. */
export interface DecimalType extends NumericFactory<string, string | number | bigint> {}
/** An integer or floating type. */
export interface NumberType extends NumericFactory<number, number> {}
export interface BigIntInstance extends DataType<string, string | number | bigint> {
  readonly UNSIGNED: BigIntInstance
  readonly ZEROFILL: BigIntInstance
}
/** Read back as a string: a JavaScript number cannot hold every value. */
export interface BigIntType extends AnyDataType {
  (options?: number | NumberOptions): BigIntInstance
  new (options?: number | NumberOptions): BigIntInstance
  readonly [OUT]: string
  readonly [IN]: string | number | bigint
  readonly key: string
  readonly UNSIGNED: BigIntInstance
  readonly ZEROFILL: BigIntInstance
}
export interface EnumType {
  <const V extends readonly string[]>(...values: V): DataType<V[number]>
  <const V extends readonly string[]>(values: V): DataType<V[number]>
  <const V extends readonly string[]>(options: { readonly values: V }): DataType<V[number]>
  <const V extends Readonly<Record<string, string>>>(values: V): DataType<V[keyof V]>
  new <const V extends readonly string[]>(...values: V): DataType<V[number]>
  new <const V extends readonly string[]>(values: V): DataType<V[number]>
  readonly key: string
}
/** `JSON<{ city: string }>()`; without a type what is read is `unknown`. */
export interface JsonType extends AnyDataType {
  <T = unknown>(): DataType<T>
  new <T = unknown>(): DataType<T>
  readonly [OUT]: unknown
  readonly [IN]: unknown
  readonly key: string
}
export interface ArrayType {
  <const D extends AnyDataType>(type: D | { readonly type: D }): DataType<D[typeof OUT][], readonly D[typeof IN][]>
  new <const D extends AnyDataType>(type: D | { readonly type: D }): DataType<D[typeof OUT][], readonly D[typeof IN][]>
  readonly key: string
}
/** Either end of a range: the value, and whether it belongs to the range. */
export interface RangePart<T> {
  readonly value: T | number | null
  readonly inclusive: boolean
}
export type InputRangePart<T> = T | number | null | { readonly value: T | number | null; readonly inclusive?: boolean }
export type Range<T> = readonly [lower: RangePart<T>, higher: RangePart<T>] | readonly []
export type Rangable<T> = readonly [lower: InputRangePart<T>, higher: InputRangePart<T>] | readonly [] | string
/** What is taken: two ends or none, but it need be no tuple, so that `const range = [start, end]` will do. */
export type RangeInput<T> = readonly InputRangePart<T>[] | string
export interface RangeType {
  <const D extends AnyDataType>(
    type?: D | { readonly subtype: D },
  ): DataType<Range<D[typeof OUT]>, RangeInput<D[typeof IN]>>
  new <const D extends AnyDataType>(
    type?: D | { readonly subtype: D },
  ): DataType<Range<D[typeof OUT]>, RangeInput<D[typeof IN]>>
  readonly key: string
}
type Position = number[]
interface Shape<Type extends string, Coordinates> {
  type: Type
  coordinates: Coordinates
  /** The reference system, where it is not the usual one. */
  crs?: unknown
}
/** Shapes by the names that `GEOMETRY` takes. */
interface GeoJsonShapes {
  POINT: Shape<'Point', Position>
  LINESTRING: Shape<'LineString', Position[]>
  POLYGON: Shape<'Polygon', Position[][]>
  MULTIPOINT: Shape<'MultiPoint', Position[]>
  MULTILINESTRING: Shape<'MultiLineString', Position[][]>
  MULTIPOLYGON: Shape<'MultiPolygon', Position[][][]>
  GEOMETRYCOLLECTION: { type: 'GeometryCollection'; geometries: GeoJson[]; crs?: unknown }
}
/** A value of GEOMETRY and GEOGRAPHY as it is read. Positions are longitude, latitude and perhaps a height. */
export type GeoJson = GeoJsonShapes[keyof GeoJsonShapes]
/** The value of `GEOMETRY('POINT')` is a point. */
export type GeoJsonOf<S extends string> =
  Uppercase<S> extends keyof GeoJsonShapes ? GeoJsonShapes[Uppercase<S>] : GeoJson
/** What is taken: `type` need be no literal, so that `const point = { type: 'Point', coordinates: [1, 2] }` will do. */
export interface GeoJsonInput {
  readonly type: string
  readonly coordinates?: readonly unknown[]
  readonly geometries?: readonly unknown[]
  readonly crs?: unknown
}
export interface GeometryType extends AnyDataType {
  <const S extends string = string>(type?: S, srid?: number): DataType<GeoJsonOf<S>, GeoJsonInput>
  new <const S extends string = string>(type?: S, srid?: number): DataType<GeoJsonOf<S>, GeoJsonInput>
  readonly [OUT]: GeoJson
  readonly [IN]: GeoJsonInput
  readonly key: string
}
export interface VirtualMarker {
  readonly virtual: true
}
/** What nothing is known of. */
export interface UnknownType extends AnyDataType {
  readonly [OUT]: unknown
  readonly [IN]: unknown
}
/** An attribute without a column; `dependencies` are selected with it. Without a type it reads as what its getter returns. */
export interface VirtualType extends UnknownType, VirtualMarker {
  <D extends AnyDataType = UnknownType>(
    type?: D,
    dependencies?: readonly string[],
  ): DataType<D[typeof OUT], D[typeof IN]> & VirtualMarker
  new <D extends AnyDataType = UnknownType>(
    type?: D,
    dependencies?: readonly string[],
  ): DataType<D[typeof OUT], D[typeof IN]> & VirtualMarker
  readonly key: string
}
export interface UuidType
  extends DataTypeFactory<string, string, [version?: 1 | 4 | 7 | 'all' | { readonly version?: 1 | 4 | 7 | 'all' }]> {
  readonly V1: DataType<string>
  readonly V4: DataType<string>
  readonly V7: DataType<string>
}

/** With what a value is written as SQL text: `options.dialect.escapeString('…')`. */
export interface StringifyOptions {
  readonly dialect: Dialect
}
/**
 * Base class of a user's own data type (docs: other-topics/extending-data-types):
 * `class Point extends DataTypes.ABSTRACT<{ x: number, y: number }> { toSql() { return 'TEXT' } … }`.
 */
export interface CustomType<Out, In = Out> extends DataType<Out, In> {
  validate(value: unknown): void
  sanitize(value: unknown): unknown
  areValuesEqual(a: unknown, b: unknown): boolean
  toBindableValue(value: any): unknown
  parseDatabaseValue(value: any): unknown
  toSql(): string
  escape(value: unknown, options?: StringifyOptions): string
  getDataTypeId(): string
  toDialectDataType(dialect: unknown): DataType & { readonly codec?: TypeCodec }
}
export interface CustomTypeClass {
  new <Out = unknown, In = Out>(options?: unknown): CustomType<Out, In>
  readonly key: string
}

export interface DataTypesNamespace {
  readonly ABSTRACT: CustomTypeClass
  readonly STRING: StringType
  readonly CHAR: StringType
  readonly TEXT: TextType
  readonly CITEXT: DataTypeFactory<string, string, []>
  readonly TSVECTOR: DataTypeFactory<string, string, []>
  /** The base of all types of numbers, for `instanceof` and types of one's own; no engine has a column of it. */
  readonly NUMBER: NumberType
  readonly TINYINT: NumberType
  readonly SMALLINT: NumberType
  readonly MEDIUMINT: NumberType
  readonly INTEGER: NumberType
  readonly BIGINT: BigIntType
  readonly FLOAT: NumberType
  readonly REAL: NumberType
  readonly DOUBLE: NumberType
  /** v6's other name of DOUBLE. */
  readonly 'DOUBLE PRECISION': NumberType
  /** Read back as a string: a JavaScript number cannot hold every value. */
  readonly DECIMAL: DecimalType
  /** v6's other name of DECIMAL. */
  readonly NUMERIC: DecimalType
  readonly BOOLEAN: BooleanType
  readonly DATE: DateType
  readonly DATEONLY: DateOnlyType
  readonly TIME: DataTypeFactory<string, string, [precision?: number | { readonly precision?: number }]>
  readonly NOW: DataTypeFactory<Date, Date, []>
  readonly UUID: UuidType
  /** @deprecated Use `sql.uuidV1`. */
  readonly UUIDV1: DataTypeFactory<string, string, []>
  /** @deprecated Use `sql.uuidV4`. */
  readonly UUIDV4: DataTypeFactory<string, string, []>
  readonly BLOB: BlobType
  readonly JSON: JsonType
  readonly JSONB: JsonType
  readonly ENUM: EnumType
  readonly ARRAY: ArrayType
  readonly RANGE: RangeType
  readonly GEOMETRY: GeometryType
  readonly GEOGRAPHY: GeometryType
  readonly HSTORE: DataTypeFactory<Record<string, string | null>, Readonly<Record<string, string | null>>, []>
  readonly CIDR: DataTypeFactory<string, string, []>
  readonly INET: DataTypeFactory<string, string, []>
  readonly MACADDR: DataTypeFactory<string, string, []>
  readonly MACADDR8: DataTypeFactory<string, string, []>
  readonly VIRTUAL: VirtualType
  /** v6's other name of VIRTUAL. */
  readonly NONE: VirtualType
}
