/**
 * One row per operator of `where`: operand and value in, condition out (null: no condition). Which engine can print what is the print
 * tables' business. Docs: querying/operators.
 */
import { isPlainObject } from '../base/freeze.js'
import { QueryError } from '../errors/base.js'
import type { CompareOperator, Expr, InNode } from '../sql/expr.js'
import { call, isNull, raw } from '../sql/expr.js'
import { isFragment, List, Literal, Select } from '../sql/fragments.js'
import type { OpName } from '../sql/op.js'
import { Op, opName } from '../sql/op.js'
import type { DataType } from '../types/data-type.js'
import { assertValue, show } from '../types/data-type.js'
import { DataTypes, normalizeType } from '../types/index.js'
import type { Operand } from './attribute-key.js'
import { columnExpr, toExpr, typeOfValue } from './expression.js'
import { FEW, isListed, listCondition } from './lists.js'
import { assertOrdered } from './ordered.js'
import type { Tables } from './tables.js'

type Row = (left: Operand, value: unknown, tables: Tables, name: OpName) => Expr | null

/** Condition of an operator symbol; undefined: `and`, `or` and `not`, which `read/where` builds itself. */
export function operatorCondition(
  name: OpName,
  left: Operand,
  value: unknown,
  tables: Tables,
): Expr | null | undefined {
  const row = ROWS[name]
  if (row === undefined) return undefined
  if (value === undefined) throw undefinedValue(left, tables, name)
  return row(left, value, tables, name)
}

export const undefinedValue = (left: Operand, tables: Tables, name?: OpName): QueryError =>
  new QueryError(
    `${left.label} is compared with undefined${name === undefined ? '' : ` (Op.${name})`} in ${tables.clause}. Leave the condition out, or use null for IS NULL.`,
  )

/** `=`, with null as IS NULL (JSON null for JSON, where the options say so). */
export function equals(given: Operand, value: unknown, tables: Tables, negated = false): Expr {
  const left = equatable(given, tables)
  if (value === null) return nullCondition(left, tables, negated)
  // SQL_NULL: nothing is equal to it.
  if (value instanceof Literal && value.val.length === 1 && value.val[0] === 'NULL') return isNull(given.expr, negated)
  return { kind: 'compare', op: negated ? '<>' : '=', left: left.expr, right: right(left, value, tables) }
}

function nullCondition(left: Operand, tables: Tables, negated: boolean): Expr {
  if (!left.isJson) return isNull(left.expr, negated)
  switch (tables.statement.runtime.options.nullJsonStringification) {
    case 'sql':
      return isNull(left.expr, negated)
    case 'json':
      return { kind: 'compare', op: negated ? '<>' : '=', left: left.expr, right: raw("'null'") }
    case 'explicit':
      throw new QueryError(`${left.label} is JSON: say which null is meant, JSON_NULL, SQL_NULL or { [Op.is]: null }.`)
  }
}

/** JSON as it can be compared: PostgreSQL knows no equality of the type JSON, only of JSONB. */
function equatable(left: Operand, tables: Tables): Operand {
  if (!left.isJson || left.type?.key !== 'JSON' || tables.statement.runtime.dialect.traits.jsonEquality !== false)
    return left
  jsonb ??= normalizeType(DataTypes.JSONB)
  return { ...left, type: jsonb, expr: { kind: 'cast', expr: left.expr, type: jsonb } }
}
let jsonb: DataType | undefined

/** `IN`, with rows, subqueries and lists. */
export function within(given: Operand, value: unknown, tables: Tables, negated = false): Expr | null {
  const left = equatable(given, tables)
  if (Array.isArray(value)) {
    // Nothing is excluded by an empty list.
    if (value.length === 0 && negated) return null
    if (value.length > FEW && isListed(left.type) && !left.isJson && value.every(isValue)) {
      const items = value.map((item) => checked(left, item, left.type, tables))
      return listCondition(left.expr, items, left.type, tables.statement, negated)
    }
    return { kind: 'in', left: left.expr, items: value.map((item) => right(left, item, tables)), negated }
  }
  if (!isFragment(value))
    throw new QueryError(`Op.${negated ? 'notIn' : 'in'} on ${left.label} takes an array or SQL, got ${show(value)}.`)
  return { kind: 'in', left: left.expr, items: itemsOf(value, left, tables), negated }
}

/** A value as it is: no null, no SQL. */
const isValue = (value: unknown): boolean => (typeof value !== 'object' && value !== undefined) || value instanceof Date

function itemsOf(value: object, left: Operand, tables: Tables): InNode['items'] {
  if (value instanceof List) return value.values.map((item) => right(left, item, tables))
  if (value instanceof Select) return value.toSelect(tables, 'value')
  const expr = toExpr(value, tables, tables.clause)
  // The printer adds parentheses where users' SQL has none.
  if (expr.kind === 'raw' || expr.kind === 'template') return expr
  return expr.kind === 'list' ? expr.items : [expr]
}

