// The methods that hasOne and belongsTo give their source: getX, setX, createX and their options, and the same through the association.
import { DataTypes, ValidationError } from 'mortise'
import { describe, expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Row } from '../../support/untyped.js'
import { json, worldOf } from './world.js'

describeEachEngine('mixins', (engine) => {
  describe('which there are', () => {
    test('get, set and create on the source, none on the target', async () => {
      const { Customer, Card } = await worldOf(engine)
      for (const name of [
        'getCard',
        'setCard',
        'createCard',
        'getAddress',
        'setAddress',
        'createAddress',
        'getMentor',
        'getStudent',
      ])
        expect(typeof Customer.prototype[name]).toBe('function')
      for (const name of ['getCards', 'addCard', 'hasCard', 'countCards', 'removeCard'])
        expect(Customer.prototype[name]).toBeUndefined()
      expect(typeof Card.prototype.getCustomer).toBe('function')
    })
    test('the association lists them', async () => {
      const { Customer } = await worldOf(engine)
      expect(Customer.associations.card.accessors).toMatchObject({
        get: 'getCard',
        set: 'setCard',
        create: 'createCard',
      })
      expect(Customer.associations.address.accessors).toMatchObject({
        get: 'getAddress',
        set: 'setAddress',
        create: 'createAddress',
      })
    })
    test('subclasses keep methods of their own', async () => {
      const { sequelize, Customer } = await worldOf(engine)
      const { Model } = await import('mortise')
      class Medal extends Model {
        getCustomer(): string {
          return 'own'
        }
      }
      Medal.init({ name: DataTypes.STRING }, { sequelize: sequelize as never, modelName: 'Medal' })
      ;(Medal as unknown as Row).belongsTo(Customer, { as: 'customer', foreignKey: 'customerId' })
      expect(new (Medal as unknown as new () => Medal)().getCustomer()).toBe('own')
    })
  })

  describe('getX', () => {
    test('takes finder options', async () => {
      const { Customer, recorder } = await worldOf(engine)
      const ann = await Customer.findByPk(1)
      expect(json(await ann.getCard({ attributes: ['number'] }))).toEqual({ number: 'A-1' })
      expect(await ann.getCard({ where: { kind: 'blue' } })).toBeNull()
      expect((await ann.getCard({ where: { kind: 'gold' } })).number).toBe('A-1')
      expect((await ann.getCard({ include: ['pin'] })).pin.digits).toBe('1234')
      expect(await ann.getCard({ raw: true })).toEqual({
        id: 1,
        number: 'A-1',
        kind: 'gold',
        deletedAt: null,
        customerId: 1,
      })
      expect(await recorder.count(() => ann.getCard())).toBe(1)
      await expect(ann.getCard({ wehre: {} })).rejects.toThrow(/wehre/)
    })
    test('belongsTo takes finder options', async () => {
      const { Customer } = await worldOf(engine)
      const ann = await Customer.findByPk(1)
      expect(json(await ann.getAddress({ attributes: ['street'] }))).toEqual({ street: 'Storgata' })
      expect(await ann.getAddress({ where: { street: 'elsewhere' } })).toBeNull()
      expect((await ann.getAddress({ include: ['city'] })).city.name).toBe('Oslo')
    })
    test('a null key asks nothing', async () => {
      const { Customer, recorder } = await worldOf(engine)
      const dan = await Customer.findByPk(4)
      expect(
        await recorder.count(async () => {
          expect(await dan.getAddress()).toBeNull()
        }),
      ).toBe(0)
    })
    test('paranoid: false sees a soft-deleted row', async () => {
      const { Customer, Card } = await worldOf(engine)
      await Card.destroy({ where: { id: 1 } })
      const ann = await Customer.findByPk(1)
      expect(await ann.getCard()).toBeNull()
      expect((await ann.getCard({ paranoid: false })).number).toBe('A-1')
    })
    test('rejectOnEmpty', async () => {
      const { Customer } = await worldOf(engine)
      const dan = await Customer.findByPk(4)
      await expect(dan.getCard({ rejectOnEmpty: true })).rejects.toMatchObject({ name: 'SequelizeEmptyResultError' })
      await expect(dan.getCard({ rejectOnEmpty: new RangeError('none') })).rejects.toBeInstanceOf(RangeError)
    })
    test("asks the target's finder, so that hooks and wrapped finders see it", async () => {
      const { Customer, Card } = await worldOf(engine)
      const seen: string[] = []
      Card.hooks.addListener('beforeFind', () => {
        seen.push('beforeFind')
      })
      Card.hooks.addListener('afterFind', () => {
        seen.push('afterFind')
      })
      await (await Customer.findByPk(1)).getCard()
      expect(seen).toEqual(['beforeFind', 'afterFind'])
    })
  })

  describe('setX', () => {
    test('by instance, by key, null', async () => {
      const { Customer, Card } = await worldOf(engine)
      const dan = await Customer.findByPk(4)
      await dan.setCard(1)
      expect((await Card.findByPk(1)).customerId).toBe(4)
      await dan.setCard(await Card.findByPk(2))
      expect((await Card.findAll({ order: ['id'] })).map((card) => card.customerId)).toEqual([null, 4])
      await dan.setCard(null)
      expect((await Card.findAll({ order: ['id'] })).map((card) => card.customerId)).toEqual([null, null])
    })
    test('belongsTo: by instance, by key, null', async () => {
      const { Customer, Address } = await worldOf(engine)
      const dan = await Customer.findByPk(4)
      await dan.setAddress(2)
      expect([dan.addressId, (await Customer.findByPk(4)).addressId]).toEqual([2, 2])
      await dan.setAddress(await Address.findByPk(3))
      expect((await Customer.findByPk(4)).addressId).toBe(3)
      await dan.setAddress(null)
      expect((await Customer.findByPk(4)).addressId).toBeNull()
      expect(dan.addressId).toBeNull()
    })
    test('an instance of another model throws before any SQL', async () => {
      const { Customer, Pin, recorder } = await worldOf(engine)
      const [ann, pin] = [await Customer.findByPk(1), await Pin.findByPk(1)]
      recorder.clear()
      await expect(ann.setCard(pin)).rejects.toThrow(/Card/)
      await expect(ann.setAddress(pin)).rejects.toThrow(/Address/)
      await expect(ann.setCard([])).rejects.toThrow()
      await expect(ann.setCard(true)).rejects.toThrow()
      expect(recorder.statements).toEqual([])
    })
    test('inside a given transaction', async () => {
      const { sequelize, Customer, Card } = await worldOf(engine)
      const transaction = await sequelize.startUnmanagedTransaction()
      const dan = await Customer.findByPk(4, { transaction })
      await dan.setCard(1, { transaction })
      expect((await Card.findByPk(1, { transaction })).customerId).toBe(4)
      await transaction.rollback()
      expect((await Card.findByPk(1)).customerId).toBe(1)
    })
    test('is one transaction: BEGIN and COMMIT around its statements, a savepoint inside another', async () => {
      const { sequelize, Customer, Card, recorder } = await worldOf(engine)
      const ann = await Customer.findByPk(1)
      const fresh = await Card.create({ number: 'A-9' })
      const alone = await recorder.during(() => ann.setCard(fresh), { all: true })
      expect(alone[0]).toMatch(/^BEGIN/)
      expect(alone.at(-1)).toMatch(/^COMMIT/)
      const inside = await recorder.during(
        () =>
          sequelize.transaction(async () => {
            await ann.setCard(1)
          }),
        { all: true },
      )
      expect(inside.filter((statement) => /^BEGIN/.test(statement))).toHaveLength(1)
      expect(inside.some((statement) => /^SAVEPOINT/.test(statement))).toBe(true)
      expect(inside.at(-1)).toMatch(/^COMMIT/)
    })
    test('transaction: null steps outside the ambient one', async () => {
      const { sequelize, Customer, Card } = await worldOf(engine, { file: true, pool: { max: 2 } })
      const ann = await Customer.findByPk(1)
      await expect(
        sequelize.transaction(async () => {
          expect((await ann.getCard({ transaction: null })).number).toBe('A-1')
          throw new Error('back')
        }),
      ).rejects.toThrow('back')
      expect(await Card.count()).toBe(2)
    })
  })

  describe('createX', () => {
    test('takes what create takes', async () => {
      const { Customer, Card } = await worldOf(engine)
      const dan = await Customer.findByPk(4)
      const card = await dan.createCard({ number: 'D-1', kind: 'gold', pin: { digits: '0000' } }, { include: ['pin'] })
      expect([card.customerId, card.pin.cardId]).toEqual([4, card.id])
      const partial = await dan.createCard({ number: 'D-2', kind: 'gold' }, { fields: ['number'] })
      expect((await Card.findByPk(partial.id)).get()).toMatchObject({ number: 'D-2', kind: null, customerId: 4 })
      expect(await dan.createCard()).toMatchObject({ customerId: 4 })
    })
    test('belongsTo inserts the target, then updates the source', async () => {
      const { Customer, Address, recorder } = await worldOf(engine)
      const dan = await Customer.findByPk(4)
      const statements = await recorder.during(async () => {
        const address = await dan.createAddress({ street: 'New Street', city: { name: 'Bonn' } }, { include: ['city'] })
        expect(dan.addressId).toBe(address.id)
      })
      expect(statements.map((statement) => statement.split(' ')[0])).toEqual(['INSERT', 'INSERT', 'UPDATE'])
      expect(
        (await Address.findOne({ where: { street: 'New Street' }, include: ['city', 'customer'] })).get({
          plain: true,
        }),
      ).toMatchObject({ city: { name: 'Bonn' }, customer: { name: 'Dan' } })
    })
    test('an invalid value leaves nothing', async () => {
      const { Customer, Card, Address } = await worldOf(engine)
      const [ann, dan] = [await Customer.findByPk(1), await Customer.findByPk(4)]
      await expect(ann.createCard({ number: { not: 'a string' } })).rejects.toBeInstanceOf(ValidationError)
      await expect(dan.createAddress({ street: { not: 'a string' } })).rejects.toBeInstanceOf(ValidationError)
      expect(await Card.count({ where: { customerId: 1 } })).toBe(1)
      expect(await Address.count()).toBe(3)
    })
    test('a key of another source is refused or overwritten, never kept', async () => {
      const { Customer, Card } = await worldOf(engine)
      const dan = await Customer.findByPk(4)
      const outcome = await dan.createCard({ number: 'D-1', customerId: 1 }).then(
        (card: Row) => card.customerId,
        (error: Error) => error,
      )
      if (outcome instanceof Error) expect(outcome.message).toMatch(/customerId/)
      else expect(outcome).toBe(4)
      expect(await Card.count({ where: { customerId: 1 } })).toBe(1)
    })
  })

  describe('buildX', () => {
    test('makes an instance with the key, and saves nothing', async () => {
      const { Customer, Card, recorder } = await worldOf(engine)
      const dan = await Customer.findByPk(4)
      recorder.clear()
      const card = dan.buildCard({ number: 'D-1' })
      expect([card.isNewRecord, card.customerId, dan.card]).toEqual([true, 4, undefined])
      expect(recorder.statements).toEqual([])
      await card.save()
      expect((await Card.findByPk(card.id)).customerId).toBe(4)
    })
    test('belongsTo: the target does not know the source', async () => {
      const { Customer } = await worldOf(engine)
      const dan = await Customer.findByPk(4)
      const address = dan.buildAddress({ street: 'New Street' })
      expect([address.isNewRecord, address.street, dan.addressId]).toEqual([true, 'New Street', null])
      await dan.setAddress(address)
      expect((await Customer.findByPk(4, { include: 'address' })).address.street).toBe('New Street')
    })
  })

  describe('through the association', () => {
    test('get, set and create take the source first', async () => {
      const { Customer, Card } = await worldOf(engine)
      const dan = await Customer.findByPk(4)
      const { card, address } = Customer.associations as { card: Row; address: Row }
      const created = await card.create(dan, { number: 'D-1' })
      expect(created.customerId).toBe(4)
      expect((await card.get(dan)).id).toBe(created.id)
      await card.set(dan, 1)
      expect((await Card.findByPk(1)).customerId).toBe(4)
      await address.set(dan, 2)
      expect((await address.get(dan)).street).toBe('Via Appia')
      expect(await card.set(dan, null)).toBeNull()
    })
    test('get of many, in one statement', async () => {
      const { Customer, recorder } = await worldOf(engine)
      const customers = await Customer.findAll({ order: ['id'] })
      const statements = await recorder.during(async () => {
        const cards: Map<unknown, Row | null> = await Customer.associations.card.get(customers)
        expect(customers.map((customer) => cards.get(customer.id)?.number ?? null)).toEqual(['A-1', 'B-2', null, null])
      })
      expect(statements).toHaveLength(1)
    })
  })
})
