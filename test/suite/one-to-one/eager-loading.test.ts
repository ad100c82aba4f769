// Eager loading of one-to-ones: every way to name what is loaded, and every option of an include.
import { EagerLoadingError, literal, Op, sql } from 'mortise'
import { describe, expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Row } from '../../support/untyped.js'
import type { World } from './world.js'
import { json, worldOf } from './world.js'

describeEachEngine('eager loading', (engine) => {
  const names = (rows: readonly Row[]): unknown[] => rows.map((row) => row.name)

  describe('naming what is loaded', () => {
    const forms: Record<string, (world: World) => unknown> = {
      'an alias': () => 'card',
      'a list of aliases': () => ['card'],
      'a model': ({ Card }) => Card,
      'a list of models': ({ Card }) => [Card],
      'an association': ({ Customer }) => Customer.associations.card,
      'a list of associations': ({ Customer }) => [Customer.associations.card],
      '{ model }': ({ Card }) => ({ model: Card }),
      '{ model, as }': ({ Card }) => ({ model: Card, as: 'card' }),
      '{ association: alias }': () => ({ association: 'card' }),
      '{ association }': ({ Customer }) => [{ association: Customer.associations.card }],
      '{ as }': () => [{ as: 'card' }],
    }
    for (const [title, include] of Object.entries(forms)) {
      test(`by ${title}, in one statement`, async () => {
        const world = await worldOf(engine)
        const statements = await world.recorder.during(async () => {
          const customers = await world.Customer.findAll({ include: include(world), order: ['id'] })
          expect(customers.map((customer) => customer.card?.number ?? null)).toEqual(['A-1', 'B-2', null, null])
          expect(customers[0]?.card).toBeInstanceOf(world.Card)
        })
        expect(statements).toHaveLength(1)
      })
    }
    test('belongsTo, by model and by alias', async () => {
      const { Customer, Address } = await worldOf(engine)
      for (const include of ['address', Address, { model: Address, as: 'address' }]) {
        const customers = await Customer.findAll({ include, order: ['id'] })
        expect(customers.map((customer) => customer.address?.street ?? null)).toEqual([
          'Storgata',
          'Via Appia',
          'Nowhere',
          null,
        ])
      }
    })
    test('the inverse, by its name', async () => {
      const { Card, Pin } = await worldOf(engine)
      expect((await Card.findAll({ include: 'customer', order: ['id'] })).map((card) => card.customer.name)).toEqual([
        'Ann',
        'Ben',
      ])
      expect((await Pin.findOne({ include: { association: 'card', include: ['customer'] } })).card.customer.name).toBe(
        'Ann',
      )
    })
    test('{ all: true } and its kinds', async () => {
      const { Customer } = await worldOf(engine)
      const loaded = async (all: unknown): Promise<string[]> =>
        Object.keys((await Customer.findByPk(1, { include: { all } })).get())
          .filter((key) => ['address', 'card', 'mentor', 'student'].includes(key))
          .sort()
      expect(await loaded(true)).toEqual(['address', 'card', 'mentor', 'student'])
      expect(await loaded('BelongsTo')).toEqual(['address', 'mentor'])
      expect(await loaded('HasOne')).toEqual(['card', 'student'])
      expect(await loaded('One')).toEqual(['address', 'card', 'mentor', 'student'])
      expect(await loaded('HasMany')).toEqual([])
    })
    test('the same association twice, or nothing', async () => {
      const { Customer } = await worldOf(engine)
      await expect(Customer.findAll({ include: ['card', 'card'] })).rejects.toThrow(/card/)
      expect(json(await Customer.findByPk(4, { include: [] }))).toEqual({
        id: 4,
        name: 'Dan',
        age: 10,
        addressId: null,
        mentorId: null,
      })
    })
    test('a model that several associations target is ambiguous', async () => {
      const { Customer } = await worldOf(engine)
      await expect(Customer.findAll({ include: Customer })).rejects.toThrow(/mentor.*student|student.*mentor/s)
      await expect(Customer.findAll({ include: Customer })).rejects.toBeInstanceOf(EagerLoadingError)
    })
    test('errors name the model and what there is', async () => {
      const { Customer, Country } = await worldOf(engine)
      for (const include of [
        'crad',
        Country,
        { model: Country },
        { association: 'crad' },
        { model: Country, as: 'card' },
      ]) {
        const failed = Customer.findAll({ include })
        await expect(failed).rejects.toBeInstanceOf(EagerLoadingError)
        await expect(failed).rejects.toThrow(/Customer/)
      }
      await expect(Customer.findAll({ include: 'crad' })).rejects.toThrow(/card/)
      await expect(Customer.findAll({ include: undefined })).resolves.toHaveLength(4)
      await expect(Customer.findAll({ include: [undefined] })).rejects.toThrow(/undefined/)
      await expect(Customer.findAll({ include: { association: 'card', requird: true } })).rejects.toThrow(
        /requird.*required/s,
      )
    })
  })

  describe('nesting', () => {
    const deep = { association: 'address', include: [{ association: 'city', include: ['country'] }] }
    test('to any depth, in one statement', async () => {
      const { Customer, recorder } = await worldOf(engine)
      const statements = await recorder.during(async () => {
        const customers = await Customer.findAll({
          include: [
            deep,
            { association: 'card', include: ['pin'] },
            { association: 'mentor', include: [deep, 'card'] },
          ],
          order: ['id'],
        })
        expect(json(customers)).toEqual([
          {
            id: 1,
            name: 'Ann',
            age: 40,
            addressId: 1,
            mentorId: null,
            address: {
              id: 1,
              street: 'Storgata',
              cityId: 1,
              city: { id: 1, name: 'Oslo', countryId: 1, country: { id: 1, name: 'Norway' } },
            },
            card: {
              id: 1,
              number: 'A-1',
              kind: 'gold',
              deletedAt: null,
              customerId: 1,
              pin: { id: 1, digits: '1234', cardId: 1 },
            },
            mentor: null,
          },
          {
            id: 2,
            name: 'Ben',
            age: 30,
            addressId: 2,
            mentorId: 1,
            address: {
              id: 2,
              street: 'Via Appia',
              cityId: 2,
              city: { id: 2, name: 'Rome', countryId: null, country: null },
            },
            card: { id: 2, number: 'B-2', kind: 'blue', deletedAt: null, customerId: 2, pin: null },
            mentor: {
              id: 1,
              name: 'Ann',
              age: 40,
              addressId: 1,
              mentorId: null,
              address: {
                id: 1,
                street: 'Storgata',
                cityId: 1,
                city: { id: 1, name: 'Oslo', countryId: 1, country: { id: 1, name: 'Norway' } },
              },
              card: { id: 1, number: 'A-1', kind: 'gold', deletedAt: null, customerId: 1 },
            },
          },
          {
            id: 3,
            name: 'Cleo',
            age: 20,
            addressId: 3,
            mentorId: null,
            address: { id: 3, street: 'Nowhere', cityId: null, city: null },
            card: null,
            mentor: null,
          },
          { id: 4, name: 'Dan', age: 10, addressId: null, mentorId: null, address: null, card: null, mentor: null },
        ])
      })
      expect(statements).toHaveLength(1)
    })
    test('by every finder', async () => {
      const { Customer, recorder } = await worldOf(engine)
      const country = (customer: Row): unknown => customer.address.city.country.name
      expect(
        await recorder.count(async () => {
          expect(country(await Customer.findOne({ where: { name: 'Ann' }, include: deep }))).toBe('Norway')
        }),
      ).toBe(1)
      expect(
        await recorder.count(async () => {
          expect(country(await Customer.findByPk(1, { include: deep }))).toBe('Norway')
        }),
      ).toBe(1)
      expect(
        await recorder.count(async () => {
          const { count, rows } = await Customer.findAndCountAll({ include: deep, order: ['id'], limit: 1 })
          expect([count, country(rows[0] as Row)]).toEqual([4, 'Norway'])
        }),
      ).toBe(2)
      const plain = await Customer.findByPk(1)
      await plain.reload({ include: deep })
      expect(country(plain)).toBe('Norway')
    })
    test('reload keeps the include', async () => {
      const { Customer, Country } = await worldOf(engine)
      const customer = await Customer.findByPk(1, { include: deep })
      await Country.update({ name: 'Noreg' }, { where: { id: 1 } })
      await customer.reload()
      expect(customer.address.city.country.name).toBe('Noreg')
    })
    test('one and the same row is loaded through two paths', async () => {
      const { Customer } = await worldOf(engine)
      await Customer.update({ addressId: 1, mentorId: 2 }, { where: { id: 3 } })
      const cleo = await Customer.findByPk(3, {
        include: ['address', { association: 'mentor', include: [{ association: 'mentor', include: ['address'] }] }],
      })
      expect([cleo.address.street, cleo.mentor.mentor.address.street]).toEqual(['Storgata', 'Storgata'])
    })
  })

  describe('attributes', () => {
    test('a list', async () => {
      const { Customer } = await worldOf(engine)
      expect(
        json(
          await Customer.findByPk(1, {
            attributes: ['name'],
            include: {
              association: 'card',
              attributes: ['number'],
              include: [{ association: 'pin', attributes: ['digits'] }],
            },
          }),
        ),
      ).toEqual({ name: 'Ann', card: { number: 'A-1', pin: { digits: '1234' } } })
    })
    test('include and exclude', async () => {
      const { Customer, sequelize } = await worldOf(engine)
      const found = await Customer.findByPk(1, {
        include: {
          association: 'card',
          attributes: {
            exclude: ['kind', 'deletedAt'],
            include: [[sequelize.fn('upper', sequelize.col('card.kind')), 'shouted']],
          },
        },
      })
      expect(json(found.card)).toEqual({ id: 1, number: 'A-1', customerId: 1, shouted: 'GOLD' })
      expect(found.card.get('shouted')).toBe('GOLD')
    })
    test('renamed, and by expression', async () => {
      const { Customer } = await worldOf(engine)
      const found = await Customer.findByPk(1, {
        attributes: [['name', 'title']],
        include: {
          association: 'card',
          attributes: [
            ['number', 'no'],
            [literal('1 + 1'), 'two'],
            [sql`${3}`, 'three'],
          ],
        },
      })
      expect(json(found)).toEqual({ title: 'Ann', card: { no: 'A-1', two: 2, three: 3 } })
    })
    test('none: join only', async () => {
      const { Customer, sequelize } = await worldOf(engine)
      const rows = await Customer.findAll({
        attributes: [
          [sequelize.col('card.kind'), 'kind'],
          [sequelize.fn('count', sequelize.col('Customer.id')), 'n'],
        ],
        include: { association: 'card', attributes: [] },
        group: [sequelize.col('card.kind')],
        order: [[sequelize.col('card.kind'), 'ASC NULLS LAST']],
        raw: true,
      })
      expect(rows).toEqual([
        { kind: 'blue', n: 1 },
        { kind: 'gold', n: 1 },
        { kind: null, n: 2 },
      ])
    })
    test('an unknown one throws, naming the model', async () => {
      const { Customer } = await worldOf(engine)
      const failed = Customer.findAll({ include: { association: 'card', attributes: ['numbr'] } })
      await expect(failed).rejects.toThrow(/numbr/)
      await expect(failed).rejects.toThrow(/Customer.*card/s)
      await expect(failed).rejects.toThrow(/number/)
    })
  })

  describe('where', () => {
    test('in the include makes it required; required: false keeps the parents', async () => {
      const { Customer } = await worldOf(engine)
      expect(names(await Customer.findAll({ include: { association: 'card', where: { kind: 'gold' } } }))).toEqual([
        'Ann',
      ])
      const all = await Customer.findAll({
        include: { association: 'card', where: { kind: 'gold' }, required: false },
        order: ['id'],
      })
      expect(all.map((customer) => customer.card?.number ?? null)).toEqual(['A-1', null, null, null])
    })
    test('takes every form that a where takes', async () => {
      const { Customer, sequelize } = await worldOf(engine)
      const wheres: unknown[] = [
        { kind: 'gold', number: 'A-1' },
        { kind: ['gold', 'silver'] },
        { number: { [Op.like]: 'A%' } },
        { [Op.or]: [{ kind: 'gold' }, { kind: 'silver' }] },
        { [Op.not]: { kind: 'blue' } },
        [{ kind: 'gold' }, { number: { [Op.ne]: 'B-2' } }],
        sequelize.where(sequelize.fn('lower', sequelize.col('card.number')), 'a-1'),
        { customerId: sequelize.col('Customer.id'), kind: 'gold' },
        sql`${sql.attribute('kind')} = ${'gold'}`,
      ]
      for (const where of wheres)
        expect(names(await Customer.findAll({ include: { association: 'card', where } }))).toEqual(['Ann'])
    })
    test('an undefined value and an unknown attribute throw', async () => {
      const { Customer } = await worldOf(engine)
      await expect(Customer.findAll({ include: { association: 'card', where: { kind: undefined } } })).rejects.toThrow(
        /kind/,
      )
      await expect(Customer.findAll({ include: { association: 'card', where: { kindd: 'gold' } } })).rejects.toThrow(
        /kindd.*kind/s,
      )
    })
    test('of the root can reach into the include, to any depth', async () => {
      const { Customer } = await worldOf(engine)
      const include = [{ association: 'address', include: [{ association: 'city', include: ['country'] }] }, 'card']
      expect(names(await Customer.findAll({ include, where: { '$card.kind$': 'blue' } }))).toEqual(['Ben'])
      expect(
        names(await Customer.findAll({ include, where: { '$address.city.name$': ['Oslo', 'Rome'] }, order: ['id'] })),
      ).toEqual(['Ann', 'Ben'])
      expect(
        names(await Customer.findAll({ include, where: { '$address.city.country.name$': { [Op.like]: 'Nor%' } } })),
      ).toEqual(['Ann'])
      expect(
        names(
          await Customer.findAll({
            include,
            where: { [Op.or]: [{ '$card.kind$': 'gold' }, { '$address.street$': 'Nowhere' }] },
            order: ['id'],
          }),
        ),
      ).toEqual(['Ann', 'Cleo'])
      expect(names(await Customer.findAll({ include, where: { '$card.id$': null }, order: ['id'] }))).toEqual([
        'Cleo',
        'Dan',
      ])
      expect(await Customer.count({ include, where: { '$card.id$': null } })).toBe(2)
    })
    test('of the root throws for a path that is not included', async () => {
      const { Customer } = await worldOf(engine)
      await expect(Customer.findAll({ where: { '$card.kind$': 'blue' } })).rejects.toThrow(/card/)
      await expect(Customer.findAll({ include: 'card', where: { '$card.knd$': 'blue' } })).rejects.toThrow(/knd/)
    })
    test('with or: the condition or the key', async () => {
      const { Customer } = await worldOf(engine)
      const customers = await Customer.findAll({
        where: { id: 3 },
        include: { association: 'card', where: { kind: 'blue' }, or: true },
      })
      expect(customers.map((customer) => customer.card.number)).toEqual(['B-2'])
    })
  })

  describe('on', () => {
    test('replaces the condition of the join', async () => {
      const { Customer, sequelize } = await worldOf(engine)
      const customers = await Customer.findAll({
        include: { association: 'card', on: { id: sequelize.col('Customer.id'), kind: 'blue' } },
        order: ['id'],
      })
      expect(customers.map((customer) => customer.card?.number ?? null)).toEqual([null, 'B-2', null, null])
    })
    test('with required', async () => {
      const { Customer, sequelize } = await worldOf(engine)
      expect(
        names(
          await Customer.findAll({
            include: { association: 'card', on: { id: sequelize.col('Customer.id') }, required: true },
            order: ['id'],
          }),
        ),
      ).toEqual(['Ann', 'Ben'])
    })
  })

  describe('paranoid', () => {
    test('soft-deleted rows are not loaded unless paranoid: false', async () => {
      const { Customer, Card } = await worldOf(engine)
      await Card.destroy({ where: { id: 1 } })
      const cards = async (include: object) =>
        (await Customer.findAll({ include: { association: 'card', ...include }, order: ['id'] })).map(
          (customer) => customer.card?.number ?? null,
        )
      expect(await cards({})).toEqual([null, 'B-2', null, null])
      expect(await cards({ paranoid: false })).toEqual(['A-1', 'B-2', null, null])
      expect(await cards({ required: true })).toEqual(['B-2'])
      expect(await cards({ required: true, paranoid: false })).toEqual(['A-1', 'B-2'])
      expect(await cards({ where: { kind: 'gold' } })).toEqual([])
    })
  })

  describe('raw and nest', () => {
    test('raw: dotted keys to any depth', async () => {
      const { Customer } = await worldOf(engine)
      const options = {
        where: { id: [1, 4] },
        attributes: ['name'],
        include: [
          { association: 'address', attributes: ['street'], include: [{ association: 'city', attributes: ['name'] }] },
        ],
        order: ['id'],
      }
      expect(await Customer.findAll({ ...options, raw: true })).toEqual([
        { name: 'Ann', 'address.street': 'Storgata', 'address.city.name': 'Oslo' },
        { name: 'Dan', 'address.street': null, 'address.city.name': null },
      ])
      expect(await Customer.findAll({ ...options, raw: true, nest: true })).toEqual([
        { name: 'Ann', address: { street: 'Storgata', city: { name: 'Oslo' } } },
        { name: 'Dan', address: null },
      ])
      expect(await Customer.findOne({ ...options, raw: true, nest: true })).toEqual({
        name: 'Ann',
        address: { street: 'Storgata', city: { name: 'Oslo' } },
      })
    })
    test('raw rows are plain objects', async () => {
      const { Customer } = await worldOf(engine)
      const [row] = await Customer.findAll({ include: 'card', raw: true, nest: true, limit: 1, order: ['id'] })
      expect(Object.getPrototypeOf(row)).toBe(Object.prototype)
      expect(Object.getPrototypeOf(row?.card)).toBe(Object.prototype)
    })
  })

  describe('order, limit, group', () => {
    test('order by included columns, by every spelling of the path', async () => {
      const { Customer, Card, Address, City, sequelize } = await worldOf(engine)
      const include = ['card', { association: 'address', include: ['city'] }]
      const ordered = async (...order: unknown[]) =>
        names(await Customer.findAll({ include, where: { id: [1, 2] }, order }))
      for (const path of [
        ['card', 'number', 'DESC'],
        [Card, 'number', 'DESC'],
        [Customer.associations.card, 'number', 'DESC'],
        [{ model: Card, as: 'card' }, 'number', 'DESC'],
        [sequelize.col('card.number'), 'DESC'],
        ['address', 'city', 'name', 'DESC'],
        [Address, City, 'name', 'DESC'],
        [sequelize.literal('card.number'), 'DESC'],
      ]) {
        expect(await ordered(path)).toEqual(['Ben', 'Ann'])
      }
    })
    test('limit and offset count parents', async () => {
      const { Customer } = await worldOf(engine)
      expect(
        names(
          await Customer.findAll({
            include: ['card', 'address'],
            order: [
              ['card', 'number', 'DESC NULLS LAST'],
              ['id', 'ASC'],
            ],
            limit: 2,
            offset: 1,
          }),
        ),
      ).toEqual(['Ann', 'Cleo'])
    })
  })

  describe('the options belong to the user', () => {
    test('one options object serves many calls, unchanged', async () => {
      const { Customer } = await worldOf(engine)
      const options = {
        where: { id: [1, 2] },
        include: [{ association: 'card', where: { kind: ['gold', 'blue'] }, include: ['pin'] }],
        order: [['id', 'ASC']],
      }
      const before = structuredClone(options)
      const first = json(await Customer.findAll(options))
      for (let run = 0; run < 3; run += 1) expect(json(await Customer.findAll(options))).toEqual(first)
      expect(await Customer.count(options)).toBe(2)
      expect((await Customer.findAndCountAll(options)).count).toBe(2)
      expect(options).toEqual(before)
      // The suite's client froze it: a write would have thrown.
      expect(Object.isFrozen(options.include[0])).toBe(true)
    })
    test('two calls of one shape with different values stay apart', async () => {
      const { Customer } = await worldOf(engine)
      const find = (kind: string, id: number): Promise<Row[]> =>
        Customer.findAll({ where: { id }, include: { association: 'card', where: { kind } } })
      const [gold, blue, none] = await Promise.all([find('gold', 1), find('blue', 2), find('gold', 2)])
      expect([names(gold), names(blue), none]).toEqual([['Ann'], ['Ben'], []])
    })
    test('values never become SQL', async () => {
      const { Customer, recorder } = await worldOf(engine)
      const evil = '\'; DROP TABLE "Cards"; --'
      const statements = await recorder.during(async () => {
        expect(
          await Customer.findAll({ where: { name: evil }, include: { association: 'card', where: { kind: evil } } }),
        ).toEqual([])
      })
      expect(statements.join()).not.toContain('DROP TABLE')
    })
  })

  describe('instances that come out', () => {
    test('are persisted, unchanged and complete', async () => {
      const { Customer, Card } = await worldOf(engine)
      const customer = await Customer.findByPk(1, { include: { association: 'card', include: ['pin'] } })
      for (const instance of [customer, customer.card, customer.card.pin]) {
        expect(instance.isNewRecord).toBe(false)
        expect(instance.changed()).toBe(false)
      }
      await customer.card.update({ kind: 'silver' })
      expect((await Card.findByPk(1)).kind).toBe('silver')
      expect(customer.get('card')).toBe(customer.card)
      expect(customer.dataValues.card).toBe(customer.card)
    })
    test('getters of an included model run', async () => {
      const { sequelize, Customer } = await worldOf(engine)
      const { DataTypes } = await import('mortise')
      const Badge = sequelize.define('Badge', {
        code: {
          type: DataTypes.STRING,
          get(this: Row) {
            return `#${this.getDataValue('code')}`
          },
        },
        shown: {
          type: DataTypes.VIRTUAL(DataTypes.STRING, ['code']),
          get(this: Row) {
            return `${this.code}!`
          },
        },
      })
      Customer.hasOne(Badge, { as: 'badge', foreignKey: 'customerId' })
      await Badge.sync()
      await Badge.create({ code: 'x', customerId: 1 })
      const customer = await Customer.findByPk(1, { include: { association: 'badge', attributes: ['shown'] } })
      expect(customer.badge.shown).toBe('#x!')
      expect(json((await Customer.findByPk(1, { include: 'badge' })).badge)).toEqual({
        id: 1,
        code: '#x',
        customerId: 1,
        shown: '#x!',
      })
    })
  })

  describe('hooks and scopes', () => {
    test('a scope of the root can bring an include', async () => {
      const { Customer } = await worldOf(engine)
      Customer.addScope('withCard', { include: [{ association: 'card', where: { kind: 'gold' } }] })
      expect(names(await Customer.withScope('withCard').findAll())).toEqual(['Ann'])
      const merged = await Customer.withScope('withCard').findAll({ include: ['address'] })
      expect(merged.map((customer: Row) => [customer.card.kind, customer.address.street])).toEqual([
        ['gold', 'Storgata'],
      ])
    })
    test('beforeFind may add an include', async () => {
      const { Customer } = await worldOf(engine)
      Customer.hooks.addListener('beforeFind', (options: Row) => {
        options.include = ['card']
      })
      const options = { where: { id: 1 } }
      expect((await Customer.findOne(options)).card.number).toBe('A-1')
      expect(options).toEqual({ where: { id: 1 } })
    })
  })
})
