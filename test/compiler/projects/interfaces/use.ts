import {
  Attributes,
  CreationAttributes,
  FindOptions,
  IncludeOptions,
  Model,
  ModelAttributes,
  ModelOptions,
  ModelStatic,
  Op,
  Order,
  Sequelize,
  Utils,
  WhereOptions,
} from 'mortise'
import { db, Defined, Note, Plain, Project, sequelize, Tags, User, UserInput, UserOutput } from './models.js'
import type { SyncOptions, Transaction, QueryInterface } from 'mortise'

export const create = async (payload: UserInput): Promise<UserOutput> => {
  const user = await User.create(payload)
  return user as UserOutput
}
export const findOrCreate = async (payload: UserInput): Promise<User> => {
  const [user] = await User.findOrCreate({ where: { name: payload.name }, defaults: payload })
  return user
}
export const update = async (id: number, payload: Partial<UserInput>): Promise<User> => {
  const user = await User.findByPk(id)
  if (!user) throw new Error('not found')
  const updated = await user.update(payload)
  return updated
}
export const getAll = async (filters?: { isDeleted?: boolean; includeDeleted?: boolean }): Promise<UserOutput[]> => {
  const rows = await User.findAll({
    where: { ...(filters?.isDeleted && { deletedAt: { [Op.not]: null } }) } as WhereOptions<Attributes<User>>,
    ...((filters?.isDeleted || filters?.includeDeleted) && { paranoid: true }),
  })
  return rows as UserOutput[]
}

export async function doStuff(): Promise<void> {
  const newUser = await User.create({ name: 'Johnny', preferredName: 'John' })
  console.log(newUser.id, newUser.name, newUser.preferredName)
  const project = await newUser.createProject({ name: 'first!', ownerId: 123 })
  const ourUser = await User.findByPk(1, { include: [User.associations.projects], rejectOnEmpty: true })
  // Note the `!` null assertion since TS can't know if we included the model or not
  console.log(ourUser.projects![0]!.name, project.description?.length)
  const notes = await Note.findAll({
    where: { title: 'x' },
    order: [['id', 'ASC']],
    include: [{ model: User, as: 'user' }],
  })
  notes.map((note) => note.title.length + (note.createdAt?.getTime() ?? 0))
  const plain = await Plain.findOne({ where: { title: { [Op.like]: '%a%' } } })
  const title: string | undefined = plain?.get('title')
  const all = plain?.get()
  console.log(title, all?.content, plain?.getDataValue('content'), plain?.dataValues.id)
  plain?.set('title', 'x')
  plain?.setDataValue('content', 'y')
  await plain?.update({ content: 'z' })
  await Plain.create({ content: 'x' })
  await Plain.bulkCreate([{ content: 'x', title: 'y' }])
  await Plain.update({ title: 'a' }, { where: { id: 3 } })
  const defined = await Defined.create({ content: 'x' })
  const given: NoteValues = defined.get({ plain: true })
  const data = defined.toJSON()
  console.log(given.title, data)
  const tag = await Tags.create({ label: 'x' })
  console.log(tag)
}
interface NoteValues {
  id: number
  title: string
  content: string
}

export async function untyped(): Promise<void> {
  const Loose = sequelize.define('loose', {
    name: Sequelize.STRING,
    count: { type: Sequelize.INTEGER, defaultValue: 0 },
  })
  const row = await Loose.create({ name: 'x' })
  console.log(row.get('name'), row.toJSON(), (row as any).whatever)
  for (const name of Object.keys(db)) {
    const model = db[name]!
    if ('associate' in model) (model as any).associate(db)
    await model.findAll({ where: { id: 1 } })
    await model.create({ anything: 1 })
  }
  const Found = sequelize.models['User'] as ModelStatic<User>
  const found = await Found.findOne()
  console.log(found?.name, sequelize.model('User').name, sequelize.isDefined('x'))
}

export const attributes: ModelAttributes<User> = {
  id: { type: Sequelize.INTEGER, primaryKey: true },
  name: Sequelize.STRING,
  preferredName: Sequelize.STRING,
}
export const options: ModelOptions<User> = {
  timestamps: true,
  underscored: true,
  hooks: { beforeCreate: (user) => void user.name },
}
export function paginate<T>(query: FindOptions<T>, { page, size }: { page: number; size: number }): FindOptions<T> {
  return { ...query, offset: page * size, limit: size }
}
export async function filtered(name?: string, owner?: number, sort: [string, string][] = []): Promise<Project[]> {
  const where: WhereOptions = {}
  if (name) where.name = { [Op.like]: `${name}%` }
  if (owner) {
    Object.assign(where, { ownerId: owner })
  }
  const typed: WhereOptions<Attributes<Project>> = { ownerId: 3 }
  typed[Op.or] = [{ name: 'x' }, { name: 'y' }]
  const include: IncludeOptions = { model: User, as: 'owner' }
  include.where = { name: 'x' }
  include.required = false
  const order: Order = sort.map(([key, direction]) => [key, direction])
  const query: FindOptions = { where, include: [include], order }
  query.attributes = ['id', 'name', [Sequelize.fn('COUNT', Sequelize.col('id')), 'n']]
  query.attributes = { exclude: ['createdAt'], include: [[Sequelize.literal('1'), 'one']] }
  return Project.findAll(paginate({ ...query, where: { [Op.and]: [where, typed] } }, { page: 1, size: 10 }))
}

export async function up(queryInterface: QueryInterface, transaction?: Transaction): Promise<void> {
  await queryInterface.createTable(
    'users',
    {
      id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true, allowNull: false },
      name: Sequelize.STRING(30),
      role: { type: Sequelize.ENUM('a', 'b'), defaultValue: 'a' },
      ownerId: {
        type: Sequelize.INTEGER,
        references: { model: 'users', key: 'id' },
        onDelete: 'set null',
        field: 'owner_id',
      },
      created_at: { type: Sequelize.DATE, allowNull: false, defaultValue: Sequelize.literal('CURRENT_TIMESTAMP') },
    },
    { transaction },
  )
  await queryInterface.addIndex('users', ['name'], { unique: true, name: 'by_name', transaction })
  await queryInterface.bulkInsert('users', [{ name: 'x', created_at: new Date() }], {})
  await queryInterface.removeColumn('users', 'role')
  await queryInterface.sequelize.query('SELECT 1')
}
export async function sync(options: SyncOptions): Promise<void> {
  await sequelize.sync({ ...options, force: true })
  await Promise.all(Object.values(sequelize.models).map((model) => model.truncate({ cascade: true })))
  console.log(Utils.pluralize('person'))
}
export abstract class BaseService<T extends Model> {
  protected abstract model: ModelStatic<T>
  async getOne(id: number): Promise<T> {
    const row = await this.model.findOne({ where: { id } as WhereOptions<Attributes<T>> })
    if (!row) throw new Error(`${this.model.name} ${id} not found`)
    return row
  }
  create(values: CreationAttributes<T>): Promise<T> {
    return this.model.create(values)
  }
}
export class Projects extends BaseService<Project> {
  protected model = Project
}
