/**
 * `npm run bench -- --caches`: how many plans (what a find's options mean) and statements (texts that the driver prepares) finds need: of a
 * steady application, of lists of ever other lengths, and of options put together at random, which is the worst there is.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { FindOptions } from 'mortise'
import { Op } from 'mortise'
import { connect, modelsOf } from '../contenders/mortise.js'
import { FULL, prepare, remove } from '../dataset.js'
import type { EngineName } from '../target.js'
import type { Table } from './table.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** The same numbers in every run. */
function* numbers(): Generator<number, never> {
  for (let seed = 1; ; seed = (seed * 48_271) % 2_147_483_647) yield seed
}

export async function caches(engine: EngineName): Promise<readonly Table[]> {
  const target = await prepare(engine)
  const texts = new Set<string>()
  const sequelize = connect(target, {}, (sql) => void texts.add(sql.replace(/^Executing \([^)]*\): /, '')))
  const { User, Profile, Task } = modelsOf(sequelize)
  const random = numbers()
  const upTo = (most: number): number => (random.next().value % most) + 1
  const ids = (length: number): number[] => Array.from({ length }, () => upTo(FULL.users))
  let before = sequelize.planCache
  /** What has come since the last time. */
  const since = (finds: number): readonly (string | number)[] => {
    const { hits, misses } = sequelize.planCache
    const made = misses - before.misses
    const all = made + hits - before.hits
    const row = [finds, made, ((100 * (all - made)) / all).toFixed(2), texts.size]
    before = { hits, misses }
    texts.clear()
    return row
  }

  const application: readonly (() => Promise<unknown>)[] = [
    () => User.findByPk(upTo(FULL.users)),
    () => User.findByPk(upTo(FULL.users), { include: ['profile'] }),
    () => User.findOne({ where: { email: `user${upTo(FULL.users)}@example.org`, active: true } }),
    () =>
      User.findAll({
        where: { age: { [Op.gte]: upTo(60) } },
        order: [['name', 'ASC']],
        limit: upTo(50),
        offset: upTo(500),
      }),
    () => User.findAll({ where: { id: ids(upTo(100)) }, include: [{ association: 'profile', include: ['address'] }] }),
    () => Task.findAndCountAll({ where: { userId: upTo(FULL.users), done: false }, limit: 10 }),
    () => Task.count({ where: { userId: upTo(FULL.users) } }),
    () =>
      Profile.findAll({
        where: { visits: { [Op.between]: [upTo(100), 100 + upTo(100)] } },
        attributes: ['id', 'bio'],
        limit: 20,
      }),
    async () => (await User.findByPk(upTo(FULL.users)))?.getProfile(),
    async () => (await User.findByPk(upTo(FULL.users)))?.getTasks({ where: { done: true } }),
  ]
  const steady: (readonly (string | number)[])[] = []
  for (const [name, calls] of [
    ['the first 1,000 calls', 1_000],
    ['the next 20,000', 20_000],
  ] as const) {
    for (let call = 0; call < calls; call += 1) await application[upTo(application.length) - 1]!()
    steady.push([name, ...since(calls)])
  }

  for (let length = 1; length <= 2_000; length += 1)
    await User.findAll({ where: { id: ids(length) }, attributes: ['id'] })
  const lists = since(2_000)

  const names = ['id', 'name', 'email', 'age', 'active', 'createdAt'] as const
  const some = (): (typeof names)[number][] => {
    const bits = upTo(2 ** names.length - 1)
    return names.filter((_, at) => (bits & (1 << at)) !== 0)
  }
  const shapes: (readonly (string | number)[])[] = []
  for (let part = 1; part <= 4; part += 1) {
    for (let call = 0; call < 2_500; call += 1) {
      const options: FindOptions = {
        attributes: some(),
        where: { id: upTo(FULL.users), [names[upTo(names.length) - 1]!]: { [Op.ne]: null } },
        order: some().map((name) => [name, upTo(2) === 1 ? 'ASC' : 'DESC']),
        limit: 1,
      }
      await User.findAll(options as object)
    }
    collect()
    collect()
    shapes.push([
      `${(part * 2_500).toLocaleString('en')} finds`,
      ...since(2_500),
      process.memoryUsage().heapUsed / 1_000_000,
    ])
  }
  await sequelize.close()
  await remove(target)
  const columns = ['calls', 'plans made', 'finds with a plan, %', 'statements']
  return [
    {
      title: `A steady application of ${application.length} kinds of calls (${engine})`,
      columns: ['', ...columns],
      rows: steady,
    },
    { title: `Lists of 1 to 2,000 keys (${engine})`, columns, rows: [lists] },
    {
      title: `Attributes, conditions and orders at random (${engine})`,
      columns: ['', ...columns, 'heap, MB'],
      rows: shapes,
    },
  ]
}
