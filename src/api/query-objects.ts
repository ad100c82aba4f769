/**
 * The query interface's functions, triggers and types of enums, which only some engines have (`dialect.routines`): arguments of Sequelize in,
 * one statement out. Elsewhere they throw, or there is nothing to list. Docs: other-topics/query-interface.
 */
import type { ExecOptions } from '../connect/executor.js'
import type { FunctionParam, FunctionVariable, RoutineSyntax } from '../dialect/dialect.js'
import { QueryError } from '../errors/index.js'
import type { TableName } from '../sql/query.js'
import { execution } from '../sync/sync.js'
import { ConstraintInterface } from './query-constraints.js'
import { checked } from './query-interface-options.js'
import type { QueryInterfaceOptions, RuntimeOwner } from './query-tables.js'
import type { TableInput } from './table-attributes.js'
import { tableNamed } from './table-attributes.js'

export interface CreateFunctionOptions extends ExecOptions {
  /** Replaces a function of the same name and parameters. Default false: it is an error if there is one. */
  readonly force?: boolean
  /** PL/pgSQL's variables. */
  readonly variables?: readonly FunctionVariable[]
}
/** A type of an enum, as `pgListEnums` shows it. */
export interface EnumDescription {
  readonly enum_name: string
  readonly enum_value: readonly string[]
}

export class ObjectInterface<Owner extends RuntimeOwner = RuntimeOwner> extends ConstraintInterface<Owner> {
  /**
   * Makes a function: `createFunction('add_one', [{ type: 'integer', name: 'n' }], 'integer', 'plpgsql', 'RETURN n + 1;', ['IMMUTABLE'])`.
   * The body of PL/pgSQL stands between BEGIN and END. A plain name is not quoted, so its case does not count.
   * @throws QueryError when a name, a type, the language or the body is missing; UnsupportedFeatureError on engines other than PostgreSQL.
   */
  async createFunction(
    functionName: string,
    params: readonly FunctionParam[],
    returnType: string,
    language: string,
    body: string,
    optionsArray: readonly string[] = [],
    options: CreateFunctionOptions = {},
  ): Promise<void> {
    options = checked('createFunction', options)
    const syntax = this.#routines('createFunction')
    if (!functionName || !returnType || !language || !body)
      throw new QueryError('createFunction needs a name, the type returned, a language and a body.')
    const { force = false, variables = [] } = options
    await this.send(
      syntax.createFunction({
        name: functionName,
        params: params ?? [],
        returns: returnType,
        language,
        body,
        options: optionsArray ?? [],
        orReplace: force,
        variables,
      }),
      options,
    )
  }
  /** Drops a function; its parameters tell it from others of the name. */
  async dropFunction(
    functionName: string,
    params: readonly FunctionParam[] = [],
    options: ExecOptions = {},
  ): Promise<void> {
    options = checked('dropFunction', options)
    const syntax = this.#routines('dropFunction')
    this.#need(functionName, 'dropFunction needs the name of a function.')
    await this.send(syntax.dropFunction(functionName, params), options)
  }
  async renameFunction(
    oldFunctionName: string,
    params: readonly FunctionParam[],
    newFunctionName: string,
    options: ExecOptions = {},
  ): Promise<void> {
    options = checked('renameFunction', options)
    const syntax = this.#routines('renameFunction')
    this.#need(oldFunctionName && newFunctionName, 'renameFunction needs the present and the new name.')
    await this.send(syntax.renameFunction(oldFunctionName, params ?? [], newFunctionName), options)
  }

