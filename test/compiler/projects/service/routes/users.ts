import { NextFunction, Request, Response, Router } from 'express'
import {
  Attributes,
  CreationAttributes,
  DatabaseError,
  FindOptions,
  Model,
  ModelStatic,
  Op,
  Order,
  WhereOptions,
} from 'mortise'
import { Post, Profile, User } from '../models/index.js'
import { UserService } from '../services/users.js'

const users = new UserService()
export const router = Router()

router.get('/', async (request: Request, response: Response, next: NextFunction) => {
  try {
    const where: WhereOptions<Attributes<User>> = {}
    if (typeof request.query['role'] === 'string') where.role = request.query['role'] as User['role']
    if (request.query['q']) where.name = { [Op.like]: `%${request.query['q']}%` }
    const order: Order = [[String(request.query['sort'] ?? 'createdAt'), 'DESC']]
    response.json(await users.list({ page: Number(request.query['page']), order }, where))
  } catch (error) {
    next(error)
  }
})
router.get('/:id', async (request, response) => {
  const options: FindOptions<Attributes<User>> = { attributes: ['id', 'name'] }
  if (request.query['posts']) options.include = [{ model: Post, as: 'posts' }]
  const user = await User.findByPk(request.params.id, options)
  if (user === null) return response.sendStatus(404)
  const plain = user.get({ plain: true })
  return response.json({ ...plain, name: user.displayName, posts: user.posts?.length })
})
router.post('/', async (request, response) => {
  const body: CreationAttributes<User> = request.body
  const user = await users.register({ ...body, role: 'reader' })
  response.status(201).json(user.toJSON())
})
router.put('/:id/profile', async (request, response) => {
  const user = await User.findOne({
    where: { id: Number(request.params.id) },
    include: [{ model: Profile, as: 'profile' }],
  })
  if (!user) throw new Error('not found')
  const profile = user.profile ?? Profile.build({ userId: user.id })
  profile.set({ bio: request.body.bio, birthday: '2000-01-01' })
  profile.set('bio', 'x')
  await profile.save()
  await profile.validate({ skip: ['birthday'] })
  response.json(profile)
})
router.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
  response
    .status(error instanceof DatabaseError ? 503 : 500)
    .json({ sql: error instanceof DatabaseError ? error.sql : undefined })
})

export function crud<M extends Model>(model: ModelStatic<M>): Router {
  const all = Router()
  all.get('/', async (_request, response) => response.json(await model.findAll({ limit: 100 })))
  all.delete('/:id', async (request, response) => {
    const row = await model.findByPk(request.params.id)
    await row?.destroy()
    response.sendStatus(204)
  })
  return all
}
crud(User)
crud(Post)
