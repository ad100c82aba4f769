/** `DataTypes`: every data type, usable bare, called or constructed. Also the way from what users write to an instance (`normalizeType`). Docs: models/data-types. */
import { AbstractType, invokable, markBuiltIn } from './data-type.js'
import * as scalar from './scalar.js'
import * as structured from './structured.js'
import * as temporal from './temporal.js'

export {
  AbstractType,
  assertValue,
  type DataType,
  invokable,
  overrides,
  type TypeCodec,
  type TypeMethod,
  type TypeTable,
} from './data-type.js'
export * from './scalar.js'
export * from './structured.js'
export * from './temporal.js'

const classes = {
  ABSTRACT: AbstractType,
  STRING: scalar.StringType,
  CHAR: scalar.CharType,
  TEXT: scalar.TextType,
  CITEXT: scalar.CiTextType,
  TSVECTOR: scalar.TsVectorType,
  BOOLEAN: scalar.BooleanType,
  NUMBER: scalar.NumberType,
  TINYINT: scalar.TinyIntType,
  SMALLINT: scalar.SmallIntType,
  MEDIUMINT: scalar.MediumIntType,
  INTEGER: scalar.IntegerType,
  BIGINT: scalar.BigIntType,
  FLOAT: scalar.FloatType,
  DOUBLE: scalar.DoubleType,
  REAL: scalar.RealType,
  DECIMAL: scalar.DecimalType,
  UUID: scalar.UuidType,
  UUIDV1: scalar.UuidV1Type,
  UUIDV4: scalar.UuidV4Type,
  UUIDV7: scalar.UuidV7Type,
  BLOB: scalar.BlobType,
  ENUM: scalar.EnumType,
  INET: scalar.InetType,
  CIDR: scalar.CidrType,
  MACADDR: scalar.MacAddrType,
  MACADDR8: scalar.MacAddr8Type,
  DATE: temporal.DateType,
  DATEONLY: temporal.DateOnlyType,
  TIME: temporal.TimeType,
  NOW: temporal.NowType,
  JSON: structured.JsonType,
  JSONB: structured.JsonbType,
  HSTORE: structured.HstoreType,
  ARRAY: structured.ArrayType,
  RANGE: structured.RangeType,
  GEOMETRY: structured.GeometryType,
  GEOGRAPHY: structured.GeographyType,
  VIRTUAL: structured.VirtualType,
} as const

for (const type of [...Object.values(classes), structured.SqlType]) {
  type.prototype.key = type.key
  type.types = {}
  type.prototype.types = type.types
  // Bases without a name in DataTypes count as built in too.
  for (
    let prototype: unknown = type.prototype;
    prototype instanceof AbstractType;
    prototype = Object.getPrototypeOf(prototype)
  )
    markBuiltIn({ prototype })
}

type Classes = typeof classes
const invokables = Object.fromEntries(
  Object.entries(classes).map(([name, type]) => [
    name,
    invokable(type as unknown as new (...args: never[]) => unknown),
  ]),
) as unknown as {
  readonly [K in keyof Classes]: Classes[K] & ((...args: ConstructorParameters<Classes[K]>) => InstanceType<Classes[K]>)
}

/**
 * The data types. `DataTypes.STRING`, `DataTypes.STRING(100)` and `new DataTypes.STRING(100)` are all types;
 * `class Mine extends DataTypes.ABSTRACT` makes a new one. Open for types of one's own, as in Sequelize 6.
 */
export const DataTypes = {
  ...invokables,
  /** v6's names of DECIMAL, DOUBLE and VIRTUAL. */
  NUMERIC: invokables.DECIMAL,
  'DOUBLE PRECISION': invokables.DOUBLE,
  NONE: invokables.VIRTUAL,
}
