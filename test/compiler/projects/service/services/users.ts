import {
  col,
  CreationAttributes,
  EmptyResultError,
  fn,
  ForeignKeyConstraintError,
  InferAttributes,
  literal,
  Op,
  QueryTypes,
  Sequelize,
  Transaction,
  UniqueConstraintError,
  ValidationError,
  ValidationErrorItem,
  where,
  WhereOptions,
} from 'mortise'
import { Comment, Group, Post, Profile, sequelize, User } from '../models/index.js'
import { Repository } from './repository.js'

export class UserService extends Repository<User> {
  constructor() {
    super(User)
  }

  async register(values: CreationAttributes<User>): Promise<User> {
    try {
      return await sequelize.transaction(
        { isolationLevel: Transaction.ISOLATION_LEVELS.SERIALIZABLE },
        async (transaction) => {
          const user = await User.create(values, { transaction })
          await user.createProfile({ bio: 'New here' }, { transaction })
          await user.addGroup(1, { transaction, through: { level: 2 } })
          return user
        },
      )
    } catch (error) {
      if (error instanceof UniqueConstraintError) throw new Error(`Taken: ${Object.keys(error.fields).join()}`)
      if (error instanceof ForeignKeyConstraintError)
        throw new Error(`No such row in ${error.table}: ${error.parent.message}`)
      if (error instanceof ValidationError) {
        const messages = error.errors.map(
          (item: ValidationErrorItem) => `${item.path}: ${item.message} (${item.value})`,
        )
        throw new Error(messages.join('\n'))
      }
      throw error
    }
  }

  async byHand(): Promise<void> {
    const transaction = await sequelize.transaction()
    try {
      const [user, created] = await User.findOrCreate({
        where: { email: 'a@example.com' },
        defaults: { name: 'A', email: 'a@example.com', passwordHash: 'x' },
        transaction,
      })
      if (!created) await user.update({ name: 'B' }, { transaction })
      await user.reload({ transaction, include: [User.associations.profile] })
      await transaction.commit()
    } catch (error) {
      await transaction.rollback()
      throw error
    }
  }

  async search(text: string, role?: User['role']): Promise<User[]> {
    const conditions: WhereOptions<InferAttributes<User>>[] = [
      { [Op.or]: [{ name: { [Op.iLike]: `%${text}%` } }, { email: { [Op.startsWith]: text } }] },
      where(fn('lower', col('name')), text),
    ]
    if (role) conditions.push({ role })
    const condition: WhereOptions<User> = {
      loginCount: { [Op.gte]: 1 },
      lastLoginAt: { [Op.between]: [new Date(0), new Date()] },
    }
    return User.findAll({
      where: { [Op.and]: [...conditions, condition] },
      attributes: ['id', 'name', [fn('COUNT', col('posts.id')), 'postCount']],
      include: [
        { model: Post, as: 'posts', attributes: [], required: false, where: { published: true } },
        { association: User.associations.profile, attributes: ['bio'] },
        User.associations.groups,
      ],
      group: ['User.id', col('profile.id')],
      having: literal('COUNT(*) > 1'),
      order: [
        ['name', 'ASC'],
        [fn('max', col('login_count')), 'DESC'],
        [{ model: Post, as: 'posts' }, 'title', 'ASC'],
        [Sequelize.literal('"postCount"'), 'DESC NULLS LAST'],
        Sequelize.fn('random'),
      ],
      subQuery: false,
    })
  }

  async details(id: number): Promise<string[]> {
    const user = await User.scope(['withPassword', { method: ['byRole', 'admin'] }]).findByPk(id, {
      include: [
        { model: Post, as: 'posts', include: [{ model: Comment, as: 'comments', separate: true, limit: 3 }] },
        Profile,
        'groups',
      ],
      rejectOnEmpty: new EmptyResultError('No such user'),
      logging: console.log,
    })
    user.posts?.forEach((post) => post.comments?.forEach((comment) => comment.text.length))
    const groups = await user.getGroups({
      joinTableAttributes: ['level'],
      through: { where: { level: 1 } },
      order: [['name', 'ASC']],
    })
    const total: number = await user.countPosts({ where: { published: true } })
    const isMember: boolean = await user.hasGroups([1, ...groups])
    const post = await user.createPost({ title: 'x', publishedAt: null })
    await user.setPosts([post, 2])
    await user.removePosts([post])
    await user.setProfile(null)
    await user.setGroups([])
    return [
      `${total} ${isMember}`,
      ...(await user.getPosts({ scope: false })).map(({ title }) => title),
      user.groups?.[0]?.Membership?.level.toFixed() ?? '',
    ]
  }

  async report(): Promise<{ role: string; total: number }[]> {
    const rows = await sequelize.query<{ role: string; total: number }>(
      'SELECT role, COUNT(*) AS total FROM users WHERE created_at > :since GROUP BY role',
      { replacements: { since: new Date() }, type: QueryTypes.SELECT, raw: true },
    )
    const [results, metadata] = await sequelize.query('UPDATE users SET login_count = 0')
    console.log(results, metadata)
    const users = await sequelize.query('SELECT * FROM users', { model: User, mapToModel: true })
    users[0]?.displayName.length
    const one = await sequelize.query('SELECT 1', { plain: true, type: QueryTypes.SELECT })
    console.log(one)
    const counts = await User.count({ group: ['role'], attributes: ['role'] })
    console.log(counts.map(({ count, role }) => `${String(role)}: ${count}`))
    const newest: Date | null = await User.max<Date, User>('createdAt')
    const sum: number = await User.sum('loginCount', { where: { role: { [Op.ne]: 'admin' } } })
    console.log(newest, sum, await User.aggregate('loginCount', 'avg', { dataType: 'float' }))
    return rows
  }

  async cleanup(ids: number[]): Promise<number> {
    await User.update(
      { role: 'reader', loginCount: literal('login_count + 1') },
      { where: { id: { [Op.in]: ids } }, individualHooks: true },
    )
    const [count, affected] = await User.update({ name: 'x' }, { where: { id: ids }, returning: true })
    console.log(
      count,
      affected.map((user) => user.displayName),
    )
    await User.bulkCreate([{ name: 'a', email: 'a', passwordHash: 'x' }], {
      updateOnDuplicate: ['name', 'email'],
      ignoreDuplicates: false,
    })
    const [user, created] = await User.upsert({ name: 'a', email: 'a', passwordHash: 'x' })
    console.log(user.id, created)
    await User.increment({ loginCount: 2 }, { where: { id: 1 } })
    await User.decrement(['loginCount'], { by: 2, where: { id: 1 } })
    await User.restore({ where: { deletedAt: { [Op.not]: null } } })
    await Group.truncate({ cascade: true, restartIdentity: true })
    return User.destroy({ where: { id: ids }, force: true })
  }
}
