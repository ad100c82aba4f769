// Random models on real servers: what a sync has made, the next one finds as it should be; and so after every change of the models.
import fc from 'fast-check'
import { DataTypes, literal, Op, Sequelize, sql, UnsupportedFeatureError } from 'mortise'
import { expect, test } from 'vitest'
import { describeEngine } from '../../support/databases.js'
import type { Database } from '../../support/untyped.js'

/** More of them by hand: `MORTISE_RUNS=300`. */
const RUNS = Number(process.env.MORTISE_RUNS ?? 8)

type Attribute = Record<string, unknown>

const oddText = fc.constantFrom('', 'x', "it's", 'a\\b', '"', '`', 'ü 日本', '%_', ' led', '0', '1.50', 'NULL', 'now()')
const members = fc
  .uniqueArray(fc.constantFrom('a', 'b', "it's", 'Ü', 'c,d', 'e\\', ' f', 'G'), { minLength: 1, maxLength: 5 })
  .map((values) => values.map((value) => value.trim()))
  .filter((values) => new Set(values.map((value) => value.toLowerCase())).size === values.length)

/** A type and defaults that it takes. */
const kinds: fc.Arbitrary<Attribute> = fc.oneof(
  fc.record({
    type: fc.constantFrom(DataTypes.STRING, DataTypes.STRING(50), DataTypes.STRING.BINARY, DataTypes.CHAR(20)),
    defaultValue: fc.option(oddText, { nil: undefined }),
  }),
  fc.record({
    type: fc.constantFrom(
      DataTypes.INTEGER,
      DataTypes.SMALLINT,
      DataTypes.TINYINT,
      DataTypes.BIGINT,
      DataTypes.INTEGER.UNSIGNED,
      DataTypes.BIGINT.UNSIGNED,
      DataTypes.INTEGER.UNSIGNED.ZEROFILL,
    ),
    defaultValue: fc.option(fc.constantFrom(0, 1, 42, '7'), { nil: undefined }),
  }),
  fc.record({
    type: fc.constantFrom(DataTypes.DECIMAL(10, 2), DataTypes.DECIMAL(20, 0), DataTypes.DECIMAL(30, 10)),
    defaultValue: fc.option(fc.constantFrom(0, '1.5', -2, '99.25', 1e3), { nil: undefined }),
  }),
  fc.record({
    type: fc.constantFrom(DataTypes.FLOAT, DataTypes.DOUBLE, DataTypes.REAL),
    defaultValue: fc.option(fc.constantFrom(0, 1.5, -2.25, 1e10), { nil: undefined }),
  }),
  fc.record({ type: fc.constant(DataTypes.BOOLEAN), defaultValue: fc.option(fc.boolean(), { nil: undefined }) }),
  fc.record({
    type: fc.constantFrom(DataTypes.DATE, DataTypes.DATE(3), DataTypes.DATE(0)),
    defaultValue: fc.option(
      fc.constantFrom(DataTypes.NOW, literal('CURRENT_TIMESTAMP'), sql`CURRENT_TIMESTAMP`, new Date(0)),
      { nil: undefined },
    ),
  }),
  fc.record({
    type: fc.constantFrom(DataTypes.DATEONLY),
    defaultValue: fc.option(fc.constantFrom('2024-02-29', literal('(CURRENT_DATE)')), { nil: undefined }),
  }),
  fc.record({
    type: fc.constantFrom(DataTypes.TIME, DataTypes.TIME(3)),
    defaultValue: fc.option(fc.constantFrom('12:00:00'), { nil: undefined }),
  }),
  fc.record({
    type: fc.constantFrom(DataTypes.TEXT, DataTypes.TEXT('long')),
    defaultValue: fc.option(oddText, { nil: undefined }),
  }),
  fc.record({
    type: fc.constantFrom(DataTypes.JSON),
    defaultValue: fc.option(fc.constantFrom({ a: [1, "it's"] }, []), { nil: undefined }),
  }),
  fc.record({
    type: fc.constantFrom(DataTypes.BLOB, DataTypes.BLOB('long'), DataTypes.GEOMETRY, DataTypes.GEOMETRY('POINT')),
  }),
  fc.record({
    type: fc.constantFrom(DataTypes.UUID),
    defaultValue: fc.option(
      fc.constantFrom(DataTypes.UUIDV1, DataTypes.UUIDV4, '0e2f5b0a-4c2b-4f7a-9d5e-5a3a5f0e7c11'),
      { nil: undefined },
    ),
  }),
  members.chain((values) =>
    fc.record({
      type: fc.constant(DataTypes.ENUM(...values)),
      defaultValue: fc.option(fc.constantFrom(...values), { nil: undefined }),
    }),
  ),
  // Expressions, as a user writes them.
  fc.record({
    type: fc.constant(DataTypes.INTEGER),
    defaultValue: fc.constantFrom(
      literal('(1 + 2 * 3)'),
      literal('(ABS(-5))'),
      literal("(IF(1 < 2 AND 3 <> 4, CHAR_LENGTH('ab'), 0))"),
      literal('((7 - 2) - 1)'),
    ),
  }),
  fc.record({
    type: fc.constant(DataTypes.STRING(60)),
    defaultValue: fc.constantFrom(
      literal("(CONCAT('a', UPPER('b')))"),
      literal("(REPLACE(UUID(), '-', ''))"),
      literal("(CASE WHEN 1 = 1 OR 2 > 3 THEN 'it''s' ELSE 'no' END)"),
    ),
  }),
)
const attribute: fc.Arbitrary<Attribute> = fc
  .tuple(
    kinds,
    fc.record({ allowNull: fc.boolean(), unique: fc.boolean(), comment: fc.option(oddText, { nil: undefined }) }),
  )
  .map(([kind, rest]) => {
    const { key } =
      (kind.type as { key?: string }).key === undefined ? { key: String(kind.type) } : (kind.type as { key: string })
    // Keys over the whole of a large column are not for InnoDB.
    const isLarge = /TEXT|BLOB|JSON|GEOMETRY/.test(key)
    return Object.fromEntries(
      Object.entries({ ...kind, ...rest, unique: rest.unique && !isLarge }).filter(([, value]) => value !== undefined),
    )
  })

