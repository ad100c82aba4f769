/** Codecs of data types: what a dialect's table says of a type, with what a type of the user's own overrides. */
import { UnsupportedFeatureError } from '../errors/base.js'
import type { DataType, TypeCodec } from '../types/data-type.js'
import { overrides } from '../types/data-type.js'

export interface CodecSource {
  /** As errors name it. */
  readonly engine: string
  /** The engine's own codec of a type; undefined: it has none. */
  builtIn(type: DataType): TypeCodec | undefined
  /** Types whose columns are what their text says. */
  isText(type: DataType): boolean
  /** Values of columns of such types, and of types of the user's own. */
  looseToBind(value: unknown): unknown
  /** What to do instead, for types that are other engines' own. */
  readonly remedies: Readonly<Record<string, string>>
}

/** Asked once for each type. The result throws `UnsupportedFeatureError` for what the engine has no place for. */
export function codecsOf(source: CodecSource): (type: DataType) => TypeCodec {
  const codecs = new WeakMap<DataType, TypeCodec>()
  return (type) => {
    let found = codecs.get(type)
    if (!found) {
      found = makeCodec(type, source)
      codecs.set(type, found)
    }
    return found
  }
}

const REMEDIES: Readonly<Record<string, string>> = {
  NOW: 'It is a default value: use it with DataTypes.DATE.',
  VIRTUAL: 'A virtual attribute has no column.',
}

function makeCodec(type: DataType, source: CodecSource): TypeCodec {
  const builtIn = source.builtIn(type)
  const hasOwnSql = overrides(type, 'toSql')
  const isText = source.isText(type)
  if (!builtIn && !hasOwnSql && !isText) {
    const remedy = source.remedies[type.key] ?? REMEDIES[type.key]
    throw new UnsupportedFeatureError(
      `${source.engine} has no data type for DataTypes.${type.key}.${remedy === undefined ? '' : ` ${remedy}`}`,
    )
  }
  const known = isText ? undefined : builtIn
  const { listedAs, ...shared } = known ?? {}
  return {
    ...shared,
    ...(listedAs !== undefined && !hasOwnSql && { listedAs }),
    sql: hasOwnSql || !known ? type.toSql() : known.sql,
    toBind: overrides(type, 'toBindableValue')
      ? (value) => type.toBindableValue(value)
      : (known ?? { toBind: (value: unknown) => source.looseToBind(value) }).toBind,
    fromRow: overrides(type, 'parseDatabaseValue')
      ? (value) => type.parseDatabaseValue(value)
      : (known?.fromRow ?? null),
    check: hasOwnSql ? null : (known?.check ?? null),
  }
}
