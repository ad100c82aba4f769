// "Query Interface" (versions 6 and 7).
import { DataTypes } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Row } from '../../support/untyped.js'

describeEachEngine('the query interface, as the guide uses it', (engine) => {
  async function person(): Promise<{ queryInterface: Row; names: () => Promise<string[]> }> {
    const sequelize = engine.script(await engine.connect())
    const queryInterface = sequelize.getQueryInterface()
    await queryInterface.createTable('Person', {
      name: DataTypes.STRING,
      isBetaMember: {
        type: DataTypes.BOOLEAN,
        defaultValue: false,
        allowNull: false,
      },
    })
    return { queryInterface, names: async () => Object.keys(await queryInterface.describeTable('Person')) }
  }

  test('creates a table, once', async () => {
    const { queryInterface, names } = await person()
    await queryInterface.createTable('Person', { name: DataTypes.STRING })
    expect(await names()).toEqual(['name', 'isBetaMember'])
    expect(await queryInterface.describeTable('Person')).toMatchObject({
      name: { allowNull: true },
      isBetaMember: { allowNull: false },
    })
    await queryInterface.bulkInsert('Person', [{ name: 'Ann' }])
    const row = await queryInterface.select(null, 'Person', { plain: true })
    expect([row.name, Boolean(row.isBetaMember)]).toEqual(['Ann', false])
  })
  test('adds a column and removes it', async () => {
    const { queryInterface, names } = await person()
    await queryInterface.bulkInsert('Person', [{ name: 'Ann' }])
    await queryInterface.addColumn('Person', 'petName', { type: DataTypes.STRING })
    expect(await names()).toEqual(['name', 'isBetaMember', 'petName'])
    await queryInterface.removeColumn('Person', 'petName', {
      /* query options */
    })
    expect(await names()).toEqual(['name', 'isBetaMember'])
    expect(await queryInterface.select(null, 'Person')).toHaveLength(1)
  })
  test('changes a column, and keeps the rows', async () => {
    const { queryInterface, names } = await person()
    await queryInterface.addColumn('Person', 'petName', DataTypes.STRING)
    await queryInterface.addColumn('Person', 'foo', DataTypes.INTEGER)
    await queryInterface.bulkInsert('Person', [{ name: 'Ann', foo: 5, petName: 'Rex' }])
    await queryInterface.changeColumn('Person', 'foo', {
      type: DataTypes.FLOAT,
      defaultValue: 3.14,
      allowNull: false,
    })
    expect(await names()).toEqual(['name', 'isBetaMember', 'petName', 'foo'])
    await queryInterface.bulkInsert('Person', [{ name: 'Bob' }])
    const rows = await queryInterface.select(null, 'Person', { order: ['name'] })
    expect(rows.map(({ foo, petName }: Row) => [Number(foo).toFixed(2), petName])).toEqual([
      ['5.00', 'Rex'],
      ['3.14', null],
    ])
    await expect(queryInterface.bulkInsert('Person', [{ name: 'Cid', foo: null }])).rejects.toThrow(/foo|null/i)
  })
})
