// What Sequelize's guides write, on inferred models: calls that once did not compile, beside their mistakes.
import type {
  Expression,
  HasOneSetAssociationMixin,
  InferAttributes,
  InferCreationAttributes,
  Literal,
  Sequelize,
  StringifyOptions,
} from 'mortise'
import {
  Sequelize as Connected,
  col,
  DataTypes,
  fn,
  hasMany,
  hasOne,
  literal,
  Model,
  Op,
  QueryTypes,
  sql,
} from 'mortise'
import { PostgresDialect } from 'mortise/postgres'
import { assignable, expectType } from './expect.js'

declare const sequelize: Sequelize

class Post extends sequelize.model('Post', {
  title: { type: DataTypes.STRING, allowNull: false },
  views: DataTypes.INTEGER,
  tags: DataTypes.ARRAY(DataTypes.STRING),
  publishedAt: DataTypes.DATE,
  publishedDuring: DataTypes.RANGE(DataTypes.DATE),
  pages: DataTypes.RANGE(DataTypes.INTEGER),
  meta: DataTypes.JSONB<{ age: number; address: { city: string } }>(),
}) {}
class Person extends sequelize.model(
  'Person',
  { name: { type: DataTypes.STRING, allowNull: false }, age: DataTypes.INTEGER },
  {
    associations: {
      spouse: hasOne(() => Person, { foreignKey: 'spouseId', inverse: { as: 'spouseOf' } }),
      siblings: hasMany(() => Person, { foreignKey: 'siblingId', inverse: { as: 'sibling' } }),
      posts: hasMany(() => Post, 'authorId'),
    },
  },
) {}
class Setting extends sequelize.model('Setting', { key: DataTypes.STRING }) {}

// Docs: querying/operators, "Range Operators".
export async function ranges(): Promise<void> {
  const year = [new Date('2019-01-01'), new Date('2020-01-01')]
  await Post.findAll({ where: { publishedDuring: { [Op.contains]: new Date() } } })
  await Post.findAll({ where: { publishedDuring: { [Op.contains]: year, [Op.overlap]: year, [Op.adjacent]: year } } })
  await Post.findAll({ where: { publishedAt: { [Op.contained]: year } } })
  await Post.findAll({
    where: { pages: { [Op.strictLeft]: [1, 2], [Op.strictRight]: [1, 2], [Op.noExtendLeft]: [1, null] } },
  })
  await Post.findAll({ where: { pages: { [Op.noExtendRight]: [{ value: 1, inclusive: false }, 2] } } })
  // Docs: models/data-types, "Ranges": the bounds may have been written down before.
  await Post.create({ title: 'x', publishedDuring: year, pages: [1, Infinity] })
  // @ts-expect-error a range of numbers
  await Post.findAll({ where: { pages: { [Op.contains]: true } } })
  // @ts-expect-error a range of numbers
  await Post.findAll({ where: { pages: { [Op.overlap]: [new Date(), new Date()] } } })
  // @ts-expect-error a list is no range
  await Post.findAll({ where: { tags: { [Op.adjacent]: ['a', 'b'] } } })
  // @ts-expect-error nor is a text contained in one of dates
  await Post.findAll({ where: { views: { [Op.contained]: year } } })
  // @ts-expect-error a number contains nothing
  await Post.findAll({ where: { views: { [Op.contains]: 1 } } })
}

// Docs: querying/operators, "List & Array Comparison".
export async function anyAndAll(): Promise<void> {
  await Post.findAll({ where: { views: { [Op.any]: [2, 3] }, title: { [Op.all]: literal('SELECT 1') } } })
  // @ts-expect-error numbers
  await Post.findAll({ where: { views: { [Op.any]: ['two'] } } })
}

// Docs: querying/json, "Nested extraction syntax".
export async function json(): Promise<void> {
  await Post.findAll({
    where: { meta: { 'age::integer': { [Op.gt]: 18 }, 'address.city': 'Oslo', '[0]': 1, address: { city: 'Oslo' } } },
  })
  // @ts-expect-error no such key
  await Post.findAll({ where: { meta: { agee: 3 } } })
}

// Docs: querying/operators, "LIKE Operator": a function of the program's own.
const like = (value: Expression, pattern: string, escape: string): Literal =>
  sql`${value} LIKE ${pattern} ESCAPE ${escape}`
export const escaped = () => Post.findAll({ where: like(sql.attribute('title'), '10\\%', '\\') })

// Docs: querying/transactions writes rows to be made where instances stand.
export async function rowsInPlace(person: Person, post: Post): Promise<void> {
  await person.setSpouse({ name: 'John' })
  await person.addSibling({ name: 'Lisa', age: 8 })
  await person.addPost({ title: 'x' })
  // @ts-expect-error no such attribute
  await person.setSpouse({ nam: 'John' })
  // @ts-expect-error the name is required
  await person.addSibling({ age: 8 })
  // @ts-expect-error an instance of another model
  await person.setSpouse(post)
  // @ts-expect-error an instance of another model
  await person.addSibling(post)
}

// Docs: associations/creating-with-associations: `build` and `bulkCreate` take the rows of an include, too.
export async function nested(): Promise<void> {
  const built = Person.build({ name: 'x', posts: [{ title: 'x' }] }, { include: ['posts'] })
  expectType<Post[]>()(built.posts)
  const [made] = await Person.bulkCreate([{ name: 'x', posts: [{ title: 'x' }] }], { include: 'posts' })
  expectType<Post[]>()(made!.posts)
  // @ts-expect-error not included
  await Person.bulkCreate([{ name: 'x', posts: [{ title: 'x' }] }])
  // @ts-expect-error no such attribute
  Person.build({ name: 'x', posts: [{ titel: 'x' }] }, { include: ['posts'] })
  // @ts-expect-error no such association
  Person.bulkBuild([{ name: 'x' }], { include: ['postz'] })
}