// ---------------------------------------------------------------- values
const TEXT_KEYS = new Set(['STRING', 'CHAR', 'TEXT', 'CITEXT'])

/** The right side of a comparison: a parameter of the operand's type, a fragment, ANY/ALL/VALUES, or a column (`Op.col`). */
function right(left: Operand, value: unknown, tables: Tables, type: DataType | null = left.type): Expr {
  if (value === undefined) throw undefinedValue(left, tables)
  if (isFragment(value)) return toExpr(value, tables, tables.clause, type)
  const special = quantified(left, value, tables, type)
  if (special !== null) return special
  if (isPlainObject(value)) {
    const symbols = Object.getOwnPropertySymbols(value)
    if (symbols.length > 0)
      throw new QueryError(`${left.label} is compared with an object of operators where a value is meant.`)
  }
  return tables.statement.param(
    checked(left, value, type, tables),
    value === null ? null : (type ?? typeOfValue(value)),
  )
}

/** A value as a parameter of this type is compared with it. Throws where the type cannot hold it. */
export function comparable(type: DataType, value: unknown, noTypeValidation: boolean): unknown {
  // As in v6, numbers may be compared with text columns.
  const given =
    (typeof value === 'number' || typeof value === 'bigint') && TEXT_KEYS.has(type.key) ? String(value) : value
  if (noTypeValidation) return given
  const held = type.sanitize(given)
  assertValue(type, held)
  return held
}

/** Light validation: what the type cannot hold would be an obscure error of the engine, or quietly match nothing. */
function checked(left: Operand, value: unknown, type: DataType | null, tables: Tables): unknown {
  if (type === null || value === null) return value
  try {
    return comparable(type, value, tables.statement.runtime.options.noTypeValidation)
  } catch (error) {
    throw new QueryError(
      `${left.label} is compared with a value of another type in ${tables.clause}: ${error instanceof Error ? error.message : show(value)}.`,
      { cause: error },
    )
  }
}

const QUANTIFIERS = new Map<symbol, 'any' | 'all'>([
  [Op.any, 'any'],
  [Op.all, 'all'],
])

function quantified(left: Operand, value: unknown, tables: Tables, type: DataType | null): Expr | null {
  if (!isPlainObject(value)) return null
  const symbols = Object.getOwnPropertySymbols(value)
  const [symbol] = symbols
  if (symbol === undefined || symbols.length > 1) return null
  if (symbol === Op.col) return columnOf(left, value[Op.col], tables)
  if (symbol === Op.values) return valuesList(left, value[Op.values], tables, type)
  const quantifier = QUANTIFIERS.get(symbol)
  return quantifier === undefined ? null : quantify(left, quantifier, value[symbol], tables, type)
}

function quantify(
  left: Operand,
  quantifier: 'any' | 'all',
  value: unknown,
  tables: Tables,
  type: DataType | null,
): Expr {
  if (Array.isArray(value))
    return {
      kind: 'quantified',
      quantifier,
      expr: { kind: 'array', items: value.map((item) => right(left, item, tables, type)), type },
      values: false,
    }
  if (isPlainObject(value) && Op.values in value)
    return { kind: 'quantified', quantifier, expr: valuesList(left, value[Op.values], tables, type), values: true }
  if (isFragment(value))
    return { kind: 'quantified', quantifier, expr: toExpr(value, tables, tables.clause), values: false }
  throw new QueryError(
    `Op.${quantifier} on ${left.label} takes an array, { [Op.values]: […] } or SQL, got ${show(value)}.`,
  )
}

function valuesList(left: Operand, value: unknown, tables: Tables, type: DataType | null): Expr {
  if (!Array.isArray(value)) throw new QueryError(`Op.values on ${left.label} takes an array, got ${show(value)}.`)
  return { kind: 'list', items: value.map((item) => right(left, item, tables, type)) }
}

function columnOf(left: Operand, value: unknown, tables: Tables): Expr {
  if (typeof value !== 'string')
    throw new QueryError(`Op.col on ${left.label} takes the name of a column, got ${show(value)}.`)
  return columnExpr([value], tables)
}

// ---------------------------------------------------------------- rows
const compare =
  (op: CompareOperator): Row =>
  (left, value, tables, name) => {
    assertOrdered(left, `Op.${name}`, tables.statement.runtime)
    const [operand, type] = left.isJson && !isFragment(value) ? comparableJson(left, value) : [left, left.type]
    return { kind: 'compare', op, left: operand.expr, right: right(operand, value, tables, type) }
  }

