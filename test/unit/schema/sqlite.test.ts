import { beforeEach, describe, expect, it } from 'vitest'
import {
  canonical,
  canonicalDefault,
  canonicalExpression,
  canonicalType,
} from '../../../src/dialect/sqlite/canonical.js'
import { describeTable, introspect, listTables } from '../../../src/dialect/sqlite/introspect.js'
import { readIndex, readTable } from '../../../src/dialect/sqlite/schema-text.js'
import type { Change } from '../../../src/schema/change.js'
import { diff } from '../../../src/schema/diff.js'
import { order } from '../../../src/schema/order.js'
import type { TableSnapshot } from '../../../src/schema/snapshot.js'
import { columnSnapshot as column, emptyTable, indexField, indexSnapshot } from '../../../src/schema/snapshot.js'
import { lower, SqliteSchema } from '../../support/sqlite-schema.js'

const HAND_WRITTEN = `CREATE TABLE "odd ""table""" (
  [id] integer CONSTRAINT "the key" PRIMARY KEY AUTOINCREMENT, -- a comment, with (
  \`na"me\` varchar ( 20 ) NOT NULL DEFAULT 'it''s, (ok)' COLLATE nocase /* another */,
  age int CONSTRAINT grown CHECK (age > (1 + 2)) CHECK(age<200),
  double_age INTEGER GENERATED ALWAYS AS (age * 2) STORED,
  parent integer REFERENCES "odd ""table""",
  "owner a" INT, "owner b" INT DEFAULT (abs(-1)),
  CONSTRAINT "both" UNIQUE (age, \`na"me\`),
  UNIQUE (parent)
  CONSTRAINT fk FOREIGN KEY ("owner a", "owner b") REFERENCES owners (a, b) ON UPDATE SET NULL ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  CHECK (age <> 7)
)`

describe('readTable', () => {
  it('reads what PRAGMAs do not tell, whatever the quoting', () => {
    const text = readTable(HAND_WRITTEN)
    expect(text).toMatchObject({
      autoIncrement: true,
      primaryKeyName: 'the key',
      strict: false,
      withoutRowid: false,
      extras: [],
    })
    expect([...text.collations]).toEqual([['na"me', 'nocase']])
    expect(text.checks).toEqual([
      { name: 'grown', expression: 'age > (1 + 2)' },
      { name: null, expression: 'age<200' },
      { name: null, expression: 'age <> 7' },
    ])
    expect(text.uniques).toEqual([
      { name: 'both', columns: ['age', 'na"me'] },
      { name: null, columns: ['parent'] },
    ])
    expect(text.generated.get('double_age')).toEqual({ expression: 'age * 2', stored: true })
    expect(text.foreignKeys).toEqual([
      {
        name: null,
        columns: ['parent'],
        table: 'odd "table"',
        references: [],
        onDelete: 'NO ACTION',
        onUpdate: 'NO ACTION',
        deferrable: null,
      },
      {
        name: 'fk',
        columns: ['owner a', 'owner b'],
        table: 'owners',
        references: ['a', 'b'],
        onDelete: 'CASCADE',
        onUpdate: 'SET NULL',
        deferrable: 'INITIALLY DEFERRED',
      },
    ])
  })
  it('tells what a picture cannot hold', () => {
    expect(
      readTable('CREATE TABLE t (a INT PRIMARY KEY ON CONFLICT REPLACE, b UNIQUE ON CONFLICT ABORT)').extras,
    ).toEqual(['ON CONFLICT REPLACE'])
    expect(readTable('CREATE VIRTUAL TABLE t USING fts5(a)').extras).toEqual(['a virtual table'])
    expect(readTable('CREATE TABLE t (a INT, PRIMARY KEY (a DESC)) WITHOUT ROWID, STRICT')).toMatchObject({
      extras: ['a descending key'],
      withoutRowid: true,
      strict: true,
    })
  })
  it('reads fields and condition of an index', () => {
    expect(
      readIndex(
        'CREATE UNIQUE INDEX IF NOT EXISTS "i" ON t (a, "B" COLLATE nocase DESC, lower( c ), (a + c)) WHERE a IS NOT NULL',
        ['a', 'b', 'c'],
      ),
    ).toEqual({
      fields: [
        { name: 'a', expression: false, collate: null, order: null },
        { name: 'b', expression: false, collate: 'nocase', order: 'DESC' },
        { name: 'lower( c )', expression: true, collate: null, order: null },
        { name: 'a + c', expression: true, collate: null, order: null },
      ],
      where: 'a IS NOT NULL',
    })
  })
})

