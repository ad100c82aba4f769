// "Raw Queries" (version 6) and "Raw SQL" (version 7): `sequelize.query`, replacements, bind parameters, and the `sql` tag.
import { DataTypes, literal, Op, QueryTypes, sql } from 'mortise'
import { describe, expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Row } from '../../support/untyped.js'

const SELECT = { type: QueryTypes.SELECT }

describeEachEngine('raw SQL', (engine) => {
  async function projects() {
    const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
    const Project = sequelize.define(
      'project',
      {
        status: DataTypes.STRING,
        firstName: { type: DataTypes.STRING, columnName: 'first_name' },
        n: DataTypes.INTEGER,
      },
      { tableName: 'projects' },
    )
    await sequelize.sync()
    await Project.bulkCreate([
      { status: 'active', firstName: 'John', n: 1 },
      { status: 'pending', firstName: 'Zoe', n: 2 },
      { status: '10%', n: 3 },
    ])
    return { sequelize, Project }
  }
  const numbers = (rows: readonly Row[]): unknown[] => rows.map(({ n }) => n)

  describe('sequelize.query', () => {
    test('answers with results and metadata, or with what the type asks for', async () => {
      const { sequelize, Project } = await projects()
      const [results, metadata] = await sequelize.query("UPDATE projects SET n = 42 WHERE status = 'active'")
      expect(results).toEqual([])
      expect(metadata.affectedRows).toBe(1)
      expect(await sequelize.query('SELECT n FROM projects WHERE id = 1', SELECT)).toEqual([{ n: 42 }])
      expect(await sequelize.query('SELECT n FROM projects WHERE id = 1', { plain: true })).toEqual({ n: 42 })
      const mapped = await sequelize.query('SELECT * FROM projects ORDER BY id', { model: Project, mapToModel: true })
      expect(mapped[0]).toBeInstanceOf(Project)
      expect(mapped[0].firstName).toBe('John')
    })
    test('what cannot be sent rejects; it does not throw', async () => {
      const { sequelize } = await projects()
      for (const call of [
        () => sequelize.query('SELECT :a', { replacements: {} }),
        () => sequelize.query('SELECT $a', { bind: {} }),
        () => sequelize.query('SELECT ?, ?', { replacements: [1] }),
        () => sequelize.query('SELECT $2', { bind: [1] }),
        () => sequelize.query(''),
        () => sequelize.query(5),
        () => sequelize.query('SELECT 1', { replacement: [1] }),
      ]) {
        const answer: Promise<unknown> = call()
        await expect(answer).rejects.toThrow()
      }
    })
    test('replacements by position and by name, lists among them', async () => {
      const { sequelize } = await projects()
      const run = async (text: string, replacements: unknown): Promise<unknown[]> =>
        numbers(await sequelize.query(`${text} ORDER BY id`, { ...SELECT, replacements }))
      expect(await run('SELECT n FROM projects WHERE status = ?', ['active'])).toEqual([1])
      expect(await run('SELECT n FROM projects WHERE status = :status', { status: 'active' })).toEqual([1])
      expect(await run('SELECT n FROM projects WHERE status IN (:s)', { s: ['active', 'pending'] })).toEqual([1, 2])
      expect(await run('SELECT n FROM projects WHERE status LIKE :s', { s: 'act%' })).toEqual([1])
      expect(await run('SELECT n FROM projects WHERE status = :s', { s: "'; DROP TABLE projects; --" })).toEqual([])
    })
    test('placeholders in strings and comments are none', async () => {
      const { sequelize } = await projects()
      const rows = await sequelize.query("SELECT ':a ? $1' AS x, $1 AS n -- :nope ? $2", { ...SELECT, bind: ['z'] })
      expect(rows).toEqual([{ x: ':a ? $1', n: 'z' }])
    })
  })

  describe('the sql tag', () => {
    test('its variables are values, wherever it stands', async () => {
      const { sequelize, Project } = await projects()
      const id = 2
      expect(numbers(await sequelize.query(sql`SELECT n FROM projects WHERE id = ${id}`, SELECT))).toEqual([2])
      expect(numbers(await Project.findAll({ where: sql`id = ${id}` }))).toEqual([2])
      expect(numbers(await Project.findAll({ order: [[sql`abs(${sql.attribute('n')})`, 'DESC']] }))).toEqual([3, 2, 1])
    })
    test('replacements and bind parameters work in finders', async () => {
      const { Project } = await projects()
      const find = async (options: object): Promise<unknown[]> => numbers(await Project.findAll(options))
      expect(await find({ where: { status: sql`:s` }, replacements: { s: 'active' } })).toEqual([1])
      expect(await find({ where: { status: sql`?` }, replacements: ['active'] })).toEqual([1])
      expect(await find({ where: { status: sql`$s` }, bind: { s: 'active' } })).toEqual([1])
      expect(await find({ where: literal('id = $id'), bind: { id: 1 } })).toEqual([1])
      await expect(find({ where: literal('id = :id'), replacements: {} })).rejects.toThrow(/id/)
    })
    test('identifiers, lists, joins and conditions', async () => {
      const { sequelize, Project } = await projects()
      const run = async (text: unknown): Promise<unknown[]> => numbers(await sequelize.query(text, SELECT))
      expect(await run(sql`SELECT n FROM ${sql.identifier('projects')} WHERE id = 1`)).toEqual([1])
      expect(await run(sql`SELECT n FROM ${sql.identifier(Project)} WHERE id = 1`)).toEqual([1])
      expect(await run(sql`SELECT n FROM projects WHERE status IN ${sql.list(['active', 'x'])}`)).toEqual([1])
      expect(
        await run(
          sql`SELECT ${sql.join([sql.identifier('n'), sql.identifier('id')], ', ')} FROM projects WHERE id = 1`,
        ),
      ).toEqual([1])
      expect(await run(sql`SELECT n FROM projects WHERE status IN (${sql.join(['active', 'x'], sql`, `)})`)).toEqual([
        1,
      ])
      expect(await run(sql`SELECT n FROM projects WHERE ${sql.where({ status: 'active', n: 1 })}`)).toEqual([1])
    })
    test('attributes know their columns', async () => {
      const { Project } = await projects()
      expect(numbers(await Project.findAll({ where: sql.where(sql.attribute('firstName'), Op.eq, 'John') }))).toEqual([
        1,
      ])
      expect(numbers(await Project.findAll({ where: sql`${sql.attribute('firstName')} = ${'Zoe'}` }))).toEqual([2])
    })
    test('a random number between 0 and 1, called or not', async () => {
      const { sequelize } = await projects()
      for (const random of [sql.random, sql.random()]) {
        const [row] = await sequelize.query(sql`SELECT ${random} AS r`, SELECT)
        expect(Number(row.r)).toBeGreaterThanOrEqual(0)
        expect(Number(row.r)).toBeLessThan(1)
      }
    })
    test('a UUID as a default, called or not', async () => {
      const sequelize = engine.script(await engine.connect())
      const Thing = sequelize.define('thing', {
        a: { type: DataTypes.UUID, defaultValue: sql.uuidV4 },
        b: { type: DataTypes.UUID, defaultValue: sql.uuidV4() },
        c: { type: DataTypes.UUID, defaultValue: sql.uuidV1.asJavaScript },
      })
      await sequelize.sync()
      const thing = await (await Thing.create({})).reload()
      expect([thing.a[14], thing.b[14], thing.c[14]]).toEqual(['4', '4', '1'])
    })
    test('a list for IN may be a subquery, with or without its parentheses', async () => {
      const { Project } = await projects()
      for (const list of [
        sql`SELECT id FROM projects WHERE status = ${'active'}`,
        sql`(SELECT id FROM projects WHERE status = ${'active'})`,
        sql`
          SELECT id FROM projects WHERE status = ${'active'}
        `,
      ]) {
        expect(numbers(await Project.findAll({ where: { id: { [Op.in]: list } } }))).toEqual([1])
        expect(numbers(await Project.findAll({ where: { id: { [Op.notIn]: list } }, order: ['id'] }))).toEqual([2, 3])
      }
    })
  })
})
