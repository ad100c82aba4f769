// The statement of every kind of include, limit and order. Plain: what is sent first; exact: what is sent where the database has to choose.
import { describe, expect, test } from 'vitest'
import { resolveDialect } from '../../src/dialect/registry.js'
import { fn, literal } from '../../src/sql/fragments.js'
import { DataTypes } from '../../src/types/index.js'
import { database } from '../unit/read/database.js'
import type { Golden } from './golden.js'
import { goldenFor } from './golden.js'

function world(name: string) {
  const db = database({}, resolveDialect(name))
  const A = db.model('A', { name: DataTypes.STRING })
  const B = db.model(
    'B',
    { name: DataTypes.STRING, rank: DataTypes.INTEGER, deletedAt: DataTypes.DATE },
    { timestamps: true, createdAt: false, updatedAt: false, paranoid: true },
  )
  const C = db.model('C', { name: DataTypes.STRING })
  db.one('HasOne', A, B, { as: 'b', foreignKey: 'aId', inverse: { as: 'a' } })
  db.one('HasOne', A, B, {
    as: 'first',
    foreignKey: 'aId',
    scope: { name: 'x' },
    order: [['rank', 'DESC']],
  })
  db.one('HasOne', A, C, { as: 'only', foreignKey: 'aId', unique: true })
  db.one('HasOne', B, C, { as: 'c', foreignKey: 'bId', unique: true })
  return { db, A }
}