describe('canonical', () => {
  it('gives types one spelling', () => {
    expect(canonicalType('varchar ( 20 )')).toBe('VARCHAR(20)')
    expect(canonicalType('decimal(10, 2) unsigned')).toBe('DECIMAL(10,2) UNSIGNED')
    expect(canonicalType('TEXT  collate Binary')).toBe('TEXT')
    expect(canonicalType('text collate nocase')).toBe('TEXT COLLATE NOCASE')
  })
  it('gives defaults one spelling', () => {
    const to = (text: string, type = 'TEXT'): string | null => canonicalDefault(text, type, ['a'])
    expect([
      to('NULL'),
      to('(1)'),
      to('+1.50'),
      to('-3'),
      to("'it''s'"),
      to('"x"'),
      to('current_timestamp'),
      to('TRUE'),
      to("x'ab'"),
    ]).toEqual([null, '1', '1.5', '-3', "'it''s'", "'x'", 'CURRENT_TIMESTAMP', '1', "X'AB'"])
    expect(to("'3.14'", 'REAL')).toBe('3.14')
    expect(to("'3.14'", 'VARCHAR(20)')).toBe("'3.14'")
    expect(to("datetime( 'now' )")).toBe("(datetime('now'))")
    expect(to('(random())')).toBe('(random())')
    expect(to('12345678901234567890')).toBe('12345678901234567890')
  })
  it('gives expressions one spelling', () => {
    expect(canonicalExpression('"deletedAt"   is null AND lower(NAME)!= \'X y\'', ['deletedAt', 'name'])).toBe(
      "`deletedAt` IS NULL AND lower(`name`) <> 'X y'",
    )
    expect(canonicalExpression('kind = "avatar"', ['kind'])).toBe("`kind` = 'avatar'")
    const once = canonicalExpression('a in (1,2) or b between -1 and 2', ['a', 'b'])
    expect(canonicalExpression(once, ['a', 'b'])).toBe(once)
  })
  it('refuses a counter that is not the key', () => {
    const table = emptyTable(
      { schema: null, name: 't' },
      {
        columns: [column('a', 'INTEGER', { autoIncrement: true }), column('b', 'INTEGER')],
        primaryKey: { name: null, columns: ['a', 'b'] },
      },
    )
    expect(() => canonical({ tables: [table] })).toThrow(/"t"\."a" cannot be autoIncrement/)
  })
})

