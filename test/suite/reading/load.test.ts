// Associations for instances that are there, subqueries, filters by relations, and what a find would do.
import { col, DataTypes, Op, QueryError, sql } from 'mortise'
import { expect, test } from 'vitest'
import type { Engine } from '../../support/databases.js'
import { describeEachEngine } from '../../support/databases.js'
import type { Database, Row, Table, Untyped } from '../../support/untyped.js'
import { peopleOf } from './world.js'

/** Two teams with members and badges; the second has a leader. */
async function teamsOf(engine: Engine): Promise<{ sequelize: Database; Team: Table; Person: Table }> {
  const sequelize = engine.script(await engine.connect({ file: true, define: { timestamps: false }, pool: { max: 3 } }))
  const Team = sequelize.define('Team', { name: DataTypes.STRING })
  const Person = sequelize.define('Person', { name: DataTypes.STRING })
  const Badge = sequelize.define('Badge', { name: DataTypes.STRING })
  Team.hasMany(Person, { as: 'members', foreignKey: 'teamId' })
  Team.hasMany(Badge, { as: 'badges', foreignKey: 'teamId' })
  Team.hasOne(Person, { as: 'leader', foreignKey: 'ledId' })
  await sequelize.sync()
  await Team.bulkCreate([{ name: 'red' }, { name: 'blue' }])
  await Person.bulkCreate([1, 1, 2, null].map((teamId, at) => ({ name: `p${at}`, teamId, ledId: at === 3 ? 2 : null })))
  await Badge.bulkCreate([1, 2, 2].map((teamId, at) => ({ name: `b${at}`, teamId })))
  return { sequelize, Team, Person }
}
const names = ({ members, badges, leader }: Row): unknown => [
  [...members, ...badges].map((one: Row) => one.name).sort(),
  leader?.name ?? null,
]

describeEachEngine('load', (engine) => {
  test('to-ones of all instances in one statement, as an include gives them', async () => {
    const { Person, recorder } = await peopleOf(engine)
    const include = ['team', { association: 'passport', include: ['stamp'] }]
    const expected = await Person.findAll({ include, order: ['id'] })
    const people = await Person.findAll({ order: ['id'] })
    const statements = await recorder.during(async () => {
      expect(await Person.load(people, include)).toBe(people)
    })
    expect(statements).toHaveLength(1)
    expect(people.map((person) => person.toJSON())).toEqual(expected.map((person) => person.toJSON()))
  })
  test('one instance, and one that is of the same row', async () => {
    const { Person } = await peopleOf(engine)
    const one = await Person.findByPk(2)
    expect(await Person.load(one, 'passport')).toBe(one)
    expect(one.passport.number).toBe('n2')
    const [first, second] = [await Person.findByPk(3), await Person.findByPk(3)]
    await Person.load([first, second], 'passport')
    expect(first.passport.number).toBe('n3')
    expect(second.passport.number).toBe('n3')
    expect(second.passport).not.toBe(first.passport)
  })
  test('what is loaded stays, and gets what is below it; force reads again', async () => {
    const { Person, Passport, recorder } = await peopleOf(engine)
    const people = await Person.findAll({ where: { id: [2, 3, 4, 5] }, include: 'passport', order: ['id'] })
    people[0]!.passport.number = 'mine'
    expect(await recorder.count(() => Person.load(people, 'passport'))).toBe(0)
    const { passport } = people[0]!
    expect(await recorder.count(() => Person.load(people, { association: 'passport', include: 'stamp' }))).toBe(1)
    expect(people[0]!.passport).toBe(passport)
    expect(passport.number).toBe('mine')
    expect(passport.stamp.country).toBe('c0')
    expect(people[3]!.passport).toBeNull()
    await Passport.update({ number: 'new' }, { where: { personId: 2 } })
    await Person.load(people, 'passport', { force: true })
    expect(people[0]!.passport.number).toBe('new')
  })
  test('conditions hide associated rows, and never instances', async () => {
    const { Person } = await peopleOf(engine)
    const people = await Person.findAll({ where: { id: [2, 3] }, order: ['id'] })
    await Person.load(people, { association: 'passport', where: { number: 'n3' } })
    expect(people.map((person) => person.passport?.number ?? null)).toEqual([null, 'n3'])
  })
  test('statements of several associations do not wait for each other where the driver pipelines', async () => {
    const { sequelize, Person, Team } = await teamsOf(engine)
    const events: string[] = []
    sequelize.hooks.addListener('beforeQuery', () => {
      events.push('sent')
    })
    sequelize.hooks.addListener('afterQuery', () => {
      events.push('answered')
    })
    const include = ['members', 'badges', 'leader']
    const expected = await Team.findAll({ include, order: ['id', ['members', 'id'], ['badges', 'id']] })
    for (const transaction of [null, await sequelize.startUnmanagedTransaction()]) {
      const teams = await Team.findAll({ order: ['id'], transaction })
      events.length = 0
      await Team.load(teams, include, { transaction })
      const inTurn = ['sent', 'answered']
      expect(events.slice(0, 3)).toEqual(
        engine.traits.pipelines === true ? ['sent', 'sent', 'sent'] : [...inTurn, 'sent'],
      )
      expect(events).toHaveLength(6)
      expect(teams.map((team: Row) => names(team))).toEqual(expected.map((team: Row) => names(team)))
      await expect(
        Team.load(teams, ['members', { association: 'badges', where: { nobody: 1 } }], { force: true }),
      ).rejects.toThrow(/nobody/)
      expect(await Person.count({ transaction })).toBe(4)
      await transaction?.rollback()
    }
  })
  test('inside a transaction', async () => {
    const { Person, Passport, sequelize } = await peopleOf(engine, { file: true })
    const one = await Person.findByPk(2)
    await sequelize.transaction(async (transaction) => {
      await Passport.update({ number: 'inside' }, { where: { personId: 2 }, transaction })
      await Person.load(one, 'passport', { transaction })
      expect(one.passport.number).toBe('inside')
    })
  })
  test('what cannot be loaded onto is refused', async () => {
    const { Person, Team, recorder } = await peopleOf(engine)
    const person = await Person.findByPk(1)
    const refused: readonly (readonly [Untyped, Untyped, RegExp])[] = [
      [Person.build({ name: 'x' }), 'team', /not saved yet/],
      [await Team.findByPk(1), 'team', /takes instances of Person, got one of Team/],
      [{ id: 1 }, 'team', /takes instances of Person/],
      [person, 'nothing', /"nothing" does not exist on Person/],
      [person, undefined, /needs to know what to load/],
      [await Person.findOne({ attributes: ['name'] }), 'team', /no value for its primary key/],
    ]
    expect(
      await recorder.count(async () => {
        for (const [instance, include, message] of refused)
          await expect(Person.load(instance, include)).rejects.toThrow(message)
      }),
    ).toBe(0)
    expect(await recorder.count(() => Person.load([], 'team'))).toBe(0)
  })
})

