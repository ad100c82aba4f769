/**
 * The query interface's constraints and foreign key checks. Neighbours: `query-tables` has the tables, `query-interface` the rest.
 */
import type { Connection } from '../connect/driver.js'
import type { ExecOptions } from '../connect/executor.js'
import type { ConstraintCheckingMode } from '../connect/transaction-options.js'
import { QueryError, UnknownConstraintError, UnsupportedFeatureError } from '../errors/index.js'
import { tableKey } from '../schema/snapshot.js'
import { foldOf, withForeignKeys } from '../sync/apply.js'
import { checked, checkedName } from './query-interface-options.js'
import type { QueryInterfaceOptions, RuntimeOwner } from './query-tables.js'
import { TableInterface } from './query-tables.js'
import type { ConstraintDescription, ConstraintOptions, TableInput } from './table-attributes.js'
import { addConstraintChange, constraintsOf, tableNamed } from './table-attributes.js'

export abstract class ConstraintInterface<Owner extends RuntimeOwner = RuntimeOwner> extends TableInterface<Owner> {
  // ---------------------------------------------------------------- constraints
  /** Adds a constraint: `{ type: 'UNIQUE' | 'CHECK' | 'FOREIGN KEY' | 'PRIMARY KEY' | 'DEFAULT', fields, name, where, references, … }`. */
  async addConstraint(name: TableInput, options: ConstraintOptions & QueryInterfaceOptions): Promise<void> {
    options = checked('addConstraint', options)
    if (!options || typeof options !== 'object' || options.type === undefined)
      throw new QueryError(
        'addConstraint needs options with a `type`: CHECK, DEFAULT, FOREIGN KEY, PRIMARY KEY or UNIQUE.',
      )
    await this.alter(tableNamed(name, options.schema), options, (actual) => [
      addConstraintChange(this.runtime, actual, options),
    ])
  }

  /** @throws UnknownConstraintError when there is none of the name, unless `ifExists`. */
  async removeConstraint(
    name: TableInput,
    constraint: string,
    options: QueryInterfaceOptions & { readonly ifExists?: boolean; readonly cascade?: boolean } = {},
  ): Promise<void> {
    options = checked('removeConstraint', options)
    checkedName('removeConstraint', 'a constraint', constraint)
    await this.alter(tableNamed(name, options.schema), options, (actual) => {
      const fold = foldOf(this.dialect)
      const all = constraintsOf(actual)
      const found = all.find(({ description }) => fold(description.constraintName) === fold(constraint))
      if (found) return [found.drop]
      if (options.ifExists) return []
      throw new UnknownConstraintError({
        message: `Table "${tableKey(actual.table)}" has no constraint "${constraint}". It has: ${all.map(({ description }) => description.constraintName).join(', ') || 'none'}.`,
        table: tableKey(actual.table),
        constraint,
      })
    })
  }

  async showConstraints(
    name: TableInput,
    options: QueryInterfaceOptions & {
      readonly constraintName?: string
      readonly columnName?: string
      readonly constraintType?: string
    } = {},
  ): Promise<ConstraintDescription[]> {
    options = checked('showConstraints', options)
    const table = await this.existing(tableNamed(name, options.schema), this.reader(options))
    const { constraintName, columnName, constraintType } = options
    return constraintsOf(table)
      .map((constraint) => constraint.description)
      .filter(
        (each) =>
          (constraintName === undefined || each.constraintName === constraintName) &&
          (columnName === undefined || each.columnNames.includes(columnName)) &&
          (constraintType === undefined || each.constraintType === constraintType.toUpperCase()),
      )
  }
  /** @deprecated v6's name of `showConstraints`. */
  async showConstraint(
    name: TableInput,
    constraint?: string,
    options: QueryInterfaceOptions = {},
  ): Promise<ConstraintDescription[]> {
    return await this.showConstraints(name, {
      ...options,
      ...(constraint !== undefined && { constraintName: constraint }),
    })
  }
  /** @deprecated Use `showConstraints` with `constraintType: 'FOREIGN KEY'`. */
  async getForeignKeyReferencesForTable(
    name: TableInput,
    options: QueryInterfaceOptions = {},
  ): Promise<
    {
      tableName: string
      columnName: string
      constraintName: string
      referencedTableName: string
      referencedColumnName: string
    }[]
  > {
    options = checked('getForeignKeyReferencesForTable', options)
    const keys = await this.showConstraints(name, { ...options, constraintType: 'FOREIGN KEY' })
    return keys.flatMap((key) =>
      key.columnNames.map((columnName, position) => ({
        tableName: key.tableName,
        columnName,
        constraintName: key.constraintName,
        referencedTableName: key.referencedTableName ?? '',
        referencedColumnName: key.referencedColumnNames?.[position] ?? '',
      })),
    )
  }

  /** Puts deferrable constraints off to the end of the transaction (`ConstraintChecking.DEFERRED`) or back (`IMMEDIATE`). Only inside a transaction. */
  async deferConstraints(checking: ConstraintCheckingMode, options: ExecOptions = {}): Promise<void> {
    options = checked('deferConstraints', options)
    const transaction = this.runtime.executor.currentTransaction(options)
    if (!transaction)
      throw new QueryError(
        'deferConstraints has an effect only inside a transaction: give it one (`transaction`), or call it inside sequelize.transaction(…).',
      )
    await transaction.setConstraintChecking(checking)
  }

  /** Runs the callback, on one connection that it is given, while foreign keys are not checked. */
  async withoutForeignKeyChecks<T>(
    optionsOrCallback: ExecOptions | ((connection: Connection) => Promise<T>),
    callback?: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    const [options, run] =
      typeof optionsOrCallback === 'function'
        ? [{}, optionsOrCallback]
        : [checked('withoutForeignKeyChecks', optionsOrCallback), callback]
    if (typeof run !== 'function') throw new QueryError('withoutForeignKeyChecks takes the function to run.')
    if (!this.dialect.foreignKeyChecks)
      throw new UnsupportedFeatureError(`${this.dialect.name} cannot switch foreign key checks off.`)
    this.refuseInsideTransaction(options)
    return await this.runtime.executor.withConnection(
      options,
      async (connection) =>
        await withForeignKeys(
          this.dialect,
          this.reader({ ...options, connection }),
          true,
          async () => await run(connection),
        ),
    )
  }

  /** Switches foreign key checks of a connection. Prefer `withoutForeignKeyChecks`, which switches them back. */
  async unsafeToggleForeignKeyChecks(enable: boolean, options: ExecOptions = {}): Promise<void> {
    options = checked('unsafeToggleForeignKeyChecks', options)
    const checks = this.dialect.foreignKeyChecks
    if (!checks) throw new UnsupportedFeatureError(`${this.dialect.name} cannot switch foreign key checks off.`)
    this.refuseInsideTransaction(options)
    for (const text of enable ? checks.on : checks.off) await this.send(text, options)
  }

  protected refuseInsideTransaction(options: ExecOptions): void {
    if (this.dialect.foreignKeyChecks?.inTransaction || !this.runtime.executor.currentTransaction(options)) return
    throw new QueryError(
      `${this.dialect.name} cannot switch foreign key checks inside a transaction. Do it before the transaction begins.`,
    )
  }
}
