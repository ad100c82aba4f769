/**
 * Constraint violations in the words of the model: a database tells columns, a program knows attributes. An error of the executor comes
 * in, the same kind of error with attribute names, values and the message of the user's index goes out.
 */
import { shorten } from '../base/names.js'
import { UniqueConstraintError, ValidationErrorItem } from '../errors/validation.js'
import type { ModelDefinition } from '../model/definition.js'
import { fieldName } from '../model/indexes.js'

/** `valueOf`: the value that was to be written, where one row is known. */
export function explain(
  error: unknown,
  definition: ModelDefinition,
  instance: object | null,
  valueOf: (attribute: string) => unknown,
): unknown {
  if (!(error instanceof UniqueConstraintError)) return error
  const { byColumn, attributes, primaryKey } = definition.shape
  const { constraint } = error
  // Some engines tell the name of the key alone.
  const names = Object.keys(error.fields)
    .filter((column) => column !== constraint || byColumn.has(column))
    .map((column) => byColumn.get(column)?.attributeName ?? column)
  if (names.length === 0 && constraint === null) return error
  const index = definition
    .getIndexes()
    .find(
      (candidate) =>
        candidate.unique === true &&
        (isNamed(candidate.name, constraint) || sameFields(candidate.fields, names, definition)),
    )
  const covered =
    names.length > 0
      ? names
      : index === undefined && constraint === 'PRIMARY'
        ? primaryKey.map((attribute) => attribute.attributeName)
        : ((index?.fields ?? [])
            .map((field) => fieldName(field))
            .map((name) => (name === null ? null : (byColumn.get(name)?.attributeName ?? name)))
            .filter((name) => name !== null && attributes.has(name)) as string[])
  if (covered.length === 0 && names.length === 0 && Object.keys(error.fields).length > 0) return error
  const fields: Record<string, unknown> = {}
  for (const name of covered) fields[name] = valueOf(name) ?? error.fields[attributes.get(name)?.columnName ?? name]
  const items = covered.map(
    (name) =>
      new ValidationErrorItem(
        index?.msg ?? `${name} must be unique`,
        'unique violation',
        name,
        stringly(fields[name]),
        instance,
        'not_unique',
      ),
  )
  return new UniqueConstraintError({
    message: index?.msg ?? error.message,
    errors: items,
    fields,
    table: error.table ?? definition.table.name,
    constraint: error.constraint,
    cause: error.cause,
    sql: error.sql,
  })
}

/** Names that are too long for the engine are shortened when the index is made. */
const isNamed = (name: string, constraint: string | null): boolean =>
  constraint !== null && (name === constraint || (name.length > 60 && shorten(name, constraint.length) === constraint))

const stringly = (value: unknown): unknown => (value === undefined ? null : value)

function sameFields(fields: readonly unknown[], names: readonly string[], definition: ModelDefinition): boolean {
  if (fields.length !== names.length) return false
  const { byColumn } = definition.shape
  return fields.every((field) => {
    const name = fieldName(field as never)
    return name !== null && names.includes(byColumn.get(name)?.attributeName ?? name)
  })
}

/** Runs a write and explains what it throws. */
export async function explained<T>(
  work: Promise<T>,
  definition: ModelDefinition,
  instance: object | null,
  valueOf: (attribute: string) => unknown,
): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw explain(error, definition, instance, valueOf)
  }
}