describe('introspect', () => {
  let sqlite: SqliteSchema
  beforeEach(() => {
    sqlite = new SqliteSchema()
  })

  it('sees a hand-written table as it is, and can write it again', async () => {
    sqlite.db.exec('CREATE TABLE owners (a INT, b INT, PRIMARY KEY (b, a))')
    sqlite.db.exec(HAND_WRITTEN)
    sqlite.db.exec(
      'CREATE INDEX by_name ON "odd ""table""" (lower(`na"me`), age DESC) WHERE age > 1; CREATE UNIQUE INDEX u ON owners (a); CREATE VIEW v AS SELECT 1',
    )
    const picture = await introspect(sqlite.run)
    expect(picture.tables.map((table) => table.table.name)).toEqual(['owners', 'odd "table"'])
    const table = picture.tables[1]!
    expect(picture.tables[0]).toMatchObject({ primaryKey: { columns: ['b', 'a'] }, referencedBy: ['odd "table"'] })
    expect(table).toMatchObject({
      primaryKey: { name: 'the key', columns: ['id'] },
      checks: [
        { name: 'grown', expression: '`age` > (1 + 2)' },
        { name: null, expression: '`age` < 200' },
        { name: null, expression: '`age` <> 7' },
      ],
      referencedBy: ['odd "table"'],
    })
    expect(table.columns).toEqual([
      column('id', 'INTEGER', { nullable: false, autoIncrement: true, generated: null, enumValues: null }),
      column('na"me', 'VARCHAR(20) COLLATE NOCASE', {
        nullable: false,
        default: "'it''s, (ok)'",
        generated: null,
        enumValues: null,
      }),
      column('age', 'INT', { generated: null, enumValues: null }),
      column('double_age', 'INTEGER', { generated: { expression: '`age` * 2', stored: true }, enumValues: null }),
      column('parent', 'INTEGER', { generated: null, enumValues: null }),
      column('owner a', 'INT', { generated: null, enumValues: null }),
      column('owner b', 'INT', { default: '(abs(- 1))', generated: null, enumValues: null }),
    ])
    expect(table.foreignKeys[0]).toMatchObject({
      columns: ['parent'],
      references: { table: { name: 'odd "table"' }, columns: ['id'] },
    })
    expect(
      table.indexes.map((index) => [
        index.name,
        index.unique,
        index.constraint,
        index.fields.map((field) => field.name),
        index.where,
      ]),
    ).toEqual([
      ['both', true, true, ['age', 'na"me'], null],
      ['sqlite_autoindex_odd "table"_2', true, true, ['parent'], null],
      ['by_name', false, false, ['lower(`na"me`)', 'age'], '`age` > 1'],
    ])

    const copy = new SqliteSchema()
    await copy.apply(picture.tables.map((each): Change => ({ kind: 'create-table', table: each })))
    const again = await introspect(copy.run)
    expect(diff(again, picture, { dropColumns: true, dropConstraints: true })).toEqual([])
    expect(diff(picture, again, { dropColumns: true, dropConstraints: true })).toEqual([])
  })

  it('finds only the tables asked for, whatever their case, under the name asked for', async () => {
    sqlite.db.exec(
      'CREATE TABLE Users (id INTEGER PRIMARY KEY); CREATE TABLE tasks (id INTEGER PRIMARY KEY, u INT REFERENCES users); CREATE TABLE "s.t" (id INT)',
    )
    const picture = await introspect(sqlite.run, [
      { schema: null, name: 'users' },
      { schema: 's', name: 't' },
      { schema: null, name: 'missing' },
    ])
    expect(picture.tables.map((table) => table.table.name)).toEqual(['users', 's.t'])
    expect(picture.tables[0]!.referencedBy).toEqual(['tasks'])
    expect(await listTables(sqlite.run)).toEqual([
      { schema: null, name: 'Users' },
      { schema: null, name: 's.t' },
      { schema: null, name: 'tasks' },
    ])
    expect(await listTables(sqlite.run, 's')).toEqual([{ schema: 's', name: 't' }])
  })

  it('describes a table as Sequelize does', async () => {
    sqlite.db.exec(
      "CREATE TABLE p (id INTEGER PRIMARY KEY AUTOINCREMENT, email varchar(255) NOT NULL UNIQUE DEFAULT 'a''b', n INT DEFAULT 3, o INT REFERENCES p (id))",
    )
    const [table] = (await introspect(sqlite.run)).tables
    expect(describeTable(table!)).toEqual({
      id: {
        type: 'INTEGER',
        allowNull: false,
        defaultValue: null,
        primaryKey: true,
        unique: false,
        autoIncrement: true,
        comment: null,
      },
      email: {
        type: 'VARCHAR(255)',
        allowNull: false,
        defaultValue: "a'b",
        primaryKey: false,
        unique: true,
        autoIncrement: false,
        comment: null,
      },
      n: {
        type: 'INT',
        allowNull: true,
        defaultValue: '3',
        primaryKey: false,
        unique: false,
        autoIncrement: false,
        comment: null,
      },
      o: {
        type: 'INT',
        allowNull: true,
        defaultValue: null,
        primaryKey: false,
        unique: false,
        autoIncrement: false,
        comment: null,
        references: { table: 'p', key: 'id' },
      },
    })
  })
})

