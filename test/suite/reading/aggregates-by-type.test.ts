// What max, min and sum give has the type of the attribute, as a find of it would.
import { DataTypes } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'

describeEachEngine('max, min and sum', (engine) => {
  test('have the type of the attribute; null where there is no row', async () => {
    const sequelize = engine.script(await engine.connect())
    const Sale = sequelize.define(
      'Sale',
      {
        name: DataTypes.STRING,
        n: DataTypes.INTEGER,
        at: DataTypes.DATE,
        day: DataTypes.DATEONLY,
        paid: DataTypes.BOOLEAN,
      },
      { timestamps: false },
    )
    await sequelize.sync()
    expect([await Sale.max('n'), await Sale.min('at'), await Sale.sum('n')]).toEqual([null, null, null])
    await Sale.bulkCreate([
      { name: 'b', n: 2, at: '2024-05-01T10:00:00Z', day: '2024-05-01', paid: true },
      { name: 'a', n: 40, at: '2023-01-01T00:00:00Z', day: '2025-01-01', paid: false },
    ])
    expect([await Sale.max('name'), await Sale.min('name')]).toEqual(['b', 'a'])
    expect([await Sale.max('n'), await Sale.min('n'), await Sale.sum('n')]).toEqual([40, 2, 42])
    expect([await Sale.max('at'), await Sale.min('at')]).toEqual([
      new Date('2024-05-01T10:00:00Z'),
      new Date('2023-01-01T00:00:00Z'),
    ])
    expect([await Sale.max('day'), await Sale.min('day')]).toEqual(['2025-01-01', '2024-05-01'])
  })
})
