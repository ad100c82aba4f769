/** The operator symbols that `where` takes (Sequelize: `Op`, docs/querying/operators). Registered symbols, equal across copies of the package. */
const NAMES = [
  'eq',
  'ne',
  'is',
  'isNot',
  'not',
  'gt',
  'gte',
  'lt',
  'lte',
  'between',
  'notBetween',
  'in',
  'notIn',
  'like',
  'notLike',
  'iLike',
  'notILike',
  'startsWith',
  'notStartsWith',
  'endsWith',
  'notEndsWith',
  'substring',
  'notSubstring',
  'regexp',
  'notRegexp',
  'iRegexp',
  'notIRegexp',
  'overlap',
  'contains',
  'contained',
  'match',
  'any',
  'all',
  'values',
  'col',
  'anyKeyExists',
  'allKeysExist',
  'adjacent',
  'strictLeft',
  'strictRight',
  'noExtendLeft',
  'noExtendRight',
  'and',
  'or',
  'placeholder',
] as const
export type OpName = (typeof NAMES)[number]

/** One `unique symbol` per operator, so that object literals with operators are typed. */
export interface OpTypes {
  readonly eq: unique symbol
  readonly ne: unique symbol
  readonly is: unique symbol
  readonly isNot: unique symbol
  readonly not: unique symbol
  readonly gt: unique symbol
  readonly gte: unique symbol
  readonly lt: unique symbol
  readonly lte: unique symbol
  readonly between: unique symbol
  readonly notBetween: unique symbol
  readonly in: unique symbol
  readonly notIn: unique symbol
  readonly like: unique symbol
  readonly notLike: unique symbol
  readonly iLike: unique symbol
  readonly notILike: unique symbol
  readonly startsWith: unique symbol
  readonly notStartsWith: unique symbol
  readonly endsWith: unique symbol
  readonly notEndsWith: unique symbol
  readonly substring: unique symbol
  readonly notSubstring: unique symbol
  readonly regexp: unique symbol
  readonly notRegexp: unique symbol
  readonly iRegexp: unique symbol
  readonly notIRegexp: unique symbol
  readonly overlap: unique symbol
  readonly contains: unique symbol
  readonly contained: unique symbol
  readonly match: unique symbol
  readonly any: unique symbol
  readonly all: unique symbol
  readonly values: unique symbol
  readonly col: unique symbol
  readonly anyKeyExists: unique symbol
  readonly allKeysExist: unique symbol
  readonly adjacent: unique symbol
  readonly strictLeft: unique symbol
  readonly strictRight: unique symbol
  readonly noExtendLeft: unique symbol
  readonly noExtendRight: unique symbol
  readonly and: unique symbol
  readonly or: unique symbol
  readonly placeholder: unique symbol
}
export const Op: OpTypes = Object.freeze(
  Object.fromEntries(NAMES.map((name) => [name, Symbol.for(name)])),
) as unknown as OpTypes

const NAME_OF = new Map<symbol, OpName>(NAMES.map((name) => [Symbol.for(name), name]))
/** Name of an operator symbol; undefined for a symbol that is none. */
export const opName = (symbol: symbol): OpName | undefined => NAME_OF.get(symbol)