const cases: [string, object, 'plain' | 'exact', Golden][] = [
  [
    'one-to-one',
    { include: 'only' },
    'plain',
    'SELECT "A"."id", "A"."name", "only"."id", "only"."name", "only"."aId", "only"."bId" FROM "As" AS "A" LEFT OUTER JOIN "Cs" AS "only" ON "A"."id" = "only"."aId"',
  ],
  [
    'one-to-one, with a limit',
    { include: 'only', limit: 2, attributes: ['name'] },
    'exact',
    'SELECT "A"."name", "only"."id", "only"."name", "only"."aId", "only"."bId" FROM "As" AS "A" LEFT OUTER JOIN "Cs" AS "only" ON "A"."id" = "only"."aId" ORDER BY "A"."id" LIMIT ?',
  ],
  [
    'one-to-one that is not unique',
    { attributes: ['name'], include: { association: 'b', attributes: ['name'] } },
    'plain',
    'SELECT "A"."name", "b"."name", "A"."id", "b"."id" FROM "As" AS "A" LEFT OUTER JOIN "Bs" AS "b" ON "A"."id" = "b"."aId" AND "b"."deletedAt" IS NULL',
  ],
  [
    'one-to-one that is not unique, chosen',
    { attributes: ['name'], include: { association: 'b', attributes: ['name'] } },
    'exact',
    'SELECT "A"."name", "b"."name", "b"."id" FROM "As" AS "A" LEFT OUTER JOIN "Bs" AS "b" ON "b"."id" = (SELECT "b"."id" FROM "Bs" AS "b" WHERE "A"."id" = "b"."aId" AND "b"."deletedAt" IS NULL ORDER BY "b"."id" LIMIT 1)',
  ],
  [
    'scope and order of an association',
    { attributes: [], include: { association: 'first', attributes: ['rank'], paranoid: false } },
    'exact',
    'SELECT "first"."rank", "first"."id" FROM "As" AS "A" LEFT OUTER JOIN "Bs" AS "first" ON "first"."id" = (SELECT "first"."id" FROM "Bs" AS "first" WHERE "A"."id" = "first"."aId" AND "first"."name" = ? ORDER BY "first"."rank" DESC, "first"."id" LIMIT 1)',
  ],
  [
    'required',
    { attributes: [], include: { association: 'only', attributes: [], required: true } },
    'plain',
    'SELECT 1 FROM "As" AS "A" INNER JOIN "Cs" AS "only" ON "A"."id" = "only"."aId"',
  ],
  [
    'where',
    { attributes: [], include: { association: 'only', attributes: [], where: { name: 'x' } } },
    'plain',
    'SELECT 1 FROM "As" AS "A" INNER JOIN "Cs" AS "only" ON "A"."id" = "only"."aId" AND "only"."name" = ?',
  ],
  [
    'where, not required',
    { attributes: [], include: { association: 'only', attributes: [], where: { name: 'x' }, required: false } },
    'plain',
    'SELECT 1 FROM "As" AS "A" LEFT OUTER JOIN "Cs" AS "only" ON "A"."id" = "only"."aId" AND "only"."name" = ?',
  ],
  [
    'or',
    {
      attributes: ['id'],
      include: { association: 'only', attributes: [], or: true, where: { name: 'x' }, required: false },
    },
    'plain',
    'SELECT "A"."id" FROM "As" AS "A" LEFT OUTER JOIN "Cs" AS "only" ON "A"."id" = "only"."aId" OR "only"."name" = ?',
  ],
  [
    'on',
    {
      attributes: ['id'],
      include: { association: 'only', attributes: [], on: literal('a = b OR c'), where: { name: 'x' } },
    },
    'plain',
    'SELECT "A"."id" FROM "As" AS "A" INNER JOIN "Cs" AS "only" ON (a = b OR c) AND "only"."name" = ?',
  ],
  [
    'nested',
    {
      attributes: ['id'],
      include: { association: 'b', attributes: [], include: [{ association: 'c', attributes: ['name'] }] },
    },
    'plain',
    'SELECT "A"."id", "b->c"."name", "b"."id", "b->c"."id" FROM "As" AS "A" LEFT OUTER JOIN "Bs" AS "b" ON "A"."id" = "b"."aId" AND "b"."deletedAt" IS NULL LEFT OUTER JOIN "Cs" AS "b->c" ON "b"."id" = "b->c"."bId"',
  ],
  [
    'required inside optional',
    {
      attributes: ['id'],
      include: { association: 'b', attributes: [], include: [{ association: 'c', attributes: [], required: true }] },
    },
    'plain',
    'SELECT "A"."id" FROM "As" AS "A" LEFT OUTER JOIN ("Bs" AS "b" INNER JOIN "Cs" AS "b->c" ON "b"."id" = "b->c"."bId") ON "A"."id" = "b"."aId" AND "b"."deletedAt" IS NULL',
  ],
  [
    'required inside optional, chosen',
    {
      attributes: ['id'],
      include: { association: 'b', attributes: [], include: [{ association: 'c', attributes: [], required: true }] },
    },
    'exact',
    'SELECT "A"."id" FROM "As" AS "A" LEFT OUTER JOIN ("Bs" AS "b" INNER JOIN "Cs" AS "b->c" ON "b"."id" = "b->c"."bId") ON "b"."id" = (SELECT "b"."id" FROM "Bs" AS "b" INNER JOIN "Cs" AS "b->c" ON "b"."id" = "b->c"."bId" WHERE "A"."id" = "b"."aId" AND "b"."deletedAt" IS NULL ORDER BY "b"."id" LIMIT 1)',
  ],
  [
    'required inside required',
    {
      attributes: ['id'],
      include: {
        association: 'b',
        attributes: [],
        required: true,
        include: [{ association: 'c', attributes: [], required: true }],
      },
    },
    'plain',
    'SELECT "A"."id" FROM "As" AS "A" INNER JOIN "Bs" AS "b" ON "A"."id" = "b"."aId" AND "b"."deletedAt" IS NULL INNER JOIN "Cs" AS "b->c" ON "b"."id" = "b->c"."bId"',
  ],
  [
    'required, by a query of its own',
    { attributes: ['id'], include: { association: 'only', strategy: 'query', where: { name: 'x' } } },
    'plain',
    'SELECT "A"."id" FROM "As" AS "A" WHERE EXISTS (SELECT 1 FROM "Cs" AS "only" WHERE "A"."id" = "only"."aId" AND "only"."name" = ?)',
  ],
  [
    'an aliased column',
    {
      attributes: [
        ['name', 'title'],
        [fn('upper', literal('x')), 'loud'],
      ],
    },
    'plain',
    'SELECT "A"."name" AS "title", upper(x) AS "loud" FROM "As" AS "A"',
  ],
  [
    'short aliases',
    { attributes: ['id'], minifyAliases: true, include: { association: 'only', attributes: ['name'] } },
    'plain',
    'SELECT "_0"."id", "_1"."name", "_1"."id" FROM "As" AS "_0" LEFT OUTER JOIN "Cs" AS "_1" ON "_0"."id" = "_1"."aId"',
  ],
  [
    'group, having, order by alias',
    { attributes: ['name', [fn('count', literal('*')), 'n']], group: 'name', having: { n: 2 }, order: [['n', 'DESC']] },
    'plain',
    'SELECT "A"."name", count(*) AS "n" FROM "As" AS "A" GROUP BY "A"."name" HAVING count(*) = ? ORDER BY "n" DESC',
  ],
  [
    'order by association',
    {
      attributes: ['id'],
      include: { association: 'only', attributes: [] },
      order: [['only', 'name', 'DESC NULLS LAST'], 'id'],
    },
    'plain',
    {
      default:
        'SELECT "A"."id" FROM "As" AS "A" LEFT OUTER JOIN "Cs" AS "only" ON "A"."id" = "only"."aId" ORDER BY "only"."name" DESC NULLS LAST, "A"."id"',
      mysql:
        'SELECT "A"."id" FROM "As" AS "A" LEFT OUTER JOIN "Cs" AS "only" ON "A"."id" = "only"."aId" ORDER BY "only"."name" DESC, "A"."id"',
    },
  ],
  [
    'a filter on top',
    { attributes: ['id'], include: { association: 'only', attributes: [] }, where: { '$only.name$': 'x' } },
    'plain',
    'SELECT "A"."id" FROM "As" AS "A" LEFT OUTER JOIN "Cs" AS "only" ON "A"."id" = "only"."aId" WHERE "only"."name" = ?',
  ],
]

describe.each(['sqlite', 'postgres', 'mysql', 'mariadb'])('select on %s', (name) => {
  const { db, A } = world(name)
  for (const [title, options, mode, golden] of cases)
    test(`${title} (${mode})`, () =>
      expect(db.sql(A, options as never, mode === 'exact')).toBe(goldenFor(golden, db.runtime.dialect)))
})