export async function required(): Promise<void> {
  await Setting.create()
  // @ts-expect-error the name is required
  await Person.create()
  await Person.create({ name: 'x' })
  // @ts-expect-error `where` says what is looked for
  await Person.findOrCreate({ defaults: { name: 'x' } })
  // @ts-expect-error the same
  await Person.findOrBuild({ defaults: { name: 'x' } })
}

export async function aggregates(): Promise<void> {
  expectType<number>()(await Person.aggregate<number>('age', 'sum', { where: { name: 'x' } }))
  await Person.aggregate('*', 'count')
  // @ts-expect-error no such attribute
  await Person.aggregate('agee', 'sum')
  // @ts-expect-error no such attribute
  await Person.aggregate('age', 'sum', { where: { agee: 1 } })
}

export function set(person: Person, post: Post): void {
  expectType<Person>()(person.set('age', 3))
  post.set('meta.address.city', 'Oslo')
  // @ts-expect-error no such attribute
  person.set('agee', 3)
  // @ts-expect-error a number
  person.set('age', 'three')
}

// Docs (v6): core-concepts/model-querying-basics, "Specifying attributes": renamed ones.
export async function renamed(): Promise<void> {
  const [row] = await Person.findAll({
    attributes: [
      ['age', 'years'],
      [fn('COUNT', col('id')), 'n'],
    ],
    raw: true,
  })
  expectType<number | null>()(row!.years)
  expectType<unknown>()(row!.n)
}

export async function queries(): Promise<void> {
  expectType<{ a: number }[]>()(await sequelize.query(sql<{ a: number }>`SELECT 1`, { type: QueryTypes.SELECT }))
  expectType<{ a: number } | null>()(
    await sequelize.query(sql<{ a: number }>`SELECT 1`, { type: QueryTypes.SELECT, plain: true }),
  )
  expectType<{ b: string }[]>()(await sequelize.query<{ b: string }>('SELECT 1', { type: QueryTypes.SELECT }))
  expectType<object[]>()(await sequelize.query('SELECT 1', { type: QueryTypes.SELECT }))
}

// Docs: databases/postgres, databases/mariadb, databases/sqlite.
export const connected = [
  new Connected({ dialect: PostgresDialect, host: 'x', ssl: true, clientMinMessages: 'notice', application_name: 'x' }),
  new Connected({ dialect: 'mariadb', showWarnings: true, connectTimeout: 1000, socketPath: '/tmp/x' }),
  new Connected({ dialect: 'sqlite', storage: 'x', busyTimeout: 10, readOnly: true }),
  // @ts-expect-error no option of any
  new Connected({ dialect: PostgresDialect, clientMinMesages: 'notice' }),
]

// Docs: other-topics/extending-data-types, "Serializing & Deserializing".
export class Stamp extends DataTypes.ABSTRACT<Date> {
  override toSql() {
    return 'TIMESTAMP'
  }
  override escape(value: Date, options: StringifyOptions): string {
    return options.dialect.escapeString(value.toISOString())
  }
}

// The short form of a foreign key in `associate`.
const Left = sequelize.define('Left', { name: DataTypes.STRING })
const Right = sequelize.define('Right', { leftId: DataTypes.INTEGER })
const linked = sequelize.associate({ Left, Right }, (models) => ({
  Left: { right: models.Left.hasOne(models.Right, 'leftId') },
  Right: { left: models.Right.belongsTo(models.Left, 'leftId') },
}))
export async function short(): Promise<void> {
  const left = (await linked.Left.findOne({ include: 'right' }))!
  assignable<number | null | undefined>(left.right?.leftId)
}

// Docs (v6): core-concepts/validations-and-constraints: validators of one's own.
class Place extends Model<InferAttributes<Place>, InferCreationAttributes<Place>> {
  declare latitude: number | null
  declare longitude: number | null
}
Place.init(
  {
    latitude: {
      type: DataTypes.FLOAT,
      validate: {
        withLongitude() {
          expectType<number | null>()(this.longitude)
          // @ts-expect-error no such attribute
          this.longtude
        },
      },
    },
    longitude: DataTypes.FLOAT,
  },
  { sequelize },
)

// Docs: associations/creating-with-associations: associations that `Product.hasMany(Tag)` made after `define`.
const Product = sequelize.define('Product', { title: DataTypes.STRING })
const Tag = sequelize.define('Tag', { name: DataTypes.STRING })
export async function undeclared(): Promise<void> {
  await Product.create({ title: 'Chair', tags: [{ name: 'Alpha' }] }, { include: [Tag] })
  await Product.create({ title: 'Chair', labels: [{ name: 'Alpha' }] }, { include: [{ model: Tag, as: 'labels' }] })
  // @ts-expect-error nothing is included
  await Product.create({ title: 'Chair', tags: [{ name: 'Alpha' }] })
  // @ts-expect-error the include has another name
  await Product.create({ title: 'Chair', tags: [{ name: 'Alpha' }] }, { include: [{ model: Tag, as: 'labels' }] })
}

// One signature: a mistake is told without overloads.
export async function single(set: HasOneSetAssociationMixin<Post, number>, post: Post | null): Promise<void> {
  expectType<Post>()(await set(1))
  expectType<null>()(await set(null))
  expectType<Post | null>()(await set(post))
  // @ts-expect-error no key
  await set('1')
}