describeEachEngine('finds inside statements', (engine) => {
  test('Op.in and Op.notIn of a find, its values parameters', async () => {
    const { Person, Passport, recorder } = await peopleOf(engine)
    const ids = Passport.select({ attributes: ['personId'], where: { number: { [Op.in]: ['n2', 'n3'] } } })
    const [statement] = await recorder.during(async () => {
      const found = await Person.findAll({ where: { id: { [Op.in]: ids } }, order: ['id'] })
      expect(found.map((person) => person.id)).toEqual([2, 3])
    })
    expect(statement).not.toMatch(/n2/)
    const without = await Person.count({ where: { id: { [Op.notIn]: Passport.select({ attributes: ['personId'] }) } } })
    expect(without).toBe((await Person.findAll({ where: { passport: { is: null } } })).length)
  })
  test('two finds of one shape, and finds that differ', async () => {
    const { Person, Passport } = await peopleOf(engine)
    const found = async (options: object): Promise<number[]> =>
      (
        await Person.findAll({
          where: { id: { [Op.in]: Passport.select({ attributes: ['personId'], ...options }) } },
          order: ['id'],
        })
      ).map((person) => person.id)
    expect(await found({ where: { number: 'n2' } })).toEqual([2])
    expect(await found({ where: { number: 'n3' } })).toEqual([3])
    expect(await found({ include: { association: 'stamp', where: { country: 'c0' }, attributes: [] } })).toEqual([2])
    expect(await found({ include: { association: 'stamp', where: { country: 'c1' }, attributes: [] } })).toEqual([3])
  })
  test('as a value, and in a list of attributes', async () => {
    const { Person, Passport } = await peopleOf(engine)
    const owner = Passport.select({ attributes: ['personId'], where: { number: 'n7' } })
    expect((await Person.findOne({ where: { id: owner } })).id).toBe(7)
    const numbered = await Person.findAll({
      attributes: [
        'id',
        [Passport.select({ attributes: ['number'], where: { personId: col('Person.id') } }), 'number'],
      ],
      where: { id: [1, 2] },
      order: ['id'],
    })
    expect(numbered.map((person) => person.get('number'))).toEqual([null, 'n2'])
  })
  test('exists and notExists, with the row outside', async () => {
    const { Person, Passport } = await peopleOf(engine)
    const own = Passport.select({ where: { personId: col('Person.id'), number: { [Op.ne]: 'n2' } } })
    const has = await Person.findAll({ where: sql.exists(own), order: ['id'] })
    const hasNot = await Person.findAll({
      where: { [Op.and]: [sql.notExists(own), { id: { [Op.lt]: 6 } }] },
      order: ['id'],
    })
    expect(has.map((person) => person.id)).not.toContain(2)
    expect(has).toHaveLength((await Passport.count()) - 1)
    expect(hasNot.map((person) => person.id)).toEqual([1, 2, 5])
  })
  test('in writes', async () => {
    const { Person, Passport } = await peopleOf(engine)
    const some = Passport.select({ attributes: ['personId'], where: { number: ['n2', 'n3'] } })
    await Person.update({ name: 'found' }, { where: { id: { [Op.in]: some } } })
    expect(await Person.count({ where: { name: 'found' } })).toBe(2)
  })
  test('scopes of the model count; several columns are refused', async () => {
    const { Person, Passport } = await peopleOf(engine)
    Passport.addScope('second', { where: { number: 'n2' } })
    const second = Passport.withScope('second').select({ attributes: ['personId'] })
    expect((await Person.findAll({ where: { id: { [Op.in]: second } } })).map((person) => person.id)).toEqual([2])
    await expect(Person.findAll({ where: { id: { [Op.in]: Passport.select() } } })).rejects.toThrow(
      /Passport\.select\(\) stands where one value is meant, but selects 3.*attributes/,
    )
    expect(() => Passport.select({ lock: true })).toThrow(QueryError)
  })
  test('filters by a relation', async () => {
    const { Person } = await peopleOf(engine)
    const ids = async (where: object): Promise<number[]> =>
      (await Person.findAll({ where: { [Op.and]: [where, { id: { [Op.lte]: 5 } }] }, order: ['id'] })).map(
        (person: Row) => person.id,
      )
    expect(await ids({ passport: { is: null } })).toEqual([1, 5])
    expect(await ids({ passport: { isNot: null } })).toEqual([2, 3, 4])
    expect(await ids({ passport: { is: { number: 'n3' } } })).toEqual([3])
    expect(await ids({ passport: { isNot: { number: 'n3' } } })).toEqual([1, 2, 4, 5])
    expect(await ids({ passport: { is: { stamp: { is: { country: 'c0' } } } } })).toEqual([2])
    expect(await ids({ team: { is: { name: ['red', 'blue'] } } })).toEqual([1, 2])
  })
})

