/** Prisma with a driver adapter. Its client is generated first: `npm run prisma -- sqlite` (or postgres, mysql) in this folder. */
import { existsSync } from 'node:fs'
import type { Contender } from '../contender.js'
import { sqliteDate } from '../dataset.js'
import type { Target } from '../target.js'
import { POOL, serverIn } from '../target.js'

// biome-ignore lint/suspicious/noExplicitAny: the client is generated, and may not be there
type Loose = any

const PROVIDERS = { sqlite: 'sqlite', postgres: 'postgres', mariadb: 'mysql', mysql: 'mysql' } as const

async function adapterFor(target: Target): Promise<Loose> {
  if (target.engine === 'sqlite') {
    const { PrismaBetterSqlite3 } = await import('@prisma/adapter-better-sqlite3')
    return new PrismaBetterSqlite3({ url: `file:${target.file}` })
  }
  const { host, port, user, password, database } = serverIn(target)
  if (target.engine === 'postgres') {
    const { PrismaPg } = await import('@prisma/adapter-pg')
    return new PrismaPg({ host, port, user, password, database, max: POOL })
  }
  const { PrismaMariaDb } = await import('@prisma/adapter-mariadb')
  return new PrismaMariaDb({
    host,
    port,
    user,
    password,
    database,
    connectionLimit: POOL,
    allowPublicKeyRetrieval: true,
  })
}

export const prisma: Contender = {
  name: 'prisma',
  engines: ['sqlite', 'postgres', 'mariadb', 'mysql'],
  async open(target) {
    const generated = new URL(`../prisma/generated/${PROVIDERS[target.engine]}/client/client.ts`, import.meta.url)
    if (!existsSync(generated))
      throw new Error(`its client is not generated: npm run prisma -- ${PROVIDERS[target.engine]} (in bench/)`)
    const { PrismaClient } = (await import(generated.href)) as Loose
    const client: Loose = new PrismaClient({ adapter: await adapterFor(target) })
    await client.$connect()
    if (target.engine === 'sqlite') await client.$queryRawUnsafe('PRAGMA synchronous = OFF')
    return {
      findByKey: (id) => client.user.findUnique({ where: { id } }),
      findWithProfile: (id) => client.user.findUnique({ where: { id }, include: { profile: true } }),
      listWithProfile: (limit) =>
        client.user.findMany({ include: { profile: true }, orderBy: { id: 'asc' }, take: limit }),
      listWithAddress: (limit) =>
        client.user.findMany({
          include: { profile: { include: { address: true } } },
          orderBy: { id: 'asc' },
          take: limit,
        }),
      listWithTasks: (limit) => client.user.findMany({ include: { tasks: true }, orderBy: { id: 'asc' }, take: limit }),
      createPair: (user, profile) =>
        client.user.create({
          data: {
            ...user,
            createdAt: target.engine === 'sqlite' ? sqliteDate(user.createdAt) : user.createdAt,
            profile: { create: profile },
          },
          include: { profile: true },
        }),
      insertTasks: (tasks) => client.task.createMany({ data: tasks as Loose }),
      load: (id) => client.user.findUnique({ where: { id } }),
      updateAge: (user, age) => client.user.update({ where: { id: (user as Loose).id }, data: { age } }),
      replaceProfile: (userId, profileId) =>
        client.$transaction(async (tx: Loose) => {
          const user = await tx.user.findUnique({ where: { id: userId } })
          await tx.profile.findUnique({ where: { id: profileId } })
          await tx.user.update({ where: { id: userId }, data: { profile: { connect: { id: profileId } } } })
          return user
        }),
      async lazyProfiles(limit) {
        const users: Loose[] = await client.user.findMany({ orderBy: { id: 'asc' }, take: limit })
        return await Promise.all(users.map(({ id }) => client.profile.findUnique({ where: { userId: id } })))
      },
      send: (statement) => client.$executeRawUnsafe(statement),
      close: () => client.$disconnect(),
    }
  },
}
