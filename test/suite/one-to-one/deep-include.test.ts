// Thirty one-to-ones in each other, under names longer than any engine lets an identifier be: columns are read by position, so nothing
// depends on what an engine makes of the names. What would double with every level could not pass.
import { DataTypes } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Row, Table } from '../../support/untyped.js'

const DEPTH = 30
const nameOf = (level: number): string => `aRelationWithAVeryLongNameThatSaysEverythingAboutItself_${level}`

describeEachEngine('an include thirty levels deep', (engine) => {
  test('is one statement, and every level is intact', async () => {
    const sequelize = await engine.connect()
    const db = engine.script(sequelize)
    const recorder = engine.recorder(sequelize)
    const models: Table[] = Array.from({ length: DEPTH + 1 }, (_, level) =>
      db.define(
        `Level${level}`,
        { theAttributeThatHasTheSameLongNameOnEveryLevelOfTheTree: DataTypes.STRING },
        { timestamps: false },
      ),
    )
    models.slice(0, -1).forEach((model, level) => {
      model.hasOne(models[level + 1], { as: nameOf(level + 1), foreignKey: { name: 'parentId', unique: true } })
    })
    await db.sync()

    type Values = Record<string, unknown>
    const valuesFrom = (level: number, row: string): Values => ({
      theAttributeThatHasTheSameLongNameOnEveryLevelOfTheTree: `${row} at ${level}`,
      ...(level < DEPTH ? { [nameOf(level + 1)]: valuesFrom(level + 1, row) } : {}),
    })
    const includeFrom = (level: number): Values[] =>
      level < DEPTH ? [{ association: nameOf(level + 1), include: includeFrom(level + 1) }] : []

    for (const row of ['first', 'second']) await models[0]!.create(valuesFrom(0, row), { include: includeFrom(0) })
    await models[0]!.create({ theAttributeThatHasTheSameLongNameOnEveryLevelOfTheTree: 'alone at 0' })

    let rows: Row[] = []
    const statements = await recorder.during(async () => {
      rows = await models[0]!.findAll({ include: includeFrom(0), order: ['id'] })
    })
    expect(statements).toHaveLength(1)
    const withoutKeys = (given: Values): Values =>
      Object.fromEntries(
        Object.entries(given)
          .filter(([name]) => name !== 'id' && name !== 'parentId')
          .map(([name, value]) => [
            name,
            value !== null && typeof value === 'object' ? withoutKeys(value as Values) : value,
          ]),
      )
    expect(rows.map((row) => withoutKeys(row.toJSON()))).toEqual([
      valuesFrom(0, 'first'),
      valuesFrom(0, 'second'),
      { theAttributeThatHasTheSameLongNameOnEveryLevelOfTheTree: 'alone at 0', [nameOf(1)]: null },
    ])
  })
})