  /**
   * Makes a trigger: `createTrigger('Users', 'stamp', 'before', { insert: true, update: ['name'] }, 'stamp_user', [], ['FOR EACH ROW'])`.
   * `timing`: before, after, instead_of, after_constraint. `functionParams`: texts that the function finds in TG_ARGV.
   */
  async createTrigger(
    tableName: TableInput,
    triggerName: string,
    timing: string,
    fireOn: unknown,
    functionName: string,
    functionParams: readonly unknown[] = [],
    optionsArray: readonly string[] = [],
    options: QueryInterfaceOptions = {},
  ): Promise<void> {
    options = checked('createTrigger', options)
    const syntax = this.#routines('createTrigger', 'Send CREATE TRIGGER with sequelize.query.')
    this.#need(triggerName && functionName, 'createTrigger needs the name of the trigger and that of its function.')
    await this.send(
      syntax.createTrigger({
        table: tableNamed(tableName, options.schema),
        name: triggerName,
        timing,
        events: fireOn,
        functionName,
        args: functionParams ?? [],
        options: optionsArray ?? [],
      }),
      options,
    )
  }
  async dropTrigger(tableName: TableInput, triggerName: string, options: QueryInterfaceOptions = {}): Promise<void> {
    options = checked('dropTrigger', options)
    const syntax = this.#routines('dropTrigger', 'Send DROP TRIGGER with sequelize.query.')
    this.#need(triggerName, 'dropTrigger needs the name of a trigger.')
    await this.send(syntax.dropTrigger(tableNamed(tableName, options.schema), triggerName), options)
  }
  async renameTrigger(
    tableName: TableInput,
    oldTriggerName: string,
    newTriggerName: string,
    options: QueryInterfaceOptions = {},
  ): Promise<void> {
    options = checked('renameTrigger', options)
    const syntax = this.#routines('renameTrigger')
    this.#need(oldTriggerName && newTriggerName, 'renameTrigger needs the present and the new name.')
    await this.send(
      syntax.renameTrigger(tableNamed(tableName, options.schema), oldTriggerName, newTriggerName),
      options,
    )
  }

  /**
   * Types of enums of a schema (default: the first of the search path), or the one of a table's column: `[{ enum_name, enum_value }]`. Where
   * enums are no types of their own there are none.
   */
  async pgListEnums(
    table?: TableInput | null,
    attribute?: string | null,
    options: QueryInterfaceOptions = {},
  ): Promise<EnumDescription[]> {
    options = checked('pgListEnums', options)
    return (await this.#enums(table, attribute, options)).map(({ name, members }) => ({
      enum_name: name.name,
      enum_value: members,
    }))
  }
  /** Drops every type of an enum in the schema, all or none. A column that still uses one is an error. */
  async dropAllEnums(options: QueryInterfaceOptions = {}): Promise<void> {
    options = checked('dropAllEnums', options)
    const { routines } = this.dialect
    if (!routines) return
    const enums = await this.#enums(null, null, options)
    await this.runtime.executor.atomic(execution(options), async (transaction) => {
      for (const { name } of enums) await this.send(routines.dropEnum(name, true), { ...options, transaction })
    })
  }
  /** Drops the type of an enum: `dropEnum('enum_Users_state')`. */
  async dropEnum(name: string, options: QueryInterfaceOptions & { readonly ifExists?: boolean } = {}): Promise<void> {
    options = checked('dropEnum', options)
    const syntax = this.#routines('dropEnum')
    this.#need(name, 'dropEnum needs the name of a type.')
    await this.send(syntax.dropEnum({ schema: options.schema ?? null, name }, options.ifExists === true), options)
  }

  async #enums(
    table: TableInput | null | undefined,
    attribute: string | null | undefined,
    options: QueryInterfaceOptions,
  ): Promise<readonly { readonly name: TableName; readonly members: readonly string[] }[]> {
    const { routines } = this.dialect
    if (!routines) return []
    const named = table ? tableNamed(table, options.schema) : null
    const name = named && attribute ? routines.enumName(named, attribute) : null
    const { rows } = await this.reader(options)({
      text: routines.listEnums(named?.schema ?? options.schema ?? null, name),
      params: [],
      mode: 'rows',
    })
    return rows.map(([schema, type, members]) => ({
      name: { schema: String(schema), name: String(type) },
      members: (members ?? []) as readonly string[],
    }))
  }

  #routines(method: string, remedy = ''): RoutineSyntax {
    const { routines } = this.dialect
    if (!routines) throw this.unsupported(method, remedy)
    return routines
  }
  #need(given: unknown, message: string): void {
    if (!given) throw new QueryError(message)
  }
}
