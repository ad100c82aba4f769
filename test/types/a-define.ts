import type { Attributes, CreationAttributes, Sequelize } from 'mortise'
import { col, DataTypes, fn, literal, Op, sql } from 'mortise'
import { assignable, expectType } from './expect.js'

declare const sequelize: Sequelize

export const User = sequelize.define(
  'User',
  {
    firstName: DataTypes.STRING,
    age: { type: DataTypes.INTEGER, allowNull: false },
    role: { type: DataTypes.ENUM('admin', 'user'), allowNull: false, defaultValue: 'user' },
    email: { type: DataTypes.STRING(255), allowNull: false, unique: true },
    tags: DataTypes.ARRAY(DataTypes.STRING),
    meta: DataTypes.JSONB<{ city: string; geo: { lat: number } }>(),
    blob: DataTypes.JSON,
    born: DataTypes.DATE,
    big: DataTypes.BIGINT,
    full: {
      type: DataTypes.VIRTUAL(DataTypes.STRING),
      get() {
        return this.getDataValue('firstName')
      },
    },
  },
  { timestamps: true },
)
type U = InstanceType<typeof User>

export async function attrs() {
  const u = (await User.findOne())!
  expectType<number>()(u.id)
  expectType<string | null>()(u.firstName)
  expectType<number>()(u.age)
  expectType<'admin' | 'user'>()(u.role)
  expectType<string>()(u.email)
  expectType<string[] | null>()(u.tags)
  expectType<number | undefined>()(u.meta?.geo.lat)
  expectType<Date | null>()(u.born)
  expectType<string | null>()(u.big)
  expectType<string | null>()(u.full)
  expectType<Date>()(u.createdAt)
  expectType<Date>()(u.updatedAt)
  // @ts-expect-error not paranoid
  u.deletedAt
  // @ts-expect-error unknown
  u.lastName
  expectType<string | null>()(u.get('firstName'))
  expectType<number>()(u.get().age)
  u.age = 3
  u.firstName = null
  // @ts-expect-error not null
  u.age = null
  await u.save()
  await u.update({ age: 4, firstName: literal('x') })
  // @ts-expect-error unknown attribute
  await u.update({ agee: 4 })
  expectType<
    | 'id'
    | 'firstName'
    | 'age'
    | 'role'
    | 'email'
    | 'tags'
    | 'meta'
    | 'blob'
    | 'born'
    | 'big'
    | 'full'
    | 'createdAt'
    | 'updatedAt'
  >()(null! as keyof Attributes<U>)
}

export async function options() {
  const A = sequelize.define('A', { x: DataTypes.STRING }, { timestamps: false })
  const a = (await A.findOne())!
  expectType<number>()(a.id)
  // @ts-expect-error timestamps: false
  a.createdAt
  const B = sequelize.define(
    'B',
    { code: { type: DataTypes.UUID, primaryKey: true }, x: DataTypes.STRING },
    { paranoid: true, createdAt: 'created_on', updatedAt: false, version: true },
  )
  const b = (await B.findOne())!
  expectType<string>()(b.code)
  // @ts-expect-error own primary key: no implicit id
  b.id
  expectType<Date>()(b.created_on)
  // @ts-expect-error updatedAt: false
  b.updatedAt
  // @ts-expect-error renamed
  b.createdAt
  expectType<Date | null>()(b.deletedAt)
  expectType<number>()(b.version)
  const C = sequelize.define('C', { id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true } })
  const c = await C.create({})
  expectType<string>()(c.id)
  // @ts-expect-error typo in a column option
  sequelize.define('D', { x: { type: DataTypes.STRING, alowNull: false } })
  // @ts-expect-error typo in an option
  sequelize.define('D', { x: { type: DataTypes.STRING } }, { timestamp: false })
  // @ts-expect-error typo in an option next to a valid one
  sequelize.define('D', { x: { type: DataTypes.STRING } }, { timestamps: true, tableNam: 'd' })
  // @ts-expect-error not a data type
  sequelize.define('D', { x: { type: 'string' } })
}

