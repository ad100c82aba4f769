/** Random canonical schemas for the property tests: few names, so that two of them overlap in tables, columns and indexes. */
import fc from 'fast-check'
import type {
  ColumnSnapshot,
  ForeignKeySnapshot,
  IndexSnapshot,
  SchemaSnapshot,
  TableSnapshot,
} from '../../src/schema/snapshot.js'
import { columnSnapshot, emptyTable, indexField, indexSnapshot } from '../../src/schema/snapshot.js'

const TABLES = ['users', 'Tasks', 'odd `name"'] as const
const COLUMNS = ['a', 'camelCase', 'select', 'x y'] as const

const column = (name: string): fc.Arbitrary<ColumnSnapshot> =>
  fc
    .record({
      type: fc.constantFrom('INTEGER', 'TEXT', 'VARCHAR(255)', 'REAL', 'TEXT COLLATE NOCASE'),
      nullable: fc.boolean(),
      default: fc.constantFrom(null, '1', "'it''s'", 'CURRENT_TIMESTAMP', "''"),
    })
    .map(({ type, ...parts }) => columnSnapshot(name, type, parts))

const index = (table: string, columns: readonly string[]): fc.Arbitrary<IndexSnapshot> =>
  fc
    .record({
      fields: fc.subarray([...columns], { minLength: 1 }),
      order: fc.constantFrom(null, 'DESC' as const),
      unique: fc.boolean(),
      where: fc.constantFrom(null, null, '`id` > 5'),
      tag: fc.constantFrom('', '2'),
    })
    .map(({ fields, tag, unique, where, ...rest }) =>
      indexSnapshot(
        `${table} ${fields.join(' ')}${tag}`,
        fields.map((name) => indexField(name, rest)),
        { unique, where },
      ),
    )

const foreignKey = (columns: readonly string[], tables: readonly string[]): fc.Arbitrary<ForeignKeySnapshot> =>
  fc
    .record({
      column: fc.constantFrom(...columns),
      table: fc.constantFrom(...tables),
      onDelete: fc.constantFrom('CASCADE' as const, 'SET NULL' as const, 'NO ACTION' as const),
      deferrable: fc.constantFrom(null, 'INITIALLY DEFERRED' as const),
    })
    .map(({ column: name, table, onDelete, deferrable }) => ({
      name: `${name} foreign`,
      columns: [name],
      references: { table: { schema: null, name: table }, columns: ['id'] },
      onDelete,
      onUpdate: 'CASCADE',
      deferrable,
    }))

const table = (name: string, tables: readonly string[]): fc.Arbitrary<TableSnapshot> =>
  fc
    .subarray([...COLUMNS], { minLength: 1 })
    .chain((names) =>
      fc.record({
        columns: fc.tuple(...names.map(column)),
        autoIncrement: fc.boolean(),
        indexes: fc.uniqueArray(index(name, names), { maxLength: 3, selector: (item) => item.name }),
        foreignKeys: fc.uniqueArray(foreignKey(names, tables), { maxLength: 2, selector: (item) => item.columns[0] }),
        checks: fc.constantFrom([], [{ name: 'positive', expression: '`id` > 0' }]),
      }),
    )
    .map(({ columns, autoIncrement, ...rest }) =>
      emptyTable(
        { schema: null, name },
        {
          ...rest,
          columns: [columnSnapshot('id', 'INTEGER', { nullable: false, autoIncrement }), ...columns],
          primaryKey: { name: null, columns: ['id'] },
        },
      ),
    )

/** Schemas whose foreign keys refer to tables of their own. */
export const schemas: fc.Arbitrary<SchemaSnapshot> = fc
  .subarray([...TABLES], { minLength: 1 })
  .chain((names) => fc.tuple(...names.map((name) => table(name, names))))
  .map((tables) => ({ tables }))