interface Model {
  readonly attributes: Record<string, Attribute>
  readonly options: Record<string, unknown>
  readonly parent: boolean
}
const names = ['a', 'B', 'some thing', 'select', 'dé']
const model: fc.Arbitrary<Model> = fc
  .record({
    attributes: fc.dictionary(fc.constantFrom(...names), attribute, { minKeys: 1, maxKeys: 5, noNullPrototype: true }),
    paranoid: fc.boolean(),
    timestamps: fc.boolean(),
    parent: fc.boolean(),
    comment: fc.option(oddText, { nil: undefined }),
    index: fc.option(fc.record({ unique: fc.boolean(), desc: fc.boolean(), where: fc.boolean() }), { nil: undefined }),
  })
  .map(({ attributes, paranoid, timestamps, parent, comment, index }) => {
    const field = Object.keys(attributes)[0]!
    const isLarge = /TEXT|BLOB|JSON|GEOMETRY/.test(String((attributes[field]!.type as { key?: string }).key ?? ''))
    const indexes =
      index === undefined || isLarge
        ? []
        : [
            {
              name: 'one',
              unique: index.unique,
              fields: [{ name: field, order: index.desc ? 'DESC' : 'ASC' }],
              ...(index.unique && index.where && attributes[field] ? { where: { [field]: { [Op.ne]: null } } } : {}),
            },
          ]
    return {
      attributes,
      parent,
      options: { paranoid: paranoid && timestamps, timestamps, indexes, ...(comment === undefined ? {} : { comment }) },
    }
  })

