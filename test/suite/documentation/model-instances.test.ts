// "Model Instances" (version 6) and "UPDATE Queries" (version 7).
import { DataTypes } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'

describeEachEngine('instances, as the guides use them', (engine) => {
  async function users() {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define('user', {
      name: DataTypes.TEXT,
      favoriteColor: { type: DataTypes.TEXT, defaultValue: 'green' },
      age: DataTypes.INTEGER,
      cash: DataTypes.INTEGER,
    })
    await sequelize.sync({ force: true })
    /** What the database has of an instance. */
    const stored = async (row: { id?: unknown }, ...names: string[]): Promise<unknown[]> => {
      const found = await User.findByPk(row.id)
      return names.map((name) => found[name])
    }
    return { sequelize, User, stored, recorder: engine.recorder(sequelize) }
  }

  test('build makes an object with its defaults, save a row, create both', async () => {
    const { User, recorder } = await users()
    recorder.clear()
    const jane = User.build({ name: 'Jane' })
    expect(recorder.statements.length).toBe(0)
    expect(jane).toBeInstanceOf(User)
    expect([jane.name, jane.favoriteColor, jane.isNewRecord]).toEqual(['Jane', 'green', true])
    await jane.save()
    expect([jane.isNewRecord, await User.count()]).toEqual([false, 1])
    const ada = await User.create({ name: 'Ada' })
    expect(ada).toBeInstanceOf(User)
    expect(ada.toJSON()).toMatchObject({ id: ada.id, name: 'Ada', favoriteColor: 'green' })
    expect(JSON.parse(JSON.stringify(ada, null, 4))).toMatchObject({ id: ada.id, name: 'Ada' })
  })
  test('save writes every change, update only what it is given', async () => {
    const { User, stored } = await users()
    const jane = await User.create({ name: 'Jane' })
    jane.name = 'Ada'
    expect(await stored(jane, 'name')).toEqual(['Jane'])
    await jane.save()
    expect(await stored(jane, 'name')).toEqual(['Ada'])
    jane.set({ name: 'Eve', favoriteColor: 'blue' })
    expect(await stored(jane, 'name', 'favoriteColor')).toEqual(['Ada', 'green'])
    await jane.save()
    expect(await stored(jane, 'name', 'favoriteColor')).toEqual(['Eve', 'blue'])
    jane.favoriteColor = 'red'
    await jane.update({ name: 'Jane' })
    expect(await stored(jane, 'name', 'favoriteColor')).toEqual(['Jane', 'blue'])
    await jane.save()
    expect(await stored(jane, 'name', 'favoriteColor')).toEqual(['Jane', 'red'])
  })
  test('destroy removes the row, reload brings its values back', async () => {
    const { User } = await users()
    const jane = await User.create({ name: 'Jane' })
    jane.name = 'Ada'
    await jane.reload()
    expect(jane.name).toBe('Jane')
    await jane.destroy()
    expect(await User.findByPk(jane.id)).toBeNull()
    await expect(jane.reload()).rejects.toThrow(/user|row|exist/i)
  })
  test('`fields` saves some of the changes, and the others stay on the instance', async () => {
    const { User } = await users()
    const jane = await User.create({ name: 'Jane' })
    jane.name = 'Jane II'
    jane.favoriteColor = 'blue'
    await jane.save({ fields: ['name'] })
    expect([jane.name, jane.favoriteColor]).toEqual(['Jane II', 'blue'])
    await jane.reload()
    expect([jane.name, jane.favoriteColor]).toEqual(['Jane II', 'green'])
    await expect(jane.save({ fields: ['nmae'] })).rejects.toThrow(/nmae.*name/s)
  })
  test('a save without changes sends nothing, one with some sends only them', async () => {
    const { User, recorder } = await users()
    const jane = await User.create({ name: 'Jane' })
    recorder.clear()
    await jane.save()
    expect(recorder.statements.length).toBe(0)
    jane.name = 'Ada'
    await jane.save()
    expect(recorder.statements.length).toBe(1)
    expect(recorder.statements[0]).toMatch(/^UPDATE/)
    expect(recorder.statements[0]).not.toContain('favoriteColor')
  })
  test('increment and decrement, one attribute or several', async () => {
    const { User, stored } = await users()
    const jane = await User.create({ name: 'Jane', age: 100, cash: 5000 })
    await jane.increment('age', { by: 2 })
    expect(await stored(jane, 'age')).toEqual([102])
    await jane.increment('age')
    await jane.increment({ age: 2, cash: 100 })
    expect(await stored(jane, 'age', 'cash')).toEqual([105, 5100])
    await jane.increment(['age', 'cash'], { by: 2 })
    await jane.decrement('age', { by: 7 })
    await jane.decrement(['cash'])
    expect(await stored(jane, 'age', 'cash')).toEqual([100, 5101])
    await Promise.all(Array.from({ length: 10 }, () => jane.increment('age')))
    expect(await stored(jane, 'age')).toEqual([110])
    await User.increment('age', { by: 5, where: { name: 'Jane' } })
    expect(await stored(jane, 'age')).toEqual([115])
  })
  test('a changed object is seen when it is replaced, or when changed() says so', async () => {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define('user', { name: DataTypes.STRING, role: DataTypes.JSON })
    await sequelize.sync()
    const jane = await User.create({ name: 'Jane', role: ['admin'] })
    const stored = async (): Promise<unknown> => (await User.findByPk(jane.id)).role
    jane.role = [...jane.role, 'editor']
    await jane.save()
    expect(await stored()).toEqual(['admin', 'editor'])
    jane.role.push('owner')
    jane.changed('role', true)
    await jane.save()
    expect(await stored()).toEqual(['admin', 'editor', 'owner'])
  })
  test('rows are updated by a condition', async () => {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define('user', { lastName: DataTypes.STRING })
    await sequelize.sync()
    await User.bulkCreate([{ lastName: null }, { lastName: 'Smith' }, {}])
    expect(await User.update({ lastName: 'Doe' }, { where: { lastName: null } })).toEqual([2])
    expect(await User.count({ where: { lastName: 'Doe' } })).toBe(2)
  })
})
