/**
 * `where`, as users write it → one condition, or null for none. Objects, arrays, fragments, operators, JSON paths, `'$a.b$'` and
 * relation filters (`{ profile: { is: null } }`). Invalid shapes throw and name model, attribute and remedy; nothing is guessed.
 * Used by every statement with a condition; `read/operators` has the row of each operator. Docs: querying/operators, querying/json.
 */

import type { Association } from '../association/association.js'
import { inSchemaOf } from '../association/schema.js'
import { isPlainObject } from '../base/freeze.js'
import { suggestion } from '../base/names.js'
import type { Runtime } from '../dialect/runtime.js'
import { QueryError } from '../errors/base.js'
import type { ModelDefinition } from '../model/definition.js'
import type { Expr } from '../sql/expr.js'
import { all, not, param, raw } from '../sql/expr.js'
import { AssociationPath, Attribute, Cast, Group, isFragment, Json, JsonPath, Where } from '../sql/fragments.js'
import type { OpName } from '../sql/op.js'
import { Op, opName } from '../sql/op.js'
import type { PlaceholderValues } from '../sql/placeholders.js'
import { select } from '../sql/query.js'
import type { DataType } from '../types/data-type.js'
import { show } from '../types/data-type.js'
import { DataTypes, normalizeType } from '../types/index.js'
import type { Operand } from './attribute-key.js'
import { isJsonType, resolveAttribute, resolveJsonKey } from './attribute-key.js'
import { toExpr } from './expression.js'
import { spread } from './lists.js'
import { equals, operatorCondition, operatorNamed, undefinedValue, within } from './operators.js'
import { joinSource, keyCondition, stepAlias, visibleRows } from './relation.js'
import type { StatementScope } from './tables.js'
import { Tables } from './tables.js'

/** Tables of a statement with one table: for writes, index conditions and `sql.where` outside of finders. */
export function tablesOf(
  runtime: Runtime,
  model: ModelDefinition | null,
  options: { readonly alias?: string | null; readonly placeholders?: PlaceholderValues } = {},
): Tables {
  const statement: StatementScope = {
    runtime,
    placeholders: options.placeholders ?? NO_PLACEHOLDERS,
    param,
    list: spread,
    condition: normaliseWhere,
    aliasOf: (path) => path,
  }
  return new Tables(statement, model, options.alias ?? null, model?.modelName ?? 'this statement')
}
const NO_PLACEHOLDERS: PlaceholderValues = Object.freeze({})

/** The condition that `where` describes; null: none. */
export function normaliseWhere(where: unknown, tables: Tables): Expr | null {
  if (where === undefined || where === null) return null
  return condition(where, tables)
}

function condition(where: unknown, tables: Tables): Expr | null {
  if (isFragment(where)) return fragmentCondition(where, tables)
  if (Array.isArray(where)) return all(where.map((item) => inner(item, tables)))
  if (isPlainObject(where)) return hash(where, tables)
  throw invalid(where, tables)
}

/** A condition inside another one: nothing is a mistake here, not "no condition". */
function inner(where: unknown, tables: Tables): Expr | null {
  if (where === undefined || where === null)
    throw new QueryError(
      `${show(where)} stands among the conditions of ${tables.subject} in ${tables.clause}. Leave it out.`,
    )
  return condition(where, tables)
}

function invalid(where: unknown, tables: Tables): QueryError {
  const remedy =
    typeof where === 'string'
      ? 'SQL text is written with sql`…` or literal(…)'
      : 'Give an object of attributes, an array of conditions, or SQL'
  return new QueryError(`${show(where)} is no condition for where of ${tables.subject}. ${remedy}.`)
}

function fragmentCondition(where: object, tables: Tables): Expr | null {
  if (where instanceof Where) return whereFragment(where, tables)
  if (where instanceof Group)
    return all(
      where.conditions.map((item) => inner(item, tables)),
      where.op,
    )
  if (where instanceof Json && typeof where.conditionsOrPath !== 'string')
    return condition(where.conditionsOrPath, tables)
  return toExpr(where, tables, tables.clause)
}

function whereFragment({ left, operator, right }: Where, tables: Tables): Expr | null {
  if (operator === undefined) return inner(left, tables)
  const operand = operandOf(left, tables)
  const name = operatorNamed(operator)
  // where(fn(…), { [Op.gt]: 10 }) and where(fn(…), null)
  if (name === 'eq' && (isPlainObject(right) || Array.isArray(right) || right === null))
    return value(operand, right, tables)
  return operation(name, operand, right, tables)
}

