// Seed 001, "Sequelize One-to-One Example": customers and their address, keys by UUID, promises chained with `then`.
import { Sequelize } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../support/databases.js'
import { columnsOf, foreignKeysOf, indexesOf } from '../support/schema.js'
import type { Database, Row, Table } from '../support/untyped.js'

const UUID_V1 = /^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

function models(sequelize: Database): { Customers: Table; Address: Table } {
  const Customers = sequelize.define('customer', {
    uuid: {
      type: Sequelize.UUID,
      defaultValue: Sequelize.UUIDV1,
      primaryKey: true,
    },
    firstname: Sequelize.STRING,
    lastname: Sequelize.STRING,
    age: Sequelize.INTEGER,
  })
  const Address = sequelize.define('address', {
    street: Sequelize.STRING,
    phone: Sequelize.STRING,
  })
  return { Customers, Address }
}

describeEachEngine('seed 001', (engine) => {
  async function connected(): Promise<Database> {
    return engine.script(await engine.connect())
  }

  /** Two models with nothing but their names, as in the article's first half. */
  async function plain() {
    const sequelize = await connected()
    const Customer = sequelize.define('customer', { firstname: Sequelize.STRING })
    const Address = sequelize.define('address', { street: Sequelize.STRING })
    return { sequelize, Customer, Address }
  }

  /** The article's solution: both sides, with keys named. */
  async function program() {
    const sequelize = await connected()
    const { Customers, Address } = models(sequelize)
    Address.belongsTo(Customers, { foreignKey: 'fk_customerid', targetKey: 'uuid' })
    Customers.hasOne(Address, { foreignKey: 'fk_customerid', targetKey: 'uuid' })
    await sequelize.sync({ force: true })
    return { sequelize, Customers, Address, recorder: engine.recorder(sequelize) }
  }

  test('the whole program, start to end', async () => {
    const { Customers: Customer, Address } = await program()
    let customer: Row | undefined
    await Customer.create({
      firstname: 'Jack',
      lastname: 'Davis',
      age: 37,
    })
      .then((createdCustomer) => {
        // Send created customer to client
        customer = createdCustomer
        return Address.create({
          street: 'W NORMA ST',
          phone: '+12321326432',
        })
      })
      .then((address) => {
        return customer?.setAddress(address)
      })
    const customers = await Customer.findAll({
      attributes: [['uuid', 'customerId'], ['firstname', 'name'], 'age'],
      include: [
        {
          model: Address,
          where: { fk_customerid: Sequelize.col('customer.uuid') },
          attributes: ['street', 'phone'],
        },
      ],
    })
    expect(JSON.parse(JSON.stringify(customers))).toEqual([
      { customerId: customer?.uuid, name: 'Jack', age: 37, address: { street: 'W NORMA ST', phone: '+12321326432' } },
    ])
  })

  test('001-01 in Customer.hasOne(Address), Customer is the source and Address the target', async () => {
    const { Customer, Address } = await plain()
    const association = Customer.hasOne(Address)
    expect([association.source, association.target]).toEqual([Customer, Address])
  })

  test('001-02 lower-case singular names: models customer and address, tables customers and addresses', async () => {
    const { Customer, Address } = await plain()
    expect([Customer.name, Address.name]).toEqual(['customer', 'address'])
    expect([Customer.tableName, Address.tableName]).toEqual(['customers', 'addresses'])
  })

  test('001-03 a one-to-one can be made two ways', async () => {
    for (const way of ['belongsTo', 'hasOne'] as const) {
      const { sequelize, Customer, Address } = await plain()
      if (way === 'belongsTo') Address.belongsTo(Customer)
      else Customer.hasOne(Address)
      await sequelize.sync()
      const customer = await Customer.create({ firstname: 'Jack' })
      await Address.create({ street: 'W NORMA ST', customerId: customer.id })
      const found =
        way === 'belongsTo'
          ? (await Address.findOne({ include: Customer })).customer.firstname
          : (await Customer.findOne({ include: Address })).address.street
      expect(found).toBe(way === 'belongsTo' ? 'Jack' : 'W NORMA ST')
    }
  })

  test('001-04 Address.belongsTo(Customer) adds customerId to Address, which holds the primary key of Customer', async () => {
    const { sequelize, Customer, Address } = await plain()
    const association = Address.belongsTo(Customer)
    expect(association.foreignKey).toBe('customerId')
    expect(Address.getAttributes().customerId).toBeDefined()
    expect(Customer.getAttributes().addressId).toBeUndefined()
    await sequelize.sync()
    const customer = await Customer.create({ firstname: 'Jack' })
    const address = await Address.create({ street: 'W NORMA ST' })
    await address.setCustomer(customer)
    expect((await Address.findOne()).customerId).toBe(customer.id)
  })

  test('001-05 Customer.hasOne(Address) adds customerId to Address as well', async () => {
    const { Customer, Address } = await plain()
    expect(Customer.hasOne(Address).foreignKey).toBe('customerId')
    expect(Address.getAttributes().customerId).toBeDefined()
    expect(Object.keys(Customer.getAttributes())).toEqual(['id', 'firstname', 'createdAt', 'updatedAt'])
  })

  test('001-06 hasOne puts the key into the target, belongsTo into the source', async () => {
    const one = await plain()
    one.Customer.hasOne(one.Address)
    expect([one.Customer.getAttributes().addressId, one.Address.getAttributes().customerId].map(Boolean)).toEqual([
      false,
      true,
    ])
    const other = await plain()
    other.Customer.belongsTo(other.Address)
    expect([other.Customer.getAttributes().addressId, other.Address.getAttributes().customerId].map(Boolean)).toEqual([
      true,
      false,
    ])
  })

  test('001-07 both sides declared: one foreign key, in either order', async () => {
    for (const order of ['hasOne first', 'belongsTo first']) {
      const { sequelize, Customer, Address } = await plain()
      if (order === 'hasOne first') Customer.hasOne(Address)
      Address.belongsTo(Customer)
      if (order === 'belongsTo first') Customer.hasOne(Address)
      await sequelize.sync()
      expect(Object.keys(await columnsOf(sequelize, 'addresses'))).toEqual([
        'id',
        'street',
        'createdAt',
        'updatedAt',
        'customerId',
      ])
      expect(await foreignKeysOf(sequelize, 'addresses')).toHaveLength(1)
    }
  })

  test('001-08 an own primary key replaces the automatic id', async () => {
    const { sequelize, Customers } = await program()
    expect(Object.keys(Customers.getAttributes())).toEqual([
      'uuid',
      'firstname',
      'lastname',
      'age',
      'createdAt',
      'updatedAt',
    ])
    expect(Customers.primaryKeyAttributes).toEqual(['uuid'])
    const columns = await columnsOf(sequelize, 'customers')
    expect(columns.id).toBeUndefined()
    expect(columns.uuid?.primaryKey).toBe(true)
  })

  test('001-09 create fills in a UUID of version 1', async () => {
    const { Customers } = await program()
    const [jack, jill] = [await Customers.create({ firstname: 'Jack' }), await Customers.create({ firstname: 'Jill' })]
    expect(jack.uuid).toMatch(UUID_V1)
    expect(jill.uuid).toMatch(UUID_V1)
    expect(jill.uuid).not.toBe(jack.uuid)
    expect((await Customers.findByPk(jack.uuid)).firstname).toBe('Jack')
  })

  test('001-10 belongsTo with foreignKey and targetKey: fk_customerid refers to customers.uuid', async () => {
    const sequelize = await connected()
    const { Customers, Address } = models(sequelize)
    Address.belongsTo(Customers, { foreignKey: 'fk_customerid', targetKey: 'uuid' })
    await sequelize.sync()
    expect(await foreignKeysOf(sequelize, 'addresses')).toMatchObject([
      { columns: ['fk_customerid'], table: 'customers', references: ['uuid'] },
    ])
  })

  test('001-11 hasOne with foreignKey and targetKey pairs with it on the same column', async () => {
    const { sequelize, Customers, Address } = await program()
    expect(Object.keys(await columnsOf(sequelize, 'addresses'))).toEqual([
      'id',
      'street',
      'phone',
      'createdAt',
      'updatedAt',
      'fk_customerid',
    ])
    expect(await foreignKeysOf(sequelize, 'addresses')).toHaveLength(1)
    expect(Customers.associations.address.sourceKey).toBe('uuid')
    expect(Address.associations.customer.targetKey).toBe('uuid')
    expect(Customers.associations.address.inverse).toBe(Address.associations.customer)
  })

  test("001-12 the foreign key has the engine's UUID type", async () => {
    const { sequelize, Customers, Address } = await program()
    expect((await columnsOf(sequelize, 'addresses')).fk_customerid?.type).toBe(
      (await columnsOf(sequelize, 'customers')).uuid?.type,
    )
    expect(Address.getAttributes().fk_customerid.type.toString()).toBe(Customers.getAttributes().uuid.type.toString())
  })

  test("001-13 the default foreign key of belongsTo is the target's name and its primary key: customerUuid", async () => {
    const { Customers, Address } = models(await connected())
    expect(Address.belongsTo(Customers).foreignKey).toBe('customerUuid')
    expect(Address.getAttributes().customerUuid).toBeDefined()
  })

  test('001-14 foreignKey overrides that name', async () => {
    const { Customers, Address } = models(await connected())
    expect(Address.belongsTo(Customers, { foreignKey: 'fk_customerid' }).foreignKey).toBe('fk_customerid')
    expect(Address.getAttributes().customerUuid).toBeUndefined()
  })

  test("001-15 the target key is the target's primary key by default", async () => {
    const { sequelize, Customer, Address } = await plain()
    expect(Address.belongsTo(Customer).targetKey).toBe('id')
    await sequelize.sync()
    expect((await foreignKeysOf(sequelize, 'addresses'))[0]?.references).toEqual(['id'])
  })

  test('001-16 targetKey selects another column', async () => {
    const sequelize = await connected()
    const Customer = sequelize.define('customer', { email: { type: Sequelize.STRING, unique: true } })
    const Address = sequelize.define('address', { street: Sequelize.STRING })
    const association = Address.belongsTo(Customer, { foreignKey: 'customerEmail', targetKey: 'email' })
    expect(association.targetKey).toBe('email')
    await sequelize.sync()
    expect((await foreignKeysOf(sequelize, 'addresses'))[0]).toMatchObject({
      columns: ['customerEmail'],
      references: ['email'],
    })
    const customer = await Customer.create({ email: 'jack@example.com' })
    const address = await Address.create({ street: 'W NORMA ST', customerEmail: 'jack@example.com' })
    expect((await address.getCustomer()).id).toBe(customer.id)
  })

  test('001-17 create, create, setAddress', async () => {
    const { Customers: Customer, Address } = await program()
    const customer = await Customer.create({ firstname: 'Jack' })
    const address = await Address.create({ street: 'W NORMA ST' })
    await customer.setAddress(address)
    expect((await Address.findByPk(address.id)).fk_customerid).toBe(customer.uuid)
    expect((await customer.getAddress()).street).toBe('W NORMA ST')
  })

  test('001-18 query methods return promises', async () => {
    const { Customers: Customer, Address } = await program()
    const creating = Customer.create({ firstname: 'Jack' })
    expect(creating).toBeInstanceOf(Promise)
    const steps: string[] = []
    await creating
      .then((customer) => {
        steps.push(customer.firstname)
        return Address.create({ street: 'W NORMA ST' })
      })
      .then((address) => {
        steps.push(address.street)
        return Customer.create({ uuid: 'not a uuid' })
      })
      .catch((error: Error) => {
        steps.push(error.name)
      })
      .finally(() => {
        steps.push('done')
      })
    expect(steps).toEqual(['Jack', 'W NORMA ST', 'SequelizeValidationError', 'done'])
  })

  test('001-19 entities are fetched with findAll and include', async () => {
    const { Customers: Customer, Address, recorder } = await program()
    const jack = await Customer.create({ firstname: 'Jack' })
    await jack.setAddress(await Address.create({ street: 'W NORMA ST' }))
    await Customer.create({ firstname: 'Jill' })
    const statements = await recorder.during(async () => {
      const customers = await Customer.findAll({ include: [{ model: Address }], order: ['firstname'] })
      expect(customers.map((customer) => [customer.firstname, customer.address?.street ?? null])).toEqual([
        ['Jack', 'W NORMA ST'],
        ['Jill', null],
      ])
    })
    expect(statements).toHaveLength(1)
  })

  test('001-19 the foreign key has no unique index unless one is asked for', async () => {
    const { sequelize } = await program()
    expect((await indexesOf(sequelize, 'addresses')).filter((index) => index.unique)).toEqual([])
  })
})
