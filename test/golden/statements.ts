// Every kind of node with the SQL text that it becomes. `sql` is what most engines say; an engine that differs has its own text beside it.
import type { Expr } from '../../src/sql/expr.js'
import { all, call, column, compare, isNull, not, param, raw } from '../../src/sql/expr.js'
import type { QueryNode, Source, TableName } from '../../src/sql/query.js'
import { select } from '../../src/sql/query.js'
import { DataTypes, normalizeType } from '../../src/types/index.js'

export interface Golden {
  readonly node: Expr | QueryNode
  /** Text with `?` for parameters. */
  readonly sql?: string
  readonly sqlite?: string | RegExp
  readonly params?: readonly unknown[]
}

const users: TableName = { schema: null, name: 'users' }
export const from = (alias: string | null = null, table = users): Source => ({ kind: 'table', table, alias })
export const c = (name: string, table: string | null = null): Expr => column(table, name)
const one = param(1)
export const isStatement = (node: Expr | QueryNode): node is QueryNode =>
  ['select', 'insert', 'update', 'delete'].includes(node.kind)

export const GOLDEN: Readonly<Record<string, Golden>> = {
  // ---------------------------------------------------------------- expressions
  'column of a table': { node: c('na`me', 'us`er'), sql: '`us``er`.`na``me`' },
  'identifier in parts': { node: { kind: 'identifier', parts: ['a.b', 'c'] }, sql: '`a.b`.`c`' },
  'every column of a table': { node: { kind: 'star', table: 'u' }, sql: '`u`.*' },
  'comparisons keep their operands together': {
    node: compare(compare(c('a'), '=', c('b')), '=', compare(c('x'), '+', one)),
    sql: '(`a` = `b`) = (`x` + ?)',
    params: [1],
  },
  like: { node: compare(c('a'), 'notLike', param('%x')), sql: '`a` NOT LIKE ?' },
  iLike: { node: compare(c('a'), 'iLike', param('x')), sql: '`a` ILIKE ?', sqlite: '`a` LIKE ?' },
  regexp: { node: compare(c('a'), 'regexp', param('x')), sqlite: /The operator Op\.regexp is not available on SQLite/ },
  contains: {
    node: compare(c('a'), 'contains', param('x')),
    sqlite: /The operator Op\.contains is not available on SQLite/,
  },
  'is null': { node: isNull(c('a')), sql: '`a` IS NULL' },
  'is not true': { node: { kind: 'is', left: c('a'), right: raw('TRUE'), negated: true }, sql: '`a` IS NOT TRUE' },
  in: {
    node: { kind: 'in', left: c('a'), items: [one, param(2)], negated: false },
    sql: '`a` IN (?, ?)',
    params: [1, 2],
  },
  'in nothing is false': { node: { kind: 'in', left: c('a'), items: [], negated: false }, sql: '1 = 0' },
  'not in nothing is true': { node: { kind: 'in', left: c('a'), items: [], negated: true }, sql: '1 = 1' },
  'in a subquery': {
    node: {
      kind: 'in',
      left: c('a'),
      items: select({ columns: [{ expr: c('id'), alias: null }], from: from() }),
      negated: true,
    },
    sql: '`a` NOT IN (SELECT `id` FROM `users`)',
  },
  'in what a user wrote, with or without parentheses': {
    node: all(
      [
        { kind: 'in', left: c('a'), items: raw(' (SELECT 1)'), negated: false },
        { kind: 'in', left: c('a'), items: raw('SELECT 1'), negated: false },
      ],
      'or',
    )!,
    sql: '`a` IN  (SELECT 1) OR `a` IN (SELECT 1)',
  },
  'in a list that is a fragment': {
    node: {
      kind: 'in',
      left: c('a'),
      items: { kind: 'template', texts: ['', ''], exprs: [{ kind: 'list', items: [one] }] },
      negated: false,
    },
    sql: '`a` IN (?)',
  },
  'pairs in pairs': {
    node: {
      kind: 'in',
      left: { kind: 'list', items: [c('a'), c('b')] },
      items: [
        { kind: 'list', items: [one, one] },
        { kind: 'list', items: [one, one] },
      ],
      negated: false,
    },
    sql: '(`a`, `b`) IN ((?, ?), (?, ?))',
    sqlite: '(`a`, `b`) IN (VALUES (?, ?), (?, ?))',
  },
  between: {
    node: { kind: 'between', expr: c('a'), low: one, high: compare(one, '+', one), negated: true },
    sql: '`a` NOT BETWEEN ? AND (? + ?)',
  },
  'and within or': {
    node: all([all([compare(c('a'), '=', one), compare(c('b'), '=', one)]), compare(c('c'), '=', one)], 'or')!,
    sql: '(`a` = ? AND `b` = ?) OR `c` = ?',
  },
  "what a user wrote cannot end a neighbour's condition": {
    node: all([raw('a OR b'), compare(c('c'), '=', one)])!,
    sql: '(a OR b) AND `c` = ?',
  },
  not: { node: not(all([compare(c('a'), '=', one), raw('x')], 'or')!), sql: 'NOT (`a` = ? OR (x))' },
  exists: {
    node: { kind: 'exists', select: select({ columns: [], from: from() }), negated: true },
    sql: 'NOT EXISTS (SELECT 1 FROM `users`)',
  },
  'scalar subquery': {
    node: compare(
      { kind: 'subquery', select: select({ columns: [{ expr: call('max', [c('id')]), alias: null }], from: from() }) },
      '>',
      one,
    ),
    sql: '(SELECT max(`id`) FROM `users`) > ?',
  },
  'function with DISTINCT': { node: call('COUNT', [c('a')], true), sql: 'COUNT(DISTINCT `a`)' },
  'a function name that is none': { node: call('max(1); --', []), sqlite: /is not the name of a function/ },
  'cast to a type by name': {
    node: { kind: 'cast', expr: c('a'), type: 'varchar(10)' },
    sql: 'CAST(`a` AS VARCHAR(10))',
  },
  'cast to a data type': {
    node: { kind: 'cast', expr: c('a'), type: normalizeType(DataTypes.CITEXT) },
    sqlite: 'CAST(`a` AS TEXT)',
  },
  'cast to something else': {
    node: { kind: 'cast', expr: c('a'), type: 'int) --' },
    sqlite: /is not the name of a data type/,
  },
  'JSON path': {
    node: compare({ kind: 'json', expr: c('meta'), path: ['a', 0, "it's", 'x.y'], unquote: false }, '=', param('1')),
    sqlite: '`meta` -> \'$.a[0]."it\'\'s"."x.y"\' = ?',
  },
  'JSON path as text': {
    node: { kind: 'json', expr: c('meta', 'u'), path: ['a'], unquote: true },
    sqlite: "`u`.`meta` ->> '$.a'",
  },
  array: { node: { kind: 'array', items: [one], type: null }, sqlite: /An SQL array is not available on SQLite/ },
  any: {
    node: compare(c('a'), '=', {
      kind: 'quantified',
      quantifier: 'any',
      expr: { kind: 'array', items: [one], type: null },
      values: false,
    }),
    sqlite: /Op\.any is not available on SQLite/,
  },
  case: {
    // biome-ignore lint/suspicious/noThenProperty: an expression, not a function.
    node: { kind: 'case', whens: [{ when: isNull(c('a')), then: one }], otherwise: param(0) },
    sql: 'CASE WHEN `a` IS NULL THEN ? ELSE ? END',
  },
  window: {
    node: {
      kind: 'window',
      call: call('ROW_NUMBER', []),
      partitionBy: [c('a')],
      orderBy: [{ expr: c('b'), direction: 'DESC', nulls: 'last' }],
    },
    sql: 'ROW_NUMBER() OVER (PARTITION BY `a` ORDER BY `b` DESC NULLS LAST)',
  },
  template: {
    node: { kind: 'template', texts: ['lower(', ') = ', ''], exprs: [c('a'), param('x')] },
    sql: 'lower(`a`) = ?',
    params: ['x'],
  },

  // ---------------------------------------------------------------- select
  'select with every clause': {
    node: select({
      distinct: true,
      columns: [
        { expr: c('id', 'u'), alias: 'id' },
        { expr: c('user_name', 'u'), alias: 'name' },
      ],
      from: from('u'),
      joins: [
        {
          kind: 'join',
          type: 'left',
          source: from('p', { schema: null, name: 'profiles' }),
          on: compare(c('user_id', 'p'), '=', c('id', 'u')),
        },
        { kind: 'join', type: 'cross', source: from(null, { schema: null, name: 'one' }), on: null },
      ],
      where: compare(c('id', 'u'), '>', one),
      groupBy: [c('id', 'u')],
      having: compare(call('count', [{ kind: 'star', table: null }]), '>', param(2)),
      orderBy: [
        { expr: c('id', 'u'), direction: 'DESC', nulls: 'first' },
        { expr: raw('2'), direction: null, nulls: null },
      ],
      limit: param(3),
      offset: param(4),
    }),
    sql:
      'SELECT DISTINCT `u`.`id`, `u`.`user_name` AS `name` FROM `users` AS `u` LEFT OUTER JOIN `profiles` AS `p` ON `p`.`user_id` = `u`.`id` CROSS JOIN `one` ' +
      'WHERE `u`.`id` > ? GROUP BY `u`.`id` HAVING count(*) > ? ORDER BY `u`.`id` DESC NULLS FIRST, 2 LIMIT ? OFFSET ?',
    params: [1, 2, 3, 4],
  },
  'offset alone': {
    node: select({ columns: [{ expr: one, alias: 'n' }], offset: param(2) }),
    sql: 'SELECT ? AS `n` OFFSET ?',
    sqlite: 'SELECT ? AS `n` LIMIT -1 OFFSET ?',
  },
  'an inner join kept inside an outer one': {
    node: select({
      columns: [],
      from: from('u'),
      joins: [
        {
          kind: 'join',
          type: 'left',
          on: compare(c('id', 'p'), '=', c('id', 'u')),
          source: {
            kind: 'nested',
            source: from('p', users),
            joins: [{ kind: 'join', type: 'inner', source: from('a'), on: compare(c('id', 'a'), '=', c('id', 'p')) }],
          },
        },
      ],
    }),
    sql: 'SELECT 1 FROM `users` AS `u` LEFT OUTER JOIN (`users` AS `p` INNER JOIN `users` AS `a` ON `a`.`id` = `p`.`id`) ON `p`.`id` = `u`.`id`',
  },
  'right join': {
    node: select({
      columns: [],
      from: from(),
      joins: [{ kind: 'join', type: 'right', source: from('p'), on: raw('1') }],
    }),
    sql: 'SELECT 1 FROM `users` RIGHT OUTER JOIN `users` AS `p` ON 1',
  },
  'derived table': {
    node: select({
      columns: [],
      from: { kind: 'derived', select: select({ columns: [], from: from() }), alias: 'd', lateral: false },
    }),
    sql: 'SELECT 1 FROM (SELECT 1 FROM `users`) AS `d`',
  },
  lateral: {
    node: select({
      columns: [],
      from: { kind: 'derived', select: select({ columns: [] }), alias: 'd', lateral: true },
    }),
    sqlite: /LATERAL is not available on SQLite/,
  },
  'a table of a schema': {
    node: select({ columns: [], from: from('users', { schema: 'app', name: 'users' }) }),
    sql: 'SELECT 1 FROM `app`.`users` AS `users`',
    sqlite: 'SELECT 1 FROM `app.users` AS `users`',
  },
  'a lock': {
    node: select({
      columns: [],
      from: from(),
      lock: { strength: 'UPDATE', of: ['users'], skipLocked: true, noWait: false },
    }),
    sql: 'SELECT 1 FROM `users` FOR UPDATE OF `users` SKIP LOCKED',
    sqlite: 'SELECT 1 FROM `users`',
  },

  // ---------------------------------------------------------------- insert, update, delete
  'insert with returning': {
    node: {
      kind: 'insert',
      table: users,
      columns: ['a', 'b'],
      rows: [[one, raw('NULL')]],
      conflict: null,
      returning: [{ expr: c('id'), alias: null }],
    },
    sql: 'INSERT INTO `users` (`a`, `b`) VALUES (?, NULL) RETURNING `id`',
  },
  'insert of nothing': {
    node: { kind: 'insert', table: users, columns: [], rows: [[]], conflict: null, returning: [] },
    sql: 'INSERT INTO `users` DEFAULT VALUES',
  },
  'insert of several nothings': {
    node: { kind: 'insert', table: users, columns: [], rows: [[], []], conflict: null, returning: [] },
    sqlite: 'INSERT INTO `users` (_rowid_) VALUES (NULL), (NULL)',
  },
  'a column that every row leaves to its default': {
    node: {
      kind: 'insert',
      table: users,
      columns: ['id', 'a'],
      rows: [
        [null, one],
        [null, one],
      ],
      conflict: null,
      returning: [],
    },
    sqlite: 'INSERT INTO `users` (`a`) VALUES (?), (?)',
  },
  'a column that only some rows leave to their default': {
    node: { kind: 'insert', table: users, columns: ['a'], rows: [[null], [one]], conflict: null, returning: [] },
    sqlite: /DEFAULT for some rows/,
  },
  'ignore conflicts': {
    node: {
      kind: 'insert',
      table: users,
      columns: ['a'],
      rows: [[one]],
      conflict: { target: [], targetWhere: null, action: 'nothing', where: null },
      returning: [],
    },
    sql: 'INSERT INTO `users` (`a`) VALUES (?) ON CONFLICT DO NOTHING',
  },
  upsert: {
    node: {
      kind: 'insert',
      table: users,
      columns: ['a', 'b'],
      rows: [[one, one]],
      returning: [],
      conflict: {
        target: ['a'],
        targetWhere: isNull(c('deleted_at')),
        action: [
          { column: 'b', value: 'excluded' },
          { column: 'n', value: compare(c('n', 'users'), '+', one) },
        ],
        where: compare(c('b', 'users'), '<>', param('x')),
      },
    },
    sql: 'INSERT INTO `users` (`a`, `b`) VALUES (?, ?) ON CONFLICT (`a`) WHERE `deleted_at` IS NULL DO UPDATE SET `b` = excluded.`b`, `n` = `users`.`n` + ? WHERE `users`.`b` <> ?',
    params: [1, 1, 1, 'x'],
  },
  'upsert by any unique key': {
    node: {
      kind: 'insert',
      table: users,
      columns: ['a', 'b'],
      rows: [[one, one]],
      returning: [],
      conflict: {
        target: ['a'],
        targetWhere: null,
        action: [
          { column: 'b', value: 'excluded' },
          { column: 'n', value: compare(c('n', 'users'), '+', one) },
        ],
        where: null,
      },
    },
    sql: 'INSERT INTO `users` (`a`, `b`) VALUES (?, ?) ON CONFLICT (`a`) DO UPDATE SET `b` = excluded.`b`, `n` = `users`.`n` + ?',
  },
  update: {
    node: {
      kind: 'update',
      table: users,
      set: [
        { column: 'a', value: one },
        { column: 'b', value: raw('DEFAULT') },
      ],
      where: compare(c('id'), '=', param(2)),
      orderBy: [],
      limit: null,
      returning: [{ expr: { kind: 'star', table: null }, alias: null }],
    },
    sql: 'UPDATE `users` SET `a` = ?, `b` = DEFAULT WHERE `id` = ? RETURNING *',
    params: [1, 2],
  },
  'update of some rows': {
    node: {
      kind: 'update',
      table: users,
      set: [{ column: 'a', value: one }],
      where: compare(c('b'), '=', param(2)),
      orderBy: [{ expr: c('id'), direction: 'ASC', nulls: null }],
      limit: param(3),
      returning: [],
    },
    sqlite:
      'UPDATE `users` SET `a` = ? WHERE _rowid_ IN (SELECT _rowid_ FROM `users` WHERE `b` = ? ORDER BY `id` ASC LIMIT ?)',
    params: [1, 2, 3],
  },
  'update of nothing': {
    node: { kind: 'update', table: users, set: [], where: null, orderBy: [], limit: null, returning: [] },
    sqlite: /needs at least one value/,
  },
  delete: {
    node: { kind: 'delete', table: users, where: null, orderBy: [], limit: null, returning: [] },
    sql: 'DELETE FROM `users`',
  },
  'delete of some rows': {
    node: {
      kind: 'delete',
      table: users,
      where: null,
      orderBy: [],
      limit: one,
      returning: [{ expr: c('id'), alias: null }],
    },
    sqlite: 'DELETE FROM `users` WHERE _rowid_ IN (SELECT _rowid_ FROM `users` LIMIT ?) RETURNING `id`',
  },
  'delete of some rows, in order': {
    node: {
      kind: 'delete',
      table: users,
      where: null,
      orderBy: [{ expr: c('b'), direction: 'ASC', nulls: 'last' }],
      limit: one,
      returning: [],
    },
    sqlite: 'DELETE FROM `users` WHERE _rowid_ IN (SELECT _rowid_ FROM `users` ORDER BY `b` ASC NULLS LAST LIMIT ?)',
  },
  'update that asks its own table': {
    node: {
      kind: 'update',
      table: users,
      set: [
        {
          column: 'a',
          value: {
            kind: 'subquery',
            select: select({ columns: [{ expr: call('max', [c('a')]), alias: null }], from: from() }),
          },
        },
      ],
      where: {
        kind: 'in',
        left: c('id'),
        items: select({ columns: [{ expr: c('id'), alias: null }], from: from(), limit: one }),
        negated: false,
      },
      orderBy: [],
      limit: null,
      returning: [],
    },
    sql: 'UPDATE `users` SET `a` = (SELECT max(`a`) FROM `users`) WHERE `id` IN (SELECT `id` FROM `users` LIMIT ?)',
  },
  'a hint of an index': {
    node: select({
      columns: [],
      from: { kind: 'table', table: users, alias: 'u', indexHints: [{ type: 'USE', values: ['i', 'j'] }] } as Source,
    }),
    sql: 'SELECT 1 FROM `users` AS `u`',
  },
  'a limit of time': {
    node: select({ columns: [], from: from(), maxExecutionTimeMs: 500 }),
    sql: 'SELECT 1 FROM `users`',
  },
  'a shared lock': {
    node: select({
      columns: [],
      from: from(),
      lock: { strength: 'SHARE', of: [], skipLocked: false, noWait: true },
    }),
    sql: 'SELECT 1 FROM `users` FOR SHARE NOWAIT',
    sqlite: 'SELECT 1 FROM `users`',
  },
}
