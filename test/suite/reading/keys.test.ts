// findByPk and create with something that is neither a key nor a row. Docs: querying/select-methods, querying/insert.
import { DataTypes, QueryError } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'

describeEachEngine('keys and rows that are none', (engine) => {
  test('findByPk without a key is refused, and says so', async () => {
    const sequelize = await engine.connect()
    const User = sequelize.define('user', { name: DataTypes.STRING })
    await sequelize.sync()
    for (const key of [undefined, null]) {
      const call = User.findByPk(key as never)
      await expect(call).rejects.toThrow(QueryError)
      await expect(call).rejects.toThrow(/user\.findByPk was called with (undefined|null)/)
    }
    expect(await User.findByPk(5)).toBeNull()
  })
  test('create of a list points to bulkCreate, and writes nothing', async () => {
    const sequelize = await engine.connect()
    const User = sequelize.define('user', { name: DataTypes.STRING })
    await sequelize.sync()
    await expect(User.create([{ name: 'a' }] as never)).rejects.toThrow(/user\.create\(\).*bulkCreate/)
    expect(await User.count()).toBe(0)
  })
})
