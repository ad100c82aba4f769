/**
 * The tables that an expression may refer to: a model under its alias, and the included associations below it. `read/where`,
 * `read/expression` and `read/order` resolve names against it; `read/request` (statements that read) and the write room make it.
 */
import { suggestion } from '../base/names.js'
import type { Runtime } from '../dialect/runtime.js'
import { QueryError } from '../errors/base.js'
import type { Attribute } from '../model/attribute.js'
import type { ModelDefinition } from '../model/definition.js'
import type { Expr } from '../sql/expr.js'
import type { PlaceholderValues } from '../sql/placeholders.js'
import type { DataType } from '../types/data-type.js'

/** What is the same for a whole statement. */
export interface StatementScope {
  readonly runtime: Runtime
  /** Values for `?`, `:name` and `$name` in SQL that users wrote. */
  readonly placeholders: PlaceholderValues
  /** Makes a parameter of a value. */
  param(value: unknown, type: DataType | null): Expr
  /** Makes so many parameters of a list of values, see `read/lists`. */
  list(values: readonly unknown[], type: DataType, places: number): readonly Expr[]
  /** Conditions inside fragments and relation filters: `normaliseWhere`, handed in because `read/expression` stands below it. */
  condition(where: unknown, tables: Tables): Expr | null
  /** Alias in the statement of a path such as `profile->address`; differs from the path only where it was shortened. */
  aliasOf(path: string): string
}

export class Tables {
  /** @param follow The tables as seen from an included association; null: not included. */
  constructor(
    readonly statement: StatementScope,
    readonly model: ModelDefinition | null,
    /** Alias of the model's table; null: columns stand alone. */
    readonly alias: string | null,
    /** For messages: `User`, `User.profile`. */
    readonly label: string,
    readonly parent: Tables | null = null,
    readonly follow: (association: string) => Tables | null = () => null,
    /** Aliases of SELECT that ORDER BY, GROUP BY and HAVING may name. */
    readonly selected: ReadonlyMap<string, Expr> | null = null,
    /** What the conditions stand in, for messages. */
    readonly clause: 'where' | 'having' = 'where',
  ) {}

  /** The model as messages name it: `User`, or of an include `Profile (User.profile)`. */
  get subject(): string {
    return this.parent === null || this.model === null ? this.label : `${this.model.modelName} (${this.label})`
  }

  /** One of its attributes as messages name it: `User.name`, `Profile.bio (User.profile)`. */
  labelOf(name: string): string {
    return this.parent === null || this.model === null
      ? `${this.label}.${name}`
      : `${this.model.modelName}.${name} (${this.label})`
  }

  get root(): Tables {
    return this.parent?.root ?? this
  }
}

/** An attribute by its name, or by its column's name; virtual ones are refused. Undefined: there is none. */
export function findAttribute(tables: Tables, name: string, use: string): Attribute | undefined {
  const shape = tables.model?.shape
  if (!shape) return undefined
  const attribute = shape.attributes.get(name) ?? shape.byColumn.get(name)
  if (attribute?.isVirtual)
    throw new QueryError(
      `Attribute "${name}" of ${tables.subject} is virtual: it has no column, and cannot be used in ${use}.`,
    )
  return attribute
}

export function unknownAttribute(tables: Tables, name: string, use: string): QueryError {
  const shape = tables.model?.shape
  if (!shape)
    return new QueryError(
      `"${name}" in ${use} is an attribute, but no model is known here. Use sql.identifier for a column.`,
    )
  const head = name.split('.')[0]!
  if (tables.model!.associations.has(head)) {
    const rest = name.slice(head.length + 1)
    return new QueryError(
      rest === ''
        ? `"${name}" in ${use} is an association of ${tables.subject}, not an attribute. ${use === 'where' ? `Filter by it with { ${head}: { is: … } }, or include it and write '$${head}.attribute$'.` : `Name one of its attributes: ['${head}', 'attribute'].`}`
        : `${tables.subject} has no attribute "${name}" (in ${use}). For an attribute of the included association "${head}" write '$${name}$'.`,
    )
  }
  const names = [...shape.attributes.keys()]
  return new QueryError(
    `${tables.subject} has no attribute "${name}" (in ${use}).${suggestion(name, names) || ` It has: ${names.join(', ')}.`}`,
  )
}
