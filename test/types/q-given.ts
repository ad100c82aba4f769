// Values that read as strings since no number holds them all: what may be given in their place.
import type { Sequelize } from 'mortise'
import { belongsTo, DataTypes, hasMany, literal, Op } from 'mortise'
import { expectType } from './expect.js'

declare const sequelize: Sequelize
class Account extends sequelize.model(
  'Account',
  {
    id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true },
    balance: { type: DataTypes.DECIMAL(20, 2), allowNull: false },
    limit: DataTypes.BIGINT.UNSIGNED,
    opened: DataTypes.DATEONLY,
    name: DataTypes.STRING,
  },
  { associations: { parent: belongsTo(() => Account, 'parentId'), children: hasMany(() => Account, 'parentId') } },
) {}
const Plain = sequelize.define('Plain', { price: DataTypes.DECIMAL, name: DataTypes.STRING })

export async function given(): Promise<void> {
  await Account.create({ balance: 3n, limit: 4, opened: new Date() })
  await Account.create({ id: '3', balance: '1.20', limit: '5', opened: '2020-01-01' })
  expectType<Account | null>()(await Account.findByPk(3))
  await Account.findByPk(9_007_199_254_740_993n)
  await Account.findByPk('9007199254740993')
  await Account.findAll({
    where: { id: [1, 2n, '3'], balance: { [Op.gt]: 3, [Op.between]: [1n, '2.5'] }, limit: null },
  })
  await Account.findAll({ where: { opened: { [Op.gte]: new Date() } }, order: ['id'] })
  await Account.count({ where: { [Op.or]: [{ balance: 3n }, { opened: '2020-01-01' }] } })
  await Account.update({ balance: 3, limit: 4n, opened: new Date() }, { where: { id: 3 } })
  await Account.update({ balance: literal('balance + 1') }, { where: { parent: { is: { balance: 3 } } } })
  await Plain.findAll({ where: { price: { [Op.lt]: 3 }, name: 'x' } })
  const account = (await Account.findOne({ include: 'parent' }))!
  // Reading stays as it is.
  expectType<string>()(account.id)
  expectType<string>()(account.balance)
  expectType<string | null>()(account.limit)
  expectType<string | null>()(account.opened)
  await account.setParent(3)
  await account.setParent(3n)
  await account.addChildren([1, '2'])
}
export async function mistakes(): Promise<void> {
  // @ts-expect-error no number
  await Account.findAll({ where: { balance: true } })
  // @ts-expect-error a name is a string
  await Account.findAll({ where: { name: 3 } })
  // @ts-expect-error no key
  await (await Account.findOne())!.setParent(true)
  // @ts-expect-error not null
  await Account.update({ balance: null }, { where: {} })
  // @ts-expect-error no such key
  await Account.findByPk(true)
}