export async function creation() {
  await User.create({ age: 1, email: 'a@b' })
  await User.create({
    age: 1,
    email: 'a@b',
    firstName: null,
    role: 'admin',
    id: 4,
    born: '2020-01-01',
    createdAt: new Date(),
  })
  // @ts-expect-error missing age
  await User.create({ email: 'a@b' })
  // @ts-expect-error unknown key
  await User.create({ age: 1, email: 'a@b', nope: 1 })
  // @ts-expect-error null in a NOT NULL column
  await User.create({ age: null, email: 'a@b' })
  // @ts-expect-error not in the enum
  await User.create({ age: 1, email: 'a@b', role: 'root' })
  await User.bulkCreate([{ age: 1, email: 'a' }])
  // @ts-expect-error missing email
  await User.bulkCreate([{ age: 1 }])
  new User({ age: 1, email: 'x' })
  User.build({ age: 1, email: 'x' })
  assignable<CreationAttributes<U>>({ age: 1, email: 'x' })
  const [u, created] = await User.findOrCreate({ where: { email: 'x' }, defaults: { age: 1, email: 'x' } })
  expectType<number>()(u.age)
  expectType<boolean>()(created)
}

export async function where() {
  await User.findAll({ where: { firstName: 'x', age: 3, role: ['admin', 'user'] } })
  await User.findAll({
    where: { firstName: null, age: { [Op.gt]: 3, [Op.lte]: 10, [Op.in]: [1, 2], [Op.between]: [1, 2] } },
  })
  await User.findAll({
    where: { [Op.or]: [{ firstName: 'x' }, { age: { [Op.not]: 3 } }], [Op.and]: { age: 1 }, [Op.not]: { age: 2 } },
  })
  await User.findAll({
    where: { firstName: { [Op.like]: '%x', [Op.startsWith]: 'a', [Op.or]: ['a', { [Op.ne]: 'b' }, null] } },
  })
  await User.findAll({ where: [{ firstName: 'x' }, literal('1=1'), sql`age > ${3}`] })
  await User.findAll({ where: { born: { [Op.gte]: new Date(), [Op.lt]: '2020-01-01' } } })
  await User.findAll({ where: { tags: { [Op.contains]: ['a'], [Op.overlap]: ['b'] } } })
  await User.findAll({ where: { tags: ['a', 'b'] } })
  await User.findAll({
    where: {
      '$tasks.title$': 'x',
      '$tasks.meta$.a.b': 1,
      'id::text': '1',
      'meta.city': 'Oslo',
      'meta.geo.lat::int': 3,
      'meta[0]': 1,
    },
  })
  await User.findAll({ where: { meta: { city: 'Oslo', geo: { lat: { [Op.gt]: 3 } } } } })
  await User.findAll({
    where: { meta: { [Op.contains]: { city: 'x' } }, blob: { anything: { goes: 1 } }, 'blob.x.y': 1 },
  })
  await User.findAll({
    where: { firstName: fn('lower', col('x')), age: { [Op.gt]: col('other'), [Op.eq]: { [Op.any]: [1, 2] } } },
  })
  await User.findAll({ where: { age: { [Op.in]: literal('(select 1)') } } })
  // @ts-expect-error unknown column
  await User.findAll({ where: { fistName: 'x' } })
  // @ts-expect-error unknown column beside a known one
  await User.findAll({ where: { firstName: 'x', fistName: 'x' } })
  // @ts-expect-error wrong value type
  await User.findAll({ where: { age: 'x' } })
  // @ts-expect-error operator value type
  await User.findAll({ where: { age: { [Op.gt]: 'x' } } })
  // @ts-expect-error LIKE on a number
  await User.findAll({ where: { age: { [Op.like]: '%x' } } })
  // @ts-expect-error LIKE on a number next to a valid operator
  await User.findAll({ where: { age: { [Op.gt]: 1, [Op.like]: '%x' } } })
  // @ts-expect-error NOT NULL column compared to null
  await User.findAll({ where: { age: null } })
  // @ts-expect-error enum
  await User.findAll({ where: { role: 'root' } })
  // @ts-expect-error enum in list
  await User.findAll({ where: { role: ['root'] } })
  // @ts-expect-error unknown column inside Op.or
  await User.findAll({ where: { [Op.or]: [{ fistName: 'x' }] } })
  // @ts-expect-error path on a non-JSON column
  await User.findAll({ where: { 'age.x': 1 } })
  // @ts-expect-error nested JSON key
  await User.findAll({ where: { meta: { citty: 'Oslo' } } })
  // @ts-expect-error nested JSON value type
  await User.findAll({ where: { meta: { geo: { lat: 'x' } } } })
  // @ts-expect-error between needs a pair
  await User.findAll({ where: { age: { [Op.between]: [1] } } })
}