function operandOf(left: unknown, tables: Tables): Operand {
  if (left instanceof Attribute) return resolveAttribute(left.attributeName, tables, tables.clause)
  if (left instanceof AssociationPath)
    return resolveAttribute(`$${left.associationPath.join('.')}$.${left.attributeName}`, tables, tables.clause)
  // v6: where(Model.rawAttributes.name, …)
  if (isPlainObject(left)) {
    const name = left.attributeName ?? left.fieldName
    if (typeof name === 'string') return resolveAttribute(name, tables, tables.clause)
  }
  const expr = toExpr(left, tables, tables.clause)
  // What is compared with a piece of JSON is JSON, of whichever of its types the whole is.
  if (left instanceof JsonPath) {
    const whole = operandOf(left.expression, tables)
    return {
      ...whole,
      expr,
      isJson: true,
      type: isJsonType(whole.type) ? whole.type : jsonType(),
    }
  }
  const type = left instanceof Cast && typeof left.type !== 'string' ? normalizeType(left.type) : null
  return {
    expr,
    type,
    label: isFragment(left) ? `an SQL expression (${tables.label})` : show(left),
    isJson: isJsonType(type) || (expr.kind === 'json' && !expr.unquote),
  }
}

let json: DataType | undefined
function jsonType(): DataType {
  json ??= normalizeType(DataTypes.JSON)
  return json
}

// ---------------------------------------------------------------- objects
function hash(where: Record<PropertyKey, unknown>, tables: Tables): Expr | null {
  const keys = Reflect.ownKeys(where)
  if (keys.length === 1) return entry(keys[0]!, where, tables)
  return all(keys.map((key) => entry(key, where, tables)))
}

function entry(key: string | symbol, where: Record<PropertyKey, unknown>, tables: Tables): Expr | null {
  const given = where[key]
  if (typeof key === 'symbol') {
    const name = opName(key)
    if (name === 'and' || name === 'or' || name === 'not') return logic(name, given, tables)
    throw new QueryError(
      name === undefined
        ? `${String(key)} is no operator of where (${tables.label}). Use the symbols of Op.`
        : `Op.${name} needs an attribute: { attribute: { [Op.${name}]: … } } (where of ${tables.subject}).`,
    )
  }
  if (given === undefined)
    throw new QueryError(
      `${tables.clause} of ${tables.subject}: "${key}" is undefined. Leave the attribute out, or use null for IS NULL.`,
    )
  const shape = tables.model?.shape
  if (shape !== undefined && !shape.attributes.has(key) && tables.selected?.has(key) !== true) {
    const association = tables.model!.associations.get(key)
    if (association !== undefined) return relationFilter(association, given, tables)
    if (key.startsWith('$') && !key.includes('$', 1)) throw stringOperator(key, tables)
  }
  return value(resolveAttribute(key, tables, tables.clause), given, tables)
}

const stringOperator = (key: string, tables: Tables): QueryError => {
  const name = key.slice(1)
  return new QueryError(
    opName(Symbol.for(name)) === undefined
      ? `"${key}" in ${tables.clause} of ${tables.subject} is no attribute. An attribute of an include is written '$association.attribute$'.`
      : `"${key}" in ${tables.clause} of ${tables.subject} is text, not an operator. Use [Op.${name}].`,
  )
}

function logic(name: 'and' | 'or' | 'not', given: unknown, tables: Tables): Expr | null {
  if (name === 'not') {
    const expr = inner(given, tables)
    return expr && not(expr)
  }
  if (given === undefined || given === null)
    throw new QueryError(
      `Op.${name} in ${tables.clause} of ${tables.subject} is ${show(given)}. Give an array or an object of conditions.`,
    )
  if (Array.isArray(given))
    return all(
      given.map((item) => inner(item, tables)),
      name,
    )
  if (isPlainObject(given))
    return all(
      Reflect.ownKeys(given).map((key) => entry(key, given, tables)),
      name,
    )
  return inner(given, tables)
}

