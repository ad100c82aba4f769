// A small database for tests of the read room: models without the API, SQLite in memory, statements recorded.
import type { Association } from '../../../src/association/association.js'
import type { OneKind } from '../../../src/association/index.js'
import { defineAssociation } from '../../../src/association/index.js'
import type { Statement } from '../../../src/connect/driver.js'
import { Executor } from '../../../src/connect/executor.js'
import type { Dialect } from '../../../src/dialect/dialect.js'
import type { Runtime, RuntimeOptions } from '../../../src/dialect/runtime.js'
import { SqliteDialect } from '../../../src/dialect/sqlite/index.js'
import type { ModelClass } from '../../../src/model/definition.js'
import { createDefinition } from '../../../src/model/definition.js'
import { installAttributes, installRelation, ModelState } from '../../../src/model/state.js'
import { count } from '../../../src/read/aggregate.js'
import { findAll } from '../../../src/read/find.js'
import type { FindInput } from '../../../src/read/options.js'
import { planFor, statementOf } from '../../../src/read/plan.js'
import { normaliseFind } from '../../../src/read/request.js'

// biome-ignore lint/suspicious/noExplicitAny: attributes and relations are read by name, as a JavaScript program does
export type Row = ModelState & { readonly [name: string]: any }

export interface Database {
  readonly runtime: Runtime
  readonly statements: Statement[]
  readonly warnings: { readonly code: string; readonly key: string; readonly message: string }[]
  model(name: string, attributes: object, options?: object): ModelClass
  one(kind: OneKind, source: ModelClass, target: ModelClass, options?: object): Association
  run(sql: string): Promise<void>
  find(model: ModelClass, options?: FindInput): Promise<Row[]>
  count(model: ModelClass, options?: FindInput): Promise<unknown>
  /** Text and parameters that a find would send, plain joins or exact ones. */
  sql(model: ModelClass, options?: FindInput, exact?: boolean): string
  params(model: ModelClass, options?: FindInput): readonly unknown[]
}

/** `dialect`: for tests that only print; the database itself is SQLite. */
export function database(options: Partial<RuntimeOptions> = {}, dialect: Dialect = new SqliteDialect()): Database {
  const executor = new Executor({ dialect, connection: { storage: ':memory:' } })
  const statements: Statement[] = []
  const warnings: Database['warnings'] = []
  executor.door = (statement, _kind, _options, send) => {
    statements.push(statement)
    return send()
  }
  const runtime: Runtime = {
    dialect,
    executor,
    options: {
      nullJsonStringification: 'json',
      omitNull: false,
      noTypeValidation: false,
      timezone: '+00:00',
      defaultTimestampPrecision: 6,
      minifyAliases: false,
      ...options,
    } as RuntimeOptions,
    plans: { hits: 0, misses: 0 },
    isProduction: false,
    warn: (code, key, message) => {
      if (!warnings.some((warning) => warning.code === code && warning.key === key))
        warnings.push({ code, key, message })
    },
  }
  const sequelize = {}
  const context = {
    traits: dialect.traits,
    actions: {} as never,
    warn: () => {},
    sequelizeOf: () => sequelize,
    install: (association: Association) => installRelation(association.source, association.as),
    uninstall: () => {},
    pending: [],
  }
  const plan = (model: ModelClass, given: FindInput = {}, exact = false) => {
    const request = normaliseFind(runtime, model, model.modelDefinition.scopes.resolve(given) as FindInput)
    return { request, plan: planFor(request, exact) }
  }
  return {
    runtime,
    statements,
    warnings,
    model(name, attributes, modelOptions = {}) {
      const model = { [name]: class extends ModelState {} }[name] as unknown as ModelClass
      const definition = createDefinition(model, attributes as never, { timestamps: false, ...modelOptions } as never)
      Object.defineProperty(model, 'modelDefinition', { value: definition })
      installAttributes(model)
      return model
    },
    one: (kind, source, target, given = {}) => defineAssociation(kind, source, target, given, context as never),
    async run(sql) {
      for (const text of sql
        .split(';')
        .map((part) => part.trim())
        .filter((part) => part !== ''))
        await executor.execute({ text, params: [], mode: 'run' }, 'write')
      statements.length = 0
    },
    find: (model, given = {}) =>
      findAll(runtime, model, model.modelDefinition.scopes.resolve(given) as FindInput) as Promise<Row[]>,
    count: (model, given = {}) => count(runtime, model, model.modelDefinition.scopes.resolve(given) as FindInput),
    sql: (model, given, exact) => plan(model, given, exact).plan.text,
    params(model, given) {
      const made = plan(model, given)
      return statementOf(made.plan, made.request.values).params
    },
  }
}
