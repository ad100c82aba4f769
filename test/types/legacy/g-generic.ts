// Generic code, dynamic options, and other Sequelize idioms that strict result typing tends to break.
import type {
  Attributes,
  BuildOptions,
  CreationAttributes,
  CreationOptional,
  FindOptions,
  Identifier,
  IncludeInput,
  InferAttributes,
  InferCreationAttributes,
  ModelStatic,
  Sequelize,
  WhereOptions,
} from 'mortise'
import { DataTypes, Model } from 'mortise'
import { User as DefUser } from '../a-define.js'
import { Task, User } from '../b-factory.js'
import { assignable, expectType } from '../expect.js'
import type { DrivingLicense } from './seed002.js'
import { Person } from './seed002.js'

declare const sequelize: Sequelize

// (1) generic repository: no casts needed
class Repo<M extends Model> {
  constructor(private readonly model: ModelStatic<M>) {}
  all(where: WhereOptions<Attributes<M>>): Promise<M[]> {
    return this.model.findAll({ where, limit: 10 })
  }
  byId(id: Identifier): Promise<M | null> {
    return this.model.findByPk(id)
  }
  byId2(id: number): Promise<M> {
    return this.model.findByPk(id, { rejectOnEmpty: true })
  }
  first(): Promise<M | null> {
    return this.model.findOne({ where: { id: 1 } })
  }
  create(values: CreationAttributes<M>): Promise<M> {
    return this.model.create(values)
  }
  async patch(id: number) {
    await this.model.update({ updatedAt: new Date() }, { where: { id } })
    await this.model.destroy({ where: { id } })
  }
  count() {
    return this.model.count({ where: { id: 1 } })
  }
}
export async function repo() {
  const users = new Repo(User)
  expectType<User[]>()(await users.all({ age: 3 }))
  // @ts-expect-error unknown column for this model
  await users.all({ agee: 3 })
  await users.create({ age: 3 })
  // @ts-expect-error missing age
  await users.create({})
  expectType<Person | null>()(await new Repo(Person).byId(3))
  const d = new Repo(DefUser)
  expectType<number>()((await d.byId2(3)).age)
}
export function genericFn<M extends Model>(model: ModelStatic<M>, cb: (m: M) => void) {
  return model.findAll().then((xs) => xs.forEach(cb))
}
export const r1 = genericFn(User, (u) => u.label)
export const r2 = genericFn(Person, (p) => p.id)
assignable<ModelStatic<Model>>(User)
assignable<ModelStatic<Model>>(Person)
assignable<ModelStatic>(DefUser)
assignable<ModelStatic<User>>(User)
assignable<Model>(null! as Person)
// biome-ignore lint/suspicious/noExplicitAny: what untyped code writes
assignable<Model<any, any>>(null! as InstanceType<typeof DefUser>)
// @ts-expect-error different model
assignable<ModelStatic<Person>>(User)

// (2) options built ahead of the call
export async function dynamic(flag: boolean, names: IncludeInput<User>[], cols: ('id' | 'age')[]) {
  const o: FindOptions<Attributes<User>> = { where: { age: 3 }, include: ['anything'], order: [['id', 'ASC']] }
  o.limit = 3
  expectType<User[]>()(await User.findAll(o))
  // a list of unknown length makes relations optional instead of pretending they are loaded
  const u = (await User.findOne({ include: names }))!
  expectType<Task[] | undefined>()(u.tasks)
  assignable<User>(u)
  const v = (await User.findOne({ include: flag ? ['tasks'] : undefined }))!
  assignable<User>(v)
  expectType<Task[]>()(v.tasks) // known hole: inference to an optional property drops `undefined`
  const w = (await User.findOne({ include: ['tasks', ...(flag ? (['profile'] as const) : [])] }))!
  expectType<Task[] | undefined>()(w.tasks)
  const row = (await User.findAll({ attributes: cols, raw: true }))[0]!
  expectType<number | undefined>()(row.age)
  // reassignment needs the wide annotation
  let x: User | null = await User.findOne({ include: ['tasks'] })
  x = await User.findOne()
  let y = await User.findOne({ include: ['tasks'] })
  // @ts-expect-error known break against Sequelize: `let` inferred from a narrower result
  y = await User.findOne()
  void x
  void y
  // explicit generics as in Sequelize
  expectType<User[]>()(await User.findAll<User>({ where: { age: 1 } }))
  expectType<{ total: number }[]>()(await User.findAll<User, { total: number }>({ raw: true }))
  // no silent cast through the contextual type
  // @ts-expect-error Task is not User
  const wrong: Task[] = await User.findAll()
  void wrong
}

// (3) v5-style statics and untyped models
type LegacyStatic = typeof Model & { new (values?: object, options?: BuildOptions): LegacyUser }
interface LegacyUser extends Model {
  id: number
  name: string
}
export async function legacy(L: LegacyStatic) {
  expectType<LegacyUser | null>()(await L.findOne())
  class Any extends Model {}
  const a = await Any.findOne({ include: ['whatever'], where: { x: 1 }, order: ['y'] })
  a?.get('anything')
  await Any.create({ x: 1 })
}
// (4) hand-written attribute interfaces
interface PAttrs {
  id: number
  name: string
  nick: string | null
}
class Hand extends Model<PAttrs, Omit<PAttrs, 'id'>> {
  declare id: number
  declare name: string
  declare nick: string | null
}
export async function hand() {
  await Hand.create({ name: 'x' })
  // @ts-expect-error missing name
  await Hand.create({ nick: 'x' })
  // @ts-expect-error unknown column
  await Hand.findAll({ where: { nme: 'x' } })
  const D = sequelize.define<Hand>('Hand', { id: DataTypes.INTEGER, name: DataTypes.STRING, nick: DataTypes.STRING })
  expectType<Hand | null>()(await D.findOne())
}
// (5) optional attributes and `omit` keep working
class Opt extends Model<InferAttributes<Opt, { omit: 'secret' }>, InferCreationAttributes<Opt, { omit: 'secret' }>> {
  declare id: CreationOptional<number>
  declare nick?: string
  declare secret: string
}
expectType<{ id: CreationOptional<number>; nick?: string }>()(
  null! as { [K in keyof InferAttributes<Opt, { omit: 'secret' }>]: InferAttributes<Opt, { omit: 'secret' }>[K] },
)
// (6) inheritance
class Base extends Model<InferAttributes<Base>, InferCreationAttributes<Base>> {
  declare id: CreationOptional<number>
}
class Derived extends Model<InferAttributes<Derived>, InferCreationAttributes<Derived>> {
  declare id: CreationOptional<number>
  declare license?: DrivingLicense | null
}
export async function inh() {
  expectType<Base | null>()(await Base.findOne())
  const d = (await Derived.findOne({ include: 'license' }))!
  expectType<DrivingLicense | null>()(d.license)
}
// (7) subclass with any function attribute
export const list: readonly ModelStatic[] = [User, Task, Person, DefUser]