// ---------------------------------------------------------------- values of one attribute
function value(left: Operand, given: unknown, tables: Tables): Expr | null {
  if (given === null || typeof given !== 'object') {
    if (given === undefined) throw undefinedValue(left, tables)
    return equals(left, given, tables)
  }
  if (isFragment(given))
    return given instanceof Group ? perValue(given.op, left, given.conditions, tables) : equals(left, given, tables)
  if (Array.isArray(given))
    return left.type?.key === 'ARRAY' || left.type?.key === 'RANGE'
      ? equals(left, given, tables)
      : within(left, given, tables)
  return isPlainObject(given) ? operators(left, given, tables) : equals(left, given, tables)
}

/** Types whose values are plain objects. */
const OBJECT_KEYS = new Set(['GEOMETRY', 'GEOGRAPHY', 'HSTORE', 'RANGE'])

function operators(left: Operand, given: Record<PropertyKey, unknown>, tables: Tables): Expr | null {
  const keys = Reflect.ownKeys(given)
  if (keys.length === 0 && !(left.type !== null && OBJECT_KEYS.has(left.type.key)))
    throw new QueryError(
      `${left.label} is compared with an empty object in ${tables.clause}, which says nothing. Leave the attribute out, or give a value or operators${left.isJson ? '; { [Op.eq]: {} } asks for the empty object' : ''}.`,
    )
  const hasSymbols = keys.some((key) => typeof key === 'symbol')
  if (!hasSymbols && !left.isJson) {
    if (left.type !== null && OBJECT_KEYS.has(left.type.key) && keys.length > 0) return equals(left, given, tables)
    const key = keys[0] as string | undefined
    const name = key?.replace(/^\$/, '') ?? ''
    throw new QueryError(
      key === undefined
        ? `${left.label} is compared with an empty object in ${tables.clause}.`
        : opName(Symbol.for(name)) !== undefined
          ? `"${key}" on ${left.label} is text, not an operator. Use [Op.${name}].`
          : `${left.label} is compared with an object (key "${key}") in ${tables.clause}, but it is not JSON. Use operators: { [Op.gt]: … }.`,
    )
  }
  return all(
    keys.map((key) => {
      const part = given[key]
      if (typeof key === 'string') {
        if (!left.isJson) throw new QueryError(`"${key}" on ${left.label} is no operator. Use the symbols of Op.`)
        const nested = resolveJsonKey(key, left)
        if (part === undefined) throw undefinedValue(nested, tables)
        return value(nested, part, tables)
      }
      const name = opName(key)
      if (name === undefined)
        throw new QueryError(
          `${String(key)} on ${left.label} is no operator of ${tables.clause}. Use the symbols of Op.`,
        )
      return operation(name, left, part, tables)
    }),
  )
}

function operation(name: OpName, left: Operand, given: unknown, tables: Tables): Expr | null {
  if (given === undefined) throw undefinedValue(left, tables, name)
  if (name === 'and' || name === 'or') return perValue(name, left, given, tables)
  if (name === 'not') {
    // Compat: v7 always negates the whole condition; v6 chose by the value.
    const expr = value(left, given, tables)
    if (expr?.kind === 'is' && !expr.negated) return { ...expr, negated: true }
    return expr && not(expr)
  }
  const expr = operatorCondition(name, left, given, tables)
  if (expr === undefined) throw new QueryError(`Op.${name} on ${left.label} cannot be used in ${tables.clause}.`)
  return expr
}

/** `{ rank: { [Op.or]: [1, 2] } }`, `{ rank: { [Op.or]: { [Op.lt]: 1, [Op.eq]: null } } }`. */
function perValue(op: 'and' | 'or', left: Operand, given: unknown, tables: Tables): Expr | null {
  if (Array.isArray(given))
    return all(
      given.map((item) => value(left, item, tables)),
      op,
    )
  if (isPlainObject(given))
    return all(
      Reflect.ownKeys(given).map((key) => operators(left, { [key]: given[key] }, tables)),
      op,
    )
  return value(left, given, tables)
}

// ---------------------------------------------------------------- relation filters
const RELATION_SYNTAX = '{ is: null }, { is: { … } }, { isNot: null } or { isNot: { … } }'
const MANY_SYNTAX = '{ some: { … } }, { none: { … } } or { every: { … } }'

