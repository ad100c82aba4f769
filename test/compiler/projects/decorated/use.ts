import {
  and,
  AssociationError,
  attribute,
  cast,
  col,
  CreationAttributes,
  fn,
  importModels,
  json,
  list,
  literal,
  Model,
  ModelStatic,
  Op,
  or,
  QueryTypes,
  Sequelize,
  sql,
  SqliteDialect,
  TransactionNestMode,
} from 'mortise'
import { DrivingLicense, LikedToot, Person, Setting, Status, Toot } from './models.js'

export const sequelize = new Sequelize({
  dialect: SqliteDialect,
  storage: 'sequelize.sqlite',
  pool: { max: 5, idle: 30_000 },
  models: [Person, DrivingLicense, Toot, LikedToot, Setting],
  hooks: {
    beforeDefine: (attributes, options) => {
      options.comment = Object.keys(attributes).join()
    },
    beforeFind: () => console.log('find'),
  },
})

export async function inserting(): Promise<void> {
  const jane = Person.build({ firstName: 'Jane', email: 'jane@example.com' })
  jane.set({ firstName: 'Ada', age: 20 })
  await jane.save()
  const person = await Person.create({
    firstName: 'John',
    lastName: 'Doe',
    email: 'x@example.com',
    status: Status.Blocked,
  })
  const [found, created] = await Person.findOrCreate({
    where: { email: 'sdepold@example.com' },
    defaults: { firstName: 'S', email: 'sdepold@example.com', nick: 'sd' },
  })
  if (created) console.log(found.nick)
  await Person.bulkCreate(
    [
      { firstName: 'a', email: 'a@b' },
      { firstName: 'b', email: 'b@b' },
    ],
    { validate: true, fields: ['firstName', 'email'] },
  )
  await Person.create(
    { firstName: 'x', email: 'y', drivingLicense: { number: '1' }, toots: [{ content: 'hello' }] },
    { include: ['drivingLicense', { association: 'toots', include: ['likers'] }] },
  )
  const values: CreationAttributes<Toot> = { content: 'x', authorId: person.id }
  await Toot.create(values)
  await Setting.create({ key: 'a', value: 5n })
  const setting = await Setting.findOne({ where: { key: 'a', value: { [Op.gt]: 3n } } })
  console.log(setting?.id.length, setting?.createdAt.getTime())
}

export async function reading(): Promise<void> {
  const people = await Person.findAll({
    attributes: [
      'firstName',
      ['lastName', 'name'],
      [sql`SUBSTRING(${attribute('firstName')}, 1, 3)`, 'short'],
      [fn('COUNT', col('id')), 'n'],
    ],
    where: or({ firstName: 'a' }, and({ age: { [Op.lt]: 30 } }, { lastName: { [Op.not]: null } })),
    order: [
      ['lastName', 'DESC'],
      sql`lower(${attribute('firstName')})`,
      [sql.attribute('age'), 'NULLS LAST'],
      ['drivingLicense', 'number', 'ASC'],
    ],
    include: [{ association: 'drivingLicense', required: true, where: { number: { [Op.like]: 'A%' } } }, 'toots'],
    limit: 10,
    offset: 5,
    subQuery: false,
  })
  const license: string = people[0]!.drivingLicense.number
  const toots: Toot[] = people[0]!.toots
  console.log(license, toots)
  await Person.findAll({
    where: {
      'address.city': 'Oslo',
      'address.geo.lat': { [Op.gt]: 50 },
      address: { city: { [Op.startsWith]: 'O' } },
      '$drivingLicense.number$': { [Op.ne]: null },
      'age::text': '5',
      status: { [Op.in]: [Status.Active] },
      nick: { [Op.or]: [{ [Op.like]: 'a%' }, { [Op.eq]: { [Op.any]: ['a', 'b'] } }, null] },
      bornAt: { [Op.between]: [new Date(0), new Date()] },
      [Op.not]: [{ id: [1, 2] }, sql`${attribute('age')} = ${list([1, 2])}`],
    },
  })
  await Person.findAll({ where: sql.where(sql`char_length(${attribute('firstName')})`, Op.gt, 5) })
  await Person.findAll({ where: sql.where(sql.cast(sql.attribute('age'), 'TEXT'), Op.iLike, '%5%') })
  await Toot.findAll({ where: { tags: { [Op.contains]: ['a'] }, content: { [Op.match]: fn('to_tsquery', 'x') } } })
  const everything = await Person.findAll({ include: { all: true, nested: true } })
  console.log(everything.length, json('address.city'), cast(literal('1'), 'text'))
  const { rows, count } = await Toot.findAndCountAll({
    include: { model: Person, as: 'author', where: { age: 3 } },
    distinct: true,
    limit: 5,
  })
  const author: Person = rows[0]!.author
  console.log(author.fullName, count + 1)
  const one = await Person.findByPk(1, { include: 'father', rejectOnEmpty: true, paranoid: false })
  const father: Person | null = one.father
  console.log(father?.fullName, await one.getFather())
  const liked = await one.getLikedToots({ joinTableAttributes: ['stars'] })
  const stars: number | null | undefined = liked[0]?.LikedToot?.stars
  const raw = await Person.findAll({ raw: true, attributes: ['id', 'email'] })
  console.log(stars, raw[0]!.email, await Person.findOne({ lock: true, skipLocked: true, useMaster: true }))
  for await (const each of Person.stream()) console.log(each.fullName)
}