/** Inside JSON, numbers are compared as numbers and everything else as text: JSON itself has no order on most engines. */
function comparableJson(left: Operand, value: unknown): [Operand, DataType | null] {
  const text: Expr =
    left.expr.kind === 'json'
      ? { ...left.expr, unquote: true }
      : { kind: 'json', expr: left.expr, path: [], unquote: true }
  if (typeof value !== 'number' && typeof value !== 'bigint')
    return [{ ...left, expr: text, type: null, isJson: false }, null]
  const type = normalizeType(DataTypes.DOUBLE)
  return [{ ...left, expr: { kind: 'cast', expr: text, type }, type, isJson: false }, type]
}

const between =
  (negated: boolean): Row =>
  (left, value, tables, name) => {
    assertOrdered(left, `Op.${name}`, tables.statement.runtime)
    if (isFragment(value)) {
      const texts = ['', negated ? ' NOT BETWEEN ' : ' BETWEEN ', '']
      return { kind: 'template', texts, exprs: [left.expr, toExpr(value, tables, tables.clause)] }
    }
    if (!Array.isArray(value) || value.length !== 2)
      throw new QueryError(`Op.${name} on ${left.label} takes an array of two values, got ${show(value)}.`)
    const bounds = value.map((bound: unknown) => (isPlainObject(bound) && 'value' in bound ? bound.value : bound))
    const [operand, type] = left.isJson && !isFragment(bounds[0]) ? comparableJson(left, bounds[0]) : [left, left.type]
    return {
      kind: 'between',
      expr: operand.expr,
      low: right(operand, bounds[0], tables, type),
      high: right(operand, bounds[1], tables, type),
      negated,
    }
  }

/** Text operators read JSON as text, and send their pattern as it is: it need not be a value of the attribute's type. */
const textOperand = (left: Operand): Operand =>
  left.isJson
    ? {
        ...left,
        type: null,
        isJson: false,
        expr: left.expr.kind === 'json' ? { ...left.expr, unquote: true } : left.expr,
      }
    : { ...left, type: null }

const text =
  (op: CompareOperator): Row =>
  (left, value, tables, name) => {
    if (typeof value !== 'string' && typeof value !== 'number' && !isFragment(value) && !isPlainObject(value)) {
      throw new QueryError(`Op.${name} on ${left.label} takes a string, got ${show(value)}.`)
    }
    const operand = textOperand(left)
    return {
      kind: 'compare',
      op,
      left: operand.expr,
      right: right(operand, typeof value === 'number' ? String(value) : value, tables, null),
    }
  }

/** Compat: as in Sequelize, `%` and `_` in the value keep their meaning; `read/operators.test.ts` holds it. */
const affix =
  (before: string, after: string, op: CompareOperator): Row =>
  (left, value, tables, name) => {
    const operand = textOperand(left)
    if (isFragment(value)) {
      const parts = [
        ...(before ? [raw(`'${before}'`)] : []),
        toExpr(value, tables, tables.clause),
        ...(after ? [raw(`'${after}'`)] : []),
      ]
      return { kind: 'compare', op, left: operand.expr, right: call('CONCAT', parts) }
    }
    if (typeof value !== 'string' && typeof value !== 'number')
      throw new QueryError(`Op.${name} on ${left.label} takes a string, got ${show(value)}.`)
    return {
      kind: 'compare',
      op,
      left: operand.expr,
      right: tables.statement.param(before + String(value) + after, null),
    }
  }

const is =
  (negated: boolean): Row =>
  (left, value, tables, name) => {
    if (value === null) return isNull(left.expr, negated)
    if (typeof value === 'boolean')
      return { kind: 'is', left: left.expr, right: raw(value ? 'TRUE' : 'FALSE'), negated }
    if (isFragment(value)) return { kind: 'is', left: left.expr, right: toExpr(value, tables, tables.clause), negated }
    throw new QueryError(
      `Op.${name} on ${left.label} takes null, true, false or SQL, got ${show(value)}. For other values use Op.${negated ? 'ne' : 'eq'}.`,
    )
  }

/** Types of which there are ranges. */
const RANGED = new Set(['INTEGER', 'BIGINT', 'DECIMAL', 'DATE', 'DATEONLY'])
/** Containment: of an array or JSON document (values of the operand's type) or of one element of a range. */
const containment =
  (op: CompareOperator): Row =>
  (left, value, tables) => {
    const element = left.type?.key === 'RANGE' && !Array.isArray(value) && !isFragment(value) && !isPlainObject(value)
    // The left side may be a single value inside a range given on the right: then the value's own type decides.
    const type = element ? ((left.type?.options.subtype as DataType | undefined) ?? null) : left.type
    const isOwn = left.isJson || left.type === null || ['ARRAY', 'RANGE'].includes(left.type.key)
    if (op === 'contained' && !isOwn && Array.isArray(value) && RANGED.has(left.type.key)) {
      const range = normalizeType(DataTypes.RANGE(left.type as never))
      return {
        kind: 'compare',
        op,
        left: left.expr,
        right: { kind: 'cast', expr: right(left, value, tables, range), type: range },
      }
    }
    return { kind: 'compare', op, left: left.expr, right: right(left, value, tables, isOwn ? type : null) }
  }