for (const name of ['mariadb', 'mysql']) {
  describeEngine(name, 'random models', (engine) => {
    const define = (db: Database, { attributes, options, parent }: Model): void => {
      const Parent = db.define('Parent', { name: DataTypes.STRING }, { timestamps: false })
      const own = Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, { ...value }]))
      const Child = db.define('Child', own, { ...options })
      if (parent) Parent.hasOne(Child, { foreignKey: 'parentId', as: 'child', onDelete: 'CASCADE' })
    }
    /** Models of their own on the same database. */
    async function within<T>(options: object, make: Model, work: (db: Database) => Promise<T>): Promise<T> {
      const db = engine.script(new Sequelize({ logging: false, ...options } as never))
      try {
        define(db, make)
        return await work(db)
      } finally {
        await db.close()
      }
    }
    /** A change that Mortise does not even send is one that the server would refuse. */
    const expectRefusedByServer = async (db: Database, { message }: Error): Promise<void> => {
      const [, column, table, type] = /cannot change column "(.+)" of "(.+)" from .+ to (.+?): /.exec(message) ?? []
      const text = `ALTER TABLE \`${table}\` MODIFY COLUMN \`${column}\` ${type}`
      await expect(db.query(text), `${message}\n${text}`).rejects.toThrow(/./)
    }
    const plan = async (db: Database): Promise<unknown> =>
      ((await db.sync({ alter: true, drop: true, plan: true })) as unknown as { sql: unknown }).sql

    test('what a sync has made is as it should be, at once and after a change', { timeout: 240_000 }, async () => {
      const options = await engine.options()
      await fc.assert(
        fc.asyncProperty(model, model, async (first, second) => {
          await within(options, first, async (db) => {
            await db.queryInterface.dropAllTables()
            await db.sync()
            expect(await plan(db)).toEqual([])
          })
          await within(options, second, async (db) => {
            const error = await db.sync({ alter: true, drop: true }).then(
              () => null,
              (failure: Error) => failure,
            )
            if (error instanceof UnsupportedFeatureError) return expectRefusedByServer(db, error)
            expect(error).toBeNull()
            expect(await plan(db)).toEqual([])
          })
        }),
        { numRuns: RUNS },
      )
    })

    test('what only the database has is kept when a column changes: ON UPDATE, a collation, invisibility, generated columns', async () => {
      const options = await engine.options()
      const db = engine.script(engine.closing(new Sequelize({ logging: false, ...options } as never)))
      await db.query(
        'CREATE TABLE Notes (id INT PRIMARY KEY AUTO_INCREMENT, seen DATETIME(6) NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6), body VARCHAR(20) COLLATE utf8mb4_bin, hidden INT DEFAULT 5 INVISIBLE, name VARCHAR(20) COLLATE utf8mb4_unicode_520_ci, twice INT GENERATED ALWAYS AS (id_of * 2 + 1) STORED, id_of INT, CHECK (id_of > 0 AND id_of < 100 OR id_of IS NULL))',
      )
      const columns = {
        seen: { type: DataTypes.DATE, defaultValue: literal('CURRENT_TIMESTAMP(6)') },
        body: DataTypes.STRING(20).BINARY,
        hidden: { type: DataTypes.INTEGER, defaultValue: 5 },
        name: DataTypes.STRING(20),
        twice: DataTypes.INTEGER,
        id_of: DataTypes.INTEGER,
      }
      db.define('Note', columns, { timestamps: false })
      expect(((await db.sync({ alter: true, plan: true })) as unknown as { sql: unknown }).sql).toEqual([])
      db.define(
        'Note',
        {
          ...columns,
          seen: { ...columns.seen, comment: 'when' },
          hidden: { ...columns.hidden, comment: 'not seen' },
          name: { type: DataTypes.STRING(40), comment: 'wider' },
        },
        { timestamps: false },
      )
      await db.sync({ alter: true })
      expect(((await db.sync({ alter: true, plan: true })) as unknown as { sql: unknown }).sql).toEqual([])
      const text = Object.values(
        await db.query('SHOW CREATE TABLE Notes', { type: 'SELECT', plain: true }),
      )[1] as string
      expect(text).toMatch(/`seen`.* ON UPDATE CURRENT_TIMESTAMP\(6\) COMMENT 'when'/i)
      expect(text).toMatch(/`hidden`.*INVISIBLE.*'not seen'|`hidden`.*'not seen'.*INVISIBLE/)
      expect(text).toMatch(/`name` varchar\(40\).*utf8mb4_unicode_520_ci/)
      expect(text).toMatch(/`twice`.*GENERATED ALWAYS/)
    })
  })
}
