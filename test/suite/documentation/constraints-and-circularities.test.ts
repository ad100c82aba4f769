// "Constraints & Circularities" (version 6).
import { DataTypes, Model, Sequelize } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Database, Table } from '../../support/untyped.js'

describeEachEngine('constraints and circles', (engine) => {
  function documents(sequelize: Database): [Table, Table] {
    class Document extends Model {}
    Document.init({ author: DataTypes.STRING }, { sequelize: sequelize as never, modelName: 'document' })
    class Version extends Model {}
    Version.init({ timestamp: DataTypes.DATE }, { sequelize: sequelize as never, modelName: 'version' })
    return [Document, Version] as unknown as [Table, Table]
  }
  /** A document, its version, and the version as the current one: read both ways. */
  async function roundTrip(Document: Table): Promise<void> {
    const document = await Document.create({ author: 'a' })
    const version = await document.createVersion({ timestamp: new Date(0) })
    expect(version.documentId).toBe(document.id)
    await document.setCurrent(version)
    const found = await Document.findOne({ include: ['Current', 'versions'] })
    expect([found.Current.id, found.versions.map(({ id }: { id: number }) => id)]).toEqual([version.id, [version.id]])
  }

  test('a document has versions, and one of them is its current one', async () => {
    const sequelize = engine.script(await engine.connect())
    const [Document, Version] = documents(sequelize)
    Document.hasMany(Version)
    Document.belongsTo(Version, { as: 'Current', foreignKey: 'currentVersionId' })
    await sequelize.sync()
    await roundTrip(Document)
    await sequelize.sync({ force: true })
    await sequelize.drop()
  })
  test('`constraints: false` leaves one of the foreign keys to the program', async () => {
    const sequelize = engine.script(await engine.connect())
    const [Document, Version] = documents(sequelize)
    Document.hasMany(Version)
    Document.belongsTo(Version, { as: 'Current', foreignKey: 'currentVersionId', constraints: false })
    await sequelize.sync()
    const keys = async (table: string): Promise<unknown[]> =>
      (await sequelize.queryInterface.showConstraints(table, { constraintType: 'FOREIGN KEY' })).map(
        ({ columnNames }: { columnNames: unknown }) => columnNames,
      )
    expect([await keys('documents'), await keys('versions')]).toEqual([[], [['documentId']]])
    await roundTrip(Document)
  })
  test('references without associations', async () => {
    const sequelize = engine.script(await engine.connect())
    class Trainer extends Model {}
    Trainer.init(
      { firstName: Sequelize.STRING, lastName: Sequelize.STRING },
      { sequelize: sequelize as never, modelName: 'trainer' },
    )
    class Series extends Model {}
    Series.init(
      {
        title: Sequelize.STRING,
        subTitle: Sequelize.STRING,
        description: Sequelize.TEXT,
        trainerId: { type: DataTypes.INTEGER, references: { model: Trainer, key: 'id' } },
      },
      { sequelize: sequelize as never, modelName: 'series' },
    )
    class Video extends Model {}
    Video.init(
      {
        title: Sequelize.STRING,
        sequence: Sequelize.INTEGER,
        description: Sequelize.TEXT,
        seriesId: { type: DataTypes.INTEGER, references: { model: Series, key: 'id' } },
      },
      { sequelize: sequelize as never, modelName: 'video' },
    )
    Series.hasOne(Video)
    Trainer.hasMany(Series)
    await sequelize.sync()
    const trainer = await (Trainer as unknown as Table).create({ firstName: 'T' })
    const series = await trainer.createSeries({ title: 'S' })
    const video = await series.createVideo({ title: 'V', sequence: 1 })
    expect([series.trainerId, video.seriesId]).toEqual([trainer.id, series.id])
    await expect((Video as unknown as Table).create({ seriesId: 999 })).rejects.toThrow(/seriesId|foreign key/i)
  })
})