const keys =
  (op: CompareOperator): Row =>
  (left, value, tables, name) => {
    if (isFragment(value)) return { kind: 'compare', op, left: left.expr, right: toExpr(value, tables, tables.clause) }
    if (!Array.isArray(value) || !value.every((key) => typeof key === 'string' || isFragment(key)))
      throw new QueryError(`Op.${name} on ${left.label} takes an array of keys, got ${show(value)}.`)
    return {
      kind: 'compare',
      op,
      left: left.expr,
      right: { kind: 'array', items: value.map((key) => toExpr(key, tables, tables.clause)), type: null },
    }
  }

const ROWS: { readonly [K in OpName]?: Row } = {
  eq: (left, value, tables) => equals(left, value, tables),
  ne: (left, value, tables) => equals(left, value, tables, true),
  is: is(false),
  isNot: is(true),
  gt: compare('>'),
  gte: compare('>='),
  lt: compare('<'),
  lte: compare('<='),
  between: between(false),
  notBetween: between(true),
  in: (left, value, tables) => within(left, value, tables),
  notIn: (left, value, tables) => within(left, value, tables, true),
  like: text('like'),
  notLike: text('notLike'),
  iLike: text('iLike'),
  notILike: text('notILike'),
  startsWith: affix('', '%', 'like'),
  notStartsWith: affix('', '%', 'notLike'),
  endsWith: affix('%', '', 'like'),
  notEndsWith: affix('%', '', 'notLike'),
  substring: affix('%', '%', 'like'),
  notSubstring: affix('%', '%', 'notLike'),
  regexp: text('regexp'),
  notRegexp: text('notRegexp'),
  iRegexp: text('iRegexp'),
  notIRegexp: text('notIRegexp'),
  contains: containment('contains'),
  contained: containment('contained'),
  overlap: containment('overlap'),
  adjacent: containment('adjacent'),
  strictLeft: containment('strictLeft'),
  strictRight: containment('strictRight'),
  noExtendLeft: containment('noExtendLeft'),
  noExtendRight: containment('noExtendRight'),
  anyKeyExists: keys('anyKeyExists'),
  allKeysExist: keys('allKeysExist'),
  match: (left, value, tables) => {
    if (!isFragment(value))
      throw new QueryError(
        `Op.match on ${left.label} takes SQL, e.g. fn('to_tsquery', 'cat & rat'), got ${show(value)}.`,
      )
    return { kind: 'compare', op: 'match', left: left.expr, right: toExpr(value, tables, tables.clause) }
  },
  any: (left, value, tables) => ({
    kind: 'compare',
    op: '=',
    left: left.expr,
    right: quantify(left, 'any', value, tables, left.type),
  }),
  all: (left, value, tables) => ({
    kind: 'compare',
    op: '=',
    left: left.expr,
    right: quantify(left, 'all', value, tables, left.type),
  }),
  col: (left, value, tables) => ({ kind: 'compare', op: '=', left: left.expr, right: columnOf(left, value, tables) }),
}

/** Operators that Sequelize 6's `where(left, 'operator', right)` takes as text. */
const TEXTS: Readonly<Record<string, OpName>> = {
  '=': 'eq',
  '!=': 'ne',
  '<>': 'ne',
  '>': 'gt',
  '>=': 'gte',
  '<': 'lt',
  '<=': 'lte',
  IS: 'is',
  'IS NOT': 'isNot',
  IN: 'in',
  'NOT IN': 'notIn',
  LIKE: 'like',
  'NOT LIKE': 'notLike',
  ILIKE: 'iLike',
  'NOT ILIKE': 'notILike',
  BETWEEN: 'between',
  'NOT BETWEEN': 'notBetween',
  REGEXP: 'regexp',
  'NOT REGEXP': 'notRegexp',
  '~': 'regexp',
  '!~': 'notRegexp',
  '~*': 'iRegexp',
  '!~*': 'notIRegexp',
  '@>': 'contains',
  '<@': 'contained',
  '&&': 'overlap',
  '@@': 'match',
  '-|-': 'adjacent',
  '<<': 'strictLeft',
  '>>': 'strictRight',
  '&<': 'noExtendRight',
  '&>': 'noExtendLeft',
}
export function operatorNamed(operator: symbol | string): OpName {
  const name = typeof operator === 'symbol' ? opName(operator) : TEXTS[operator.trim().toUpperCase()]
  if (name === undefined || name === 'placeholder')
    throw new QueryError(`${String(operator)} is no operator of conditions. Use the symbols of Op, e.g. Op.gt.`)
  return name
}