export async function select() {
  // raw: narrows, aliases included
  const r = (await User.findOne({
    attributes: ['id', 'age', [fn<number>('count', col('x')), 'n'], [literal('1'), 'u']],
    raw: true,
  }))!
  expectType<number>()(r.id)
  expectType<number>()(r.n)
  expectType<unknown>()(r.u)
  // @ts-expect-error not selected
  r.firstName
  // @ts-expect-error raw rows have no methods
  r.save
  const r2 = (await User.findAll({ attributes: { exclude: ['age'] }, raw: true }))[0]!
  expectType<string>()(r2.email)
  // @ts-expect-error excluded
  r2.age
  const r3 = (await User.findAll({ raw: true }))[0]!
  expectType<Date>()(r3.createdAt)
  // instance: not narrowed by default
  const u = (await User.findOne({ attributes: ['id'] }))!
  expectType<number>()(u.age)
  // @ts-expect-error unknown attribute
  await User.findOne({ attributes: ['id', 'nope'] })
  // @ts-expect-error unknown attribute
  await User.findOne({ attributes: { exclude: ['nope'] } })
  // @ts-expect-error column option typo
  await User.findOne({ attributes: ['id'], ordr: [] })
  await User.findAll({
    order: ['age', ['firstName', 'DESC'], [fn('max', col('age')), 'ASC NULLS LAST'], literal('1')],
    group: ['age'],
    limit: 3,
  })
  // @ts-expect-error unknown column
  await User.findAll({ order: ['agee'] })
  const must = await User.findOne({ rejectOnEmpty: true })
  expectType<number>()(must.age)
  const byPk = (await User.findByPk(1))!
  expectType<number>()(byPk.age)
  // @ts-expect-error wrong pk type
  await User.findByPk('x')
  const m = await User.max('age')
  expectType<number | null>()(m)
  const { rows, count } = await User.findAndCountAll({ where: { age: 1 } })
  expectType<number>()(count)
  expectType<number>()(rows[0]!.age)
  await User.update({ age: 3 }, { where: { id: 1 } })
  // @ts-expect-error unknown column in update
  await User.update({ agee: 3 }, { where: { id: 1 } })
  await User.destroy({ where: { age: { [Op.lt]: 3 } } })
}

export async function chainedTypes() {
  const { STRING, CHAR, DECIMAL, NUMERIC, INTEGER, BIGINT, FLOAT } = DataTypes
  const Chained = sequelize.define('Chained', {
    name: STRING(20).BINARY,
    plain: { type: STRING.BINARY, allowNull: false },
    code: CHAR(4).BINARY,
    price: { type: DECIMAL(10, 2).UNSIGNED.ZEROFILL, allowNull: false },
    exact: NUMERIC(10, 2).ZEROFILL,
    count: { type: INTEGER(11).UNSIGNED.ZEROFILL, allowNull: false },
    big: BIGINT({ unsigned: true }).UNSIGNED,
    ratio: FLOAT(11, 10).UNSIGNED,
    double: DataTypes['DOUBLE PRECISION'](11).ZEROFILL,
  })
  const row = (await Chained.findOne())!
  expectType<string | null>()(row.name)
  expectType<string>()(row.plain)
  expectType<string | null>()(row.code)
  expectType<string>()(row.price)
  expectType<string | null>()(row.exact)
  expectType<number>()(row.count)
  expectType<string | null>()(row.big)
  expectType<number | null>()(row.ratio)
  expectType<number | null>()(row.double)
  await Chained.create({ plain: 'x', price: 1.5, count: 3, big: 4n })
  // @ts-expect-error a price is text or a number
  await Chained.create({ plain: 'x', price: true, count: 3 })
  // @ts-expect-error text has no sign
  STRING(20).UNSIGNED
  // @ts-expect-error numbers are no text
  INTEGER(11).BINARY
}

export async function unknownValues() {
  const Loose = sequelize.define('Loose', {
    blob: DataTypes.JSON,
    must: { type: DataTypes.JSONB, allowNull: false },
    bare: DataTypes.VIRTUAL,
    full: {
      type: DataTypes.VIRTUAL,
      get() {
        return `${this.bare} and more`
      },
    },
    counted: { type: DataTypes.VIRTUAL(DataTypes.INTEGER), get: () => 3 },
  })
  const row = (await Loose.findOne())!
  expectType<unknown>()(row.blob)
  expectType<unknown>()(row.must)
  expectType<unknown>()(row.bare)
  expectType<string>()(row.full)
  expectType<number | null>()(row.counted)
  row.blob = { anything: [1] }
  await Loose.create({ must: { x: 1 } })
  // @ts-expect-error must is required, though it may be any JSON
  await Loose.create({})
  await Loose.findAll({ where: { blob: { x: 1 }, 'blob.x': 1, must: { [Op.contains]: { x: 1 } } } })
  // @ts-expect-error nothing is known of it
  row.blob.x
}