describeEachEngine('explain', (engine) => {
  test('tells the way of each include and why, the statement, and what the engine says', async () => {
    const { Person, recorder } = await peopleOf(engine)
    const options = {
      where: { rank: { [Op.gt]: 1 } },
      include: ['team', { association: 'passport', strategy: 'query', include: 'stamp' }],
      order: ['id'],
    }
    let told: Untyped
    const asked = await recorder.during(async () => {
      told = await Person.explain(options)
    })
    expect(asked).toHaveLength(1)
    expect(told.includes.map((one: Row) => [one.path, one.association, one.strategy, one.join])).toEqual([
      ['team', 'Person.team', 'join', 'left'],
      ['passport', 'Person.passport', 'query', null],
      ['passport.stamp', 'Passport.stamp', 'join', 'left'],
    ])
    expect(told.includes[0].reason).toMatch(/one row at most/)
    expect(told.includes[1].reason).toBe("strategy: 'query'")
    expect(told.includes[2].reason).toMatch(/nothing unique holds it/)
    expect(told.statements).toBe(2)
    const sent = await recorder.during(() => Person.findAll(options))
    expect(sent).toHaveLength(told.statements)
    expect(told.sql).toBe(sent[0])
    expect(told.parameters).toEqual([1])
    expect(JSON.stringify(told.explain)).toMatch(/People|Person/)
  })
  test('analyze, where the engine measures; refused where it does not', async () => {
    const { Person } = await peopleOf(engine)
    const { explain } = (Person.sequelize as Untyped).dialect
    if (explain.analyze === null)
      await expect(Person.explain({ analyze: true })).rejects.toThrow(/analyze is not available on/)
    else
      expect(JSON.stringify(((await Person.explain({ analyze: true })) as Untyped).explain)).toMatch(/actual|r_rows/i)
    await expect(Person.explain({ nothing: 1 })).rejects.toThrow(/Unknown option "nothing"/)
  })
})