describe('changes on SQLite', () => {
  let sqlite: SqliteSchema
  beforeEach(() => {
    sqlite = new SqliteSchema()
    sqlite.db.exec(`
      CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, code VARCHAR(20) UNIQUE);
      CREATE TABLE tasks (id INTEGER PRIMARY KEY, user_id INTEGER CONSTRAINT fk REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE, title TEXT);
      CREATE TABLE log (what TEXT);
      CREATE INDEX by_name ON users (name);
      CREATE TRIGGER t AFTER INSERT ON users BEGIN INSERT INTO log VALUES (new.name); END;
      CREATE TRIGGER elsewhere AFTER INSERT ON log BEGIN UPDATE users SET name = 'seen' WHERE id = 0; END;
      CREATE VIEW names AS SELECT name FROM users;
      INSERT INTO users (id, name, code) VALUES (1, 'Ann', 'a'), (2, 'Bob', 'b'), (9, 'gone', 'c');
      DELETE FROM users WHERE id = 9;
      INSERT INTO tasks VALUES (1, 1, 'x'), (2, 2, 'y'), (3, NULL, 'z');
    `)
  })
  const desired = async (
    change: (table: TableSnapshot) => TableSnapshot,
    name = 'users',
  ): Promise<readonly Change[]> => {
    const actual = await introspect(sqlite.run)
    const wanted = canonical({ tables: actual.tables.filter((table) => table.table.name === name).map(change) })
    return order(diff(actual, wanted, { dropColumns: true, dropConstraints: true, fold: lower }), actual, {
      forwardReferences: true,
      fold: lower,
    })
  }
  const rows = (sql: string): unknown => sqlite.db.prepare(sql).raw(true).all()

  it('C20: a rebuild of a parent keeps rows, children, indexes, triggers, views and the counter', async () => {
    const sent = await sqlite.apply(
      await desired((table) => ({
        ...table,
        columns: table.columns.map((each) =>
          each.name === 'name' ? { ...each, nullable: false, type: 'VARCHAR(50)' } : each,
        ),
      })),
    )
    expect(sent).toContain('DROP TABLE `users`')
    expect(rows('SELECT * FROM users')).toEqual([
      [1, 'Ann', 'a'],
      [2, 'Bob', 'b'],
    ])
    expect(rows('SELECT * FROM tasks')).toEqual([
      [1, 1, 'x'],
      [2, 2, 'y'],
      [3, null, 'z'],
    ])
    expect(rows("SELECT seq FROM sqlite_sequence WHERE name = 'users'")).toEqual([[9]])
    expect(rows("SELECT name, tbl_name FROM sqlite_master WHERE type <> 'table' ORDER BY name")).toEqual([
      ['by_name', 'users'],
      ['elsewhere', 'log'],
      ['names', 'names'],
      ['sqlite_autoindex_users_1', 'users'],
      ['t', 'users'],
    ])
    expect(rows("SELECT sql FROM sqlite_master WHERE name = 'tasks'")).toEqual([
      [
        'CREATE TABLE tasks (id INTEGER PRIMARY KEY, user_id INTEGER CONSTRAINT fk REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE, title TEXT)',
      ],
    ])
    expect(rows('SELECT name FROM names')).toEqual([['Ann'], ['Bob']])
    sqlite.db.exec("INSERT INTO users (name) VALUES ('Cid')")
    expect(rows('SELECT max(id) FROM users')).toEqual([[10]])
    expect(rows('SELECT what FROM log')).toContainEqual(['Cid'])
    expect(await sqlite.apply(await desired((table) => table))).toEqual([])
    expect(() => sqlite.db.exec('INSERT INTO users (id) VALUES (11)')).toThrow(/NOT NULL constraint failed: users.name/)
  })

  it('uses ALTER TABLE where it suffices', async () => {
    expect(
      await sqlite.apply(
        await desired((table) => ({
          ...table,
          columns: [
            ...table.columns,
            column('age', 'INTEGER', { nullable: false, default: '3' }),
            column('note', 'TEXT'),
          ],
        })),
      ),
    ).toEqual([
      'ALTER TABLE `users` ADD COLUMN `age` INTEGER NOT NULL DEFAULT 3',
      'ALTER TABLE `users` ADD COLUMN `note` TEXT',
    ])
    expect(
      await sqlite.apply([{ kind: 'drop-column', table: { schema: null, name: 'tasks' }, column: 'title' }]),
    ).toEqual(['ALTER TABLE `tasks` DROP COLUMN `title`'])
    expect(rows('SELECT * FROM tasks')).toEqual([
      [1, 1],
      [2, 2],
      [3, null],
    ])
    expect(
      await sqlite.apply([
        { kind: 'rename-column', table: { schema: null, name: 'users' }, column: 'id', to: 'number' },
      ]),
    ).toEqual(['ALTER TABLE `users` RENAME COLUMN `id` TO `number`'])
    expect(
      (await introspect(sqlite.run)).tables.find((table) => table.table.name === 'tasks')!.foreignKeys[0]!.references
        .columns,
    ).toEqual(['number'])
  })

  it('000-12, 000-13: adds a column with its named foreign key and its index in place', async () => {
    const foreignKey = {
      name: 'log_user_foreign_idx',
      columns: ['user'],
      references: { table: { schema: null, name: 'users' }, columns: ['id'] },
      onDelete: 'SET NULL',
      onUpdate: 'CASCADE',
      deferrable: null,
    } as const
    const changes = await desired(
      (table) => ({
        ...table,
        columns: [...table.columns, column('user', 'INTEGER')],
        foreignKeys: [foreignKey],
        indexes: [indexSnapshot('log_user', ['user'])],
      }),
      'log',
    )
    expect(await sqlite.apply(changes)).toEqual([
      'ALTER TABLE `log` ADD COLUMN `user` INTEGER CONSTRAINT `log_user_foreign_idx` REFERENCES `users` (`id`) ON DELETE SET NULL ON UPDATE CASCADE',
      'CREATE INDEX `log_user` ON `log` (`user`)',
    ])
    expect((await introspect(sqlite.run, [{ schema: null, name: 'log' }])).tables[0]!.foreignKeys).toEqual([foreignKey])
  })

  it('changes the actions of a foreign key and keeps the rows', async () => {
    await sqlite.apply(
      await desired(
        (table) => ({ ...table, foreignKeys: table.foreignKeys.map((key) => ({ ...key, onDelete: 'SET NULL' })) }),
        'tasks',
      ),
    )
    sqlite.db.exec('DELETE FROM users WHERE id = 1')
    expect(rows('SELECT * FROM tasks')).toEqual([
      [1, null, 'x'],
      [2, 2, 'y'],
      [3, null, 'z'],
    ])
  })

  it('refuses a foreign key that rows do not meet, and changes nothing', async () => {
    sqlite.db.exec("INSERT INTO log VALUES ('77')")
    const before = rows('SELECT sql FROM sqlite_master')
    const foreignKey = {
      name: null,
      columns: ['what'],
      references: { table: { schema: null, name: 'users' }, columns: ['id'] },
      onDelete: 'CASCADE',
      onUpdate: 'CASCADE',
      deferrable: null,
    } as const
    const changes = await desired((table) => ({ ...table, foreignKeys: [foreignKey] }), 'log')
    await expect(sqlite.apply(changes)).rejects.toThrow(
      /Rows of "log" would refer to rows that do not exist.*\["log","users",4\]/,
    )
    expect(rows('SELECT sql FROM sqlite_master')).toEqual(before)
  })

  it('refuses to write a table anew that has more than a picture holds', async () => {
    sqlite.db.exec('CREATE TABLE odd (a INT UNIQUE ON CONFLICT REPLACE, b TEXT)')
    const changes = await desired(
      (table) => ({ ...table, columns: table.columns.map((each) => ({ ...each, type: 'TEXT' })) }),
      'odd',
    )
    await expect(sqlite.apply(changes)).rejects.toThrow(/"odd" has ON CONFLICT REPLACE/)
  })

  it('P74: drops tables that refer to each other in a circle, one statement each', async () => {
    sqlite.db.exec(
      'CREATE TABLE a (id INTEGER PRIMARY KEY, b INT NOT NULL REFERENCES b DEFERRABLE INITIALLY DEFERRED); CREATE TABLE b (id INTEGER PRIMARY KEY, c INT NOT NULL REFERENCES c); CREATE TABLE c (id INTEGER PRIMARY KEY, a INT NOT NULL REFERENCES a, self INT REFERENCES c ON DELETE RESTRICT)',
    )
    sqlite.db.exec(
      'BEGIN; PRAGMA defer_foreign_keys = ON; INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (1, 1); INSERT INTO c VALUES (1, 1, 1); COMMIT',
    )
    const actual = await introspect(sqlite.run)
    const drops = ['a', 'b', 'c'].map(
      (name): Change => ({ kind: 'drop-table', table: { schema: null, name }, cascade: true, ifExists: true }),
    )
    const sent = await sqlite.apply(order(drops, actual, { forwardReferences: true, fold: lower }))
    expect([...sent].sort()).toEqual([
      'DROP TABLE IF EXISTS `a`',
      'DROP TABLE IF EXISTS `b`',
      'DROP TABLE IF EXISTS `c`',
    ])
  })

  it('a rebuild keeps generated columns, STRICT, WITHOUT ROWID, expression indexes and defaults', async () => {
    sqlite.db.exec(`
      CREATE TABLE g (a INTEGER NOT NULL, b TEXT DEFAULT (lower('X')), twice INTEGER AS (a * 2) STORED, word TEXT GENERATED ALWAYS AS (b || '!') VIRTUAL, PRIMARY KEY (a, b)) STRICT, WITHOUT ROWID;
      CREATE UNIQUE INDEX "e" ON g (lower(b), twice DESC) WHERE a > 0;
      INSERT INTO g (a) VALUES (1), (2);
    `)
    const changes = await desired(
      (table) => ({
        ...table,
        columns: table.columns.map((each) => (each.name === 'b' ? { ...each, default: "'y'" } : each)),
      }),
      'g',
    )
    expect((await sqlite.apply(changes)).some((text) => text.startsWith('DROP TABLE'))).toBe(true)
    sqlite.db.exec('INSERT INTO g (a) VALUES (3)')
    expect(rows('SELECT * FROM g')).toEqual([
      [1, 'x', 2, 'x!'],
      [2, 'x', 4, 'x!'],
      [3, 'y', 6, 'y!'],
    ])
    const [table] = (await introspect(sqlite.run, [{ schema: null, name: 'g' }])).tables
    expect(table).toMatchObject({
      options: { strict: true, withoutRowid: true },
      primaryKey: { columns: ['a', 'b'] },
      indexes: [{ name: 'e', where: '`a` > 0' }],
    })
    expect(() => sqlite.db.exec("INSERT INTO g (a) VALUES ('no')")).toThrow(/cannot store TEXT value in INTEGER column/)
  })

  it('refuses to drop a column that a trigger uses', async () => {
    const changes = await desired((table) => ({
      ...table,
      columns: table.columns.filter((each) => each.name !== 'name'),
      indexes: table.indexes.filter((index) => index.name !== 'by_name'),
    }))
    await expect(sqlite.apply(changes)).rejects.toThrow(
      /trigger "t" of "users" uses a column that would be dropped \(name\)/,
    )
  })

  it('creates a partial unique index and finds it again', async () => {
    const index = indexSnapshot('one', [indexField('name', { order: 'DESC', collate: 'NOCASE' })], {
      unique: true,
      where: '`code` IS NULL',
    })
    const changes = await desired((table) => ({ ...table, indexes: [...table.indexes, index] }))
    expect(await sqlite.apply(changes)).toEqual([
      'CREATE UNIQUE INDEX `one` ON `users` (`name` COLLATE `NOCASE` DESC) WHERE `code` IS NULL',
    ])
    expect(
      await desired((table) => ({
        ...table,
        indexes: [...table.indexes.filter((each) => each.name !== 'one'), index],
      })),
    ).toEqual([])
  })
})