export async function writing(person: Person): Promise<void> {
  await person.addLikedToots([1, 2], { through: { stars: 3 } })
  await person.setLikedToots(null)
  await person.createLikedToot({ content: 'x' })
  await person.createToot({ content: 'y', tags: ['a'] })
  await person.setDrivingLicense(5)
  await person.setDrivingLicense(null, { destroyPrevious: true })
  const license: DrivingLicense = await person.createDrivingLicense({ number: '123' })
  await person.setToots([1, 2], { destroyPrevious: true })
  await person.setFather(license.ownerId, { save: false })
  await person.update({ age: sql`age + 1` })
  await person.increment({ age: 2, version: 1 })
  await person.decrement('age', { by: 3 })
  await person.destroy({ force: true })
  if (person.isSoftDeleted()) await person.restore()
  const [count] = await Person.update({ firstName: 'Doe' }, { where: { lastName: null }, limit: 3 })
  console.log(count, person.changed(), person.previous('firstName'), person.getDataValue('age'), person.equals(person))
  const [, rows] = await Person.update({ lastName: sql.literal('x') }, { where: {}, returning: ['id'] })
  console.log(rows.map((each) => each.id))
  await Person.upsert({ firstName: 'x', email: 'y' }, { conflictFields: ['email'] })
  await Person.destroy({ where: { status: Status.Blocked }, limit: 3 })
}

export async function statements(): Promise<void> {
  const users = await sequelize.query<{ id: number }>('SELECT id FROM people WHERE name = $name', {
    bind: { name: 'x' },
    type: QueryTypes.SELECT,
  })
  console.log(users[0]!.id)
  await sequelize.query(sql`SELECT * FROM ${sql.identifier('people')} WHERE id IN ${sql.list([1, 2])}`, {
    model: Person,
    mapToModel: true,
  })
  await sequelize.transaction({ nestMode: TransactionNestMode.savepoint }, async (transaction) => {
    await Person.create({ firstName: 'x', email: 'z' }, { transaction })
    transaction.afterCommit(() => console.log('done'))
  })
  const transaction = await sequelize.startUnmanagedTransaction()
  await transaction.rollback()
  await sequelize.queryInterface.addColumn('people', 'height', { type: DataTypesOf.INTEGER, allowNull: true })
  sequelize.hooks.addListener('afterConnect', async (connection) => void connection)
  Person.hooks.addListener('beforeSave', (person: Person) => void person.fullName, 'name')
  Person.hooks.removeListener('beforeSave', 'name')
  for (const model of sequelize.models) console.log(model.name, model.table, model.associations)
  const model: ModelStatic | undefined = sequelize.models.get('Person')
  if (model === undefined) throw new AssociationError('no model')
  console.log(keysOf(Person), await importModels(`${process.cwd()}/models/**/*.model.{ts,js}`))
}
const { DataTypes: DataTypesOf } = Sequelize

function keysOf<M extends Model>(model: ModelStatic<M>): string[] {
  const keys: string[] = []
  for (const each of model.modelDefinition.attributes.values()) if (each.primaryKey) keys.push(each.attributeName)
  return [
    ...keys,
    model.modelDefinition.attributes.get('id')?.columnName ?? '',
    ...model.modelDefinition.primaryKeysAttributeNames,
  ]
}
