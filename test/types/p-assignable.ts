// Models where a program names a model of less: `Model`, `ModelStatic<Model>`, and with attribute types that say nothing.
import type { CreationOptional, InferAttributes, InferCreationAttributes, ModelStatic, Sequelize } from 'mortise'
import { DataTypes, hasOne, Model } from 'mortise'
import { assignable, expectType } from './expect.js'

declare const sequelize: Sequelize
class User extends Model<InferAttributes<User>, InferCreationAttributes<User>> {
  declare id: CreationOptional<number>
  declare name: string
}
class Shop extends sequelize.model(
  'Shop',
  { name: DataTypes.STRING },
  { associations: { owner: hasOne(() => User) } },
) {}
const Ware = sequelize.define('Ware', { name: DataTypes.STRING }, { associations: { shop: hasOne(() => Shop) } })

export function instances(user: User, shop: Shop, ware: InstanceType<typeof Ware>): void {
  assignable<Model[]>([user, shop, ware])
  // biome-ignore lint/suspicious/noExplicitAny: as programs write it.
  assignable<Model<any, any>[]>([user, shop, ware])
  assignable<Model<{}, {}>[]>([user, shop, ware])
  assignable<Model<object>[]>([user, shop, ware])
  // @ts-expect-error no such attribute
  assignable<Model<{ age: number }>>(user)
}
export function statics(): void {
  assignable<ModelStatic<Model>[]>([User, Shop, Ware])
  // biome-ignore lint/suspicious/noExplicitAny: as programs write it.
  assignable<ModelStatic<Model<any, any>>[]>([User, Shop, Ware])
  assignable<ModelStatic<Model<{}, {}>>>(User)
  assignable<ModelStatic<User>>(User)
  // @ts-expect-error another model
  assignable<ModelStatic<User>>(Shop)
}
async function all<M extends Model>(model: ModelStatic<M>): Promise<M[]> {
  return await model.findAll()
}
export async function generic(): Promise<void> {
  expectType<User[]>()(await all(User))
  expectType<Shop[]>()(await all(Shop))
  expectType<string | null>()((await all(Ware))[0]!.name)
}