/** `{ profile: { is: null } }` → NOT EXISTS, `{ profile: { is: { bio: 'x' } } }` → EXISTS. No include is needed. */
function relationFilter(association: Association, given: unknown, tables: Tables): Expr | null {
  const name = `${tables.label}.${association.as}`
  if (given === null) return exists(association, null, true, tables)
  if (!isPlainObject(given))
    throw new QueryError(
      `"${association.as}" in ${tables.clause} of ${tables.subject} is an association. Write ${association.cardinality === 'many' ? MANY_SYNTAX : RELATION_SYNTAX}.`,
    )
  if (association.cardinality === 'many') return manyFilter(association, given, tables)
  const keys = Reflect.ownKeys(given)
  if (keys.length === 0) throw new QueryError(`The filter on ${name} is empty. Write ${RELATION_SYNTAX}.`)
  return all(
    keys.map((key) => {
      const part = given[key as string]
      const negated = key === 'isNot' || key === Op.isNot || key === Op.ne || key === Op.not
      if (!negated && key !== 'is' && key !== Op.is && key !== Op.eq) {
        throw new QueryError(
          `${String(key)} is no filter on the association ${name}.${typeof key === 'string' ? suggestion(key, ['is', 'isNot']) : ''} Write ${RELATION_SYNTAX}.`,
        )
      }
      if (part === undefined)
        throw new QueryError(`The filter "${String(key)}" on ${name} is undefined. Use null for "has none".`)
      // "is null" and "is not {…}" both ask that no such row exists.
      return exists(association, part, (part === null) !== negated, tables)
    }),
  )
}

/** `{ tasks: { some: { … } } }`: one at least; `none`: not one; `every`: no other. Without conditions (`{}`) `some` asks for any row. */
function manyFilter(association: Association, given: Record<PropertyKey, unknown>, tables: Tables): Expr | null {
  const name = `${tables.label}.${association.as}`
  const keys = Reflect.ownKeys(given)
  if (keys.length === 0) throw new QueryError(`The filter on ${name} is empty. Write ${MANY_SYNTAX}.`)
  return all(
    keys.map((key) => {
      if (key !== 'some' && key !== 'none' && key !== 'every')
        throw new QueryError(
          `${String(key)} is no filter on the association ${name}, which has many rows.${typeof key === 'string' ? suggestion(key, ['some', 'none', 'every']) : ''} Write ${MANY_SYNTAX}.`,
        )
      const part = given[key]
      if (part === undefined || part === null)
        throw new QueryError(
          `The filter "${key}" on ${name} is ${part}. Give conditions on its rows, or {} for any row.`,
        )
      return exists(association, part, key !== 'some', tables, key === 'every')
    }),
  )
}

/** `otherwise`: a row for which the condition does not hold. */
function exists(association: Association, where: unknown, negated: boolean, tables: Tables, otherwise = false): Expr {
  const source = tables.model!
  const steps = association.joinSteps().map((step) => ({ ...step, model: inSchemaOf(step.model, source) }))
  const last = steps.length - 1
  // Inside EXISTS the alias may hide the one of an include of the same name: nothing in it refers to that.
  const outer = tables.alias ?? source.table.name
  const path = `${outer}->${association.as}`
  const aliases = steps.map((step, at) => tables.statement.aliasOf(at === last ? path : stepAlias(path, step)))
  const targetTables = (at: number): Tables =>
    new Tables(
      tables.statement,
      steps[at]!.model.modelDefinition,
      aliases[at]!,
      `${tables.label}.${association.as}`,
      tables,
    )
  const conditions: (Expr | null)[] = []
  for (const [at, step] of steps.entries()) {
    const owner = at === 0 ? source : steps[at - 1]!.model.modelDefinition
    conditions.push(keyCondition(step, owner, at === 0 ? outer : aliases[at - 1]!, aliases[at]!))
    if (step.scope) conditions.push(normaliseWhere(step.scope, targetTables(at)))
    conditions.push(visibleRows(step.model.modelDefinition, aliases[at]!))
  }
  const asked = where === null ? null : inner(where, targetTables(last))
  if (otherwise && asked === null) return raw('(1 = 1)')
  conditions.push(otherwise ? { kind: 'is', left: asked!, right: raw('TRUE'), negated: true } : asked)
  const sources = steps.map((step, at) => joinSource(step.model.modelDefinition, aliases[at]!))
  return {
    kind: 'exists',
    negated,
    select: select({
      columns: [{ expr: raw('1'), alias: null }],
      from: sources[0]!,
      joins: sources.slice(1).map((source) => ({ kind: 'join', type: 'cross', source, on: null })),
      where: all(conditions),
    }),
  }
}
