// P58: an association of a model with itself in which both rows name each other (`symmetric: true`).
import { AssociationError, DataTypes } from 'mortise'
import { describe, expect, test } from 'vitest'
import { describeEachEngine } from '../support/databases.js'
import { indexesOf } from '../support/schema.js'
import type { Database, Row, Table } from '../support/untyped.js'

describeEachEngine('symmetric one-to-one', (engine) => {
  async function connected(): Promise<Database> {
    return engine.script(await engine.connect({ define: { timestamps: false } }))
  }
  interface People {
    readonly sequelize: Database
    readonly Person: Table
    /** Name and partner's name of everybody, by id. */
    couples(): Promise<[string, string | null][]>
  }
  type Kind = 'hasOne' | 'belongsTo'
  async function people(kind: Kind, options: object = {}, settings: object = {}): Promise<People> {
    const sequelize = await connected()
    const Person = sequelize.define(
      'Person',
      { name: { type: DataTypes.STRING, allowNull: false, validate: { len: [1, 20] } } },
      settings,
    )
    Person[kind](Person, { as: 'spouse', foreignKey: 'spouseId', symmetric: true, ...options })
    await sequelize.sync()
    return {
      sequelize,
      Person,
      couples: async () => {
        const rows: Row[] = await Person.findAll({ order: ['id'], paranoid: false })
        return rows.map((row) => [row.name, rows.find(({ id }) => id === row.spouseId)?.name ?? null])
      },
    }
  }
  async function named(Person: Table, ...names: readonly string[]): Promise<Row[]> {
    const rows: Row[] = []
    for (const name of names) rows.push(await Person.create({ name }))
    return rows
  }

  for (const kind of ['hasOne', 'belongsTo'] as const) {
    describe(`P58 symmetric: true with ${kind}`, () => {
      test('P58 the association is its own other side, and its key is unique', async () => {
        const { sequelize, Person } = await people(kind)
        const { spouse } = Person.associations
        expect(spouse.isSymmetric).toBe(true)
        expect(spouse.inverse).toBe(spouse)
        expect(Object.keys(Person.associations)).toEqual(['spouse'])
        const unique = (await indexesOf(sequelize, 'People')).filter((index) => index.unique)
        expect(unique.map(({ columns }) => columns)).toEqual([['spouseId']])
      })
      test('P58 setX writes both rows, and both sides read the pair', async () => {
        const { Person, couples } = await people(kind)
        const [ann, ben] = await named(Person, 'Ann', 'Ben')
        expect(await ann!.setSpouse(ben)).toBe(ben)
        expect(await couples()).toEqual([
          ['Ann', 'Ben'],
          ['Ben', 'Ann'],
        ])
        expect([ann!.spouseId, ben!.spouseId]).toEqual([ben!.id, ann!.id])
        expect((await ben!.getSpouse()).name).toBe('Ann')
        const rows = await Person.findAll({ include: 'spouse', order: ['id'] })
        expect(rows.map((row) => row.spouse?.name)).toEqual(['Ben', 'Ann'])
        expect(JSON.parse(JSON.stringify(rows[0])).spouse.name).toBe('Ben')
      })
      test('P58 setX releases both former partners', async () => {
        const { Person, couples } = await people(kind)
        const [ann, ben, cleo, dan] = await named(Person, 'Ann', 'Ben', 'Cleo', 'Dan')
        await ann!.setSpouse(ben)
        await cleo!.setSpouse(dan)
        await ann!.setSpouse(dan!.id)
        expect(await couples()).toEqual([
          ['Ann', 'Dan'],
          ['Ben', null],
          ['Cleo', null],
          ['Dan', 'Ann'],
        ])
        expect(ann!.spouse.name).toBe('Dan')
        expect(ben!.spouseId).toBeNull()
      })
      test('P58 setX to the partner that is there writes nothing; null releases both', async () => {
        const { sequelize, Person, couples } = await people(kind)
        const [ann, ben] = await named(Person, 'Ann', 'Ben')
        await ann!.setSpouse(ben)
        const recorder = engine.recorder(sequelize)
        const sent = await recorder.during(() => ben!.setSpouse(ann))
        expect(sent.filter((text: string) => /^(INSERT|UPDATE|DELETE)/.test(text))).toEqual([])
        expect(await ben!.setSpouse(null)).toBeNull()
        expect(await couples()).toEqual([
          ['Ann', null],
          ['Ben', null],
        ])
      })
      test('P58 createX and values make the partner; buildX makes it when it is saved', async () => {
        const { Person, couples } = await people(kind)
        const [ann] = await named(Person, 'Ann')
        const ben = await ann!.createSpouse({ name: 'Ben' })
        expect(ben.spouseId).toBe(ann!.id)
        const dan = await ann!.setSpouse({ name: 'Dan' })
        expect(dan.spouseId).toBe(ann!.id)
        const eve = ben.buildSpouse({ name: 'Eve' })
        await eve.save()
        expect(await couples()).toEqual([
          ['Ann', 'Dan'],
          ['Ben', 'Eve'],
          ['Dan', 'Ann'],
          ['Eve', 'Ben'],
        ])
        expect((await ann!.getOrCreateSpouse({ name: 'No' })).name).toBe('Dan')
        await ann!.upsertSpouse({ name: 'Dave' })
        expect((await ann!.getSpouse()).name).toBe('Dave')
        await expect(ann!.createSpouse({ name: 'Max' }, { replace: false })).rejects.toThrow(/replace is false/)
        expect(await Person.count()).toBe(4)
      })
      test('P58 nested create, with a new partner and with one that is there', async () => {
        const { Person, couples } = await people(kind)
        const ann = await Person.create({ name: 'Ann', spouse: { name: 'Ben' } }, { include: 'spouse' })
        expect([ann.spouseId, ann.spouse.spouseId]).toEqual([ann.spouse.id, ann.id])
        const cleo = Person.build({ name: 'Cleo' })
        cleo.spouse = ann.spouse
        await cleo.save()
        expect(await couples()).toEqual(
          expect.arrayContaining([
            ['Ann', null],
            ['Ben', 'Cleo'],
            ['Cleo', 'Ben'],
          ]),
        )
        await expect(Person.create({ name: 'Dan', spouse: { name: '' } }, { include: 'spouse' })).rejects.toMatchObject(
          { name: 'SequelizeValidationError' },
        )
        expect(await Person.count()).toBe(3)
      })
      test('P58 destroy releases the partner', async () => {
        const { Person, couples } = await people(kind)
        const [ann, ben] = await named(Person, 'Ann', 'Ben')
        await ann!.setSpouse(ben)
        await ann!.destroy()
        expect(await couples()).toEqual([['Ben', null]])
      })
      test('P58 what was only marked as deleted comes back without the partner that has another one', async () => {
        const { Person, couples } = await people(kind, {}, { paranoid: true, timestamps: true })
        const [ann, ben, cleo] = await named(Person, 'Ann', 'Ben', 'Cleo')
        await ann!.setSpouse(ben)
        await ann!.destroy()
        expect(await ben!.getSpouse()).toBeNull()
        await ben!.setSpouse(cleo)
        await ann!.restore()
        expect(await couples()).toEqual([
          ['Ann', null],
          ['Ben', 'Cleo'],
          ['Cleo', 'Ben'],
        ])
      })
      test('P58 swap exchanges the partners', async () => {
        const { Person, couples } = await people(kind)
        const [ann, ben, cleo] = await named(Person, 'Ann', 'Ben', 'Cleo')
        await ann!.setSpouse(ben)
        await Person.associations.spouse.swap(ann, cleo)
        expect(await couples()).toEqual([
          ['Ann', null],
          ['Ben', 'Cleo'],
          ['Cleo', 'Ben'],
        ])
      })
      test('P58 one key is never written alone', async () => {
        const { Person, couples } = await people(kind)
        const [ann, ben] = await named(Person, 'Ann', 'Ben')
        const refused = {
          name: 'SequelizeAssociationError',
          message: expect.stringMatching(/Person\.spouseId .*setSpouse/),
        }
        await expect(ann!.update({ spouseId: ben!.id })).rejects.toMatchObject(refused)
        await expect(Person.create({ name: 'Cleo', spouseId: ann!.id })).rejects.toMatchObject(refused)
        await expect(Person.update({ spouseId: ben!.id }, { where: { id: ann!.id } })).rejects.toMatchObject(refused)
        await expect(Person.bulkCreate([{ name: 'Cleo', spouseId: ann!.id }])).rejects.toMatchObject(refused)
        await expect(Person.upsert({ id: ann!.id, name: 'Ann', spouseId: ben!.id })).rejects.toMatchObject(refused)
        await Person.bulkCreate([{ name: 'Cleo' }])
        expect(await couples()).toEqual([
          ['Ann', null],
          ['Ben', null],
          ['Cleo', null],
        ])
      })
      test('P58 refusals change nothing', async () => {
        const { Person, couples } = await people(kind)
        const [ann, ben, cleo, dan] = await named(Person, 'Ann', 'Ben', 'Cleo', 'Dan')
        await ann!.setSpouse(ben)
        await cleo!.setSpouse(dan)
        const before = await couples()
        await expect(ann!.setSpouse(ann)).rejects.toThrow(/cannot be its own spouse/)
        await expect(ann!.setSpouse(999)).rejects.toMatchObject({ name: 'SequelizeEmptyResultError' })
        await expect(ann!.setSpouse(dan, { steal: false })).rejects.toThrow(/steal is false/)
        await expect(ann!.setSpouse(dan, { onReplace: 'restrict' })).rejects.toThrow(/restrict/)
        await expect(ann!.setSpouse({ name: '' })).rejects.toMatchObject({ name: 'SequelizeValidationError' })
        await expect(ann!.setSpouse(dan, { save: false })).rejects.toThrow(/both rows/)
        expect(await couples()).toEqual(before)
        expect([ann!.spouseId, ben!.spouseId]).toEqual([ben!.id, ann!.id])
      })
      test("P58 onReplace: 'delete' deletes the former partner, and releases the one of the other", async () => {
        const { Person, couples } = await people(kind, { onReplace: 'delete' })
        const [ann, ben, cleo, dan] = await named(Person, 'Ann', 'Ben', 'Cleo', 'Dan')
        await ann!.setSpouse(ben)
        await cleo!.setSpouse(dan)
        await ann!.setSpouse(dan)
        expect(await couples()).toEqual([
          ['Ann', 'Dan'],
          ['Cleo', null],
          ['Dan', 'Ann'],
        ])
      })
      test('P58 hooks see each row that changes, with the reason', async () => {
        const { Person } = await people(kind)
        const [ann, ben, cleo] = await named(Person, 'Ann', 'Ben', 'Cleo')
        await ann!.setSpouse(ben)
        const seen: string[] = []
        Person.addHook('afterUpdate', (row: Row, options: Row) => {
          seen.push(`${row.name} ${options.reason} ${options.association?.as}`)
        })
        await ann!.setSpouse(cleo)
        expect(seen.sort()).toEqual(['Ann assign spouse', 'Ben replace spouse', 'Cleo assign spouse'])
      })
      test('P58 a cascade with hooks goes round a pair once', async () => {
        const { Person } = await people(kind, { onDelete: 'CASCADE', hooks: true })
        const [ann, ben] = await named(Person, 'Ann', 'Ben')
        await named(Person, 'Cleo')
        await ann!.setSpouse(ben)
        await ben!.destroy()
        expect((await Person.findAll()).map((row) => row.name)).toEqual(['Cleo'])
      })
      test('P58 many at once leave pairs', async () => {
        const { Person } = await people(kind)
        const rows = await named(Person, 'A', 'B', 'C', 'D', 'E', 'F')
        await Promise.all(
          Array.from({ length: 20 }, (_, at) => {
            const a = rows[at % 6]!
            const b = rows[(at * 5 + 1) % 6]!
            return a === b ? undefined : a.setSpouse(b.id)
          }),
        )
        const all: Row[] = await Person.findAll({ order: ['id'] })
        for (const row of all)
          if (row.spouseId !== null) expect(all.find(({ id }) => id === row.spouseId)!.spouseId).toBe(row.id)
      })
      test('P58 composite keys', async () => {
        const sequelize = await connected()
        const Seat = sequelize.define('Seat', {
          room: { type: DataTypes.INTEGER, primaryKey: true },
          number: { type: DataTypes.INTEGER, primaryKey: true },
        })
        Seat[kind](Seat, { as: 'twin', foreignKey: ['twinRoom', 'twinNumber'], symmetric: true })
        await sequelize.sync()
        const [a, b, c] = await Promise.all([1, 2, 3].map((number) => Seat.create({ room: 7, number })))
        await a!.setTwin(b)
        await c!.setTwin({ room: 7, number: 2 })
        expect(
          (await Seat.findAll({ include: 'twin', order: ['number'] })).map((row) => row.twin?.number ?? null),
        ).toEqual([null, 3, 2])
      })
      test('P58 what cannot be is refused at definition', async () => {
        const sequelize = await connected()
        const Person = sequelize.define('Person', { name: DataTypes.STRING })
        const Pet = sequelize.define('Pet', {})
        const define =
          (options: object, target: Table = Person) =>
          () =>
            Person[kind](target, { as: 'spouse', foreignKey: 'spouseId', symmetric: true, ...options })
        expect(define({}, Pet)).toThrow(/with itself can be symmetric/)
        expect(define({ inverse: 'other' })).toThrow(/`inverse`/)
        expect(define({ scope: { name: 'x' } })).toThrow(/scope/)
        expect(define({ unique: false })).toThrow(/unique/)
        expect(define({ foreignKey: { name: 'spouseId', allowNull: false } })).toThrow(/cannot be null/)
        expect(define({ symmetric: 'yes' })).toThrow(AssociationError)
        expect(Object.keys(Person.associations)).toEqual([])
        define({})()
        define({})()
        expect(() => Person.belongsTo(Person, { as: 'other', foreignKey: 'spouseId' })).toThrow(/no other side/)
        expect(Object.keys(Person.associations)).toEqual(['spouse'])
      })
    })
  }
})
