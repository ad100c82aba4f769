// A type that an engine lacks is refused when the model is defined, by name; the custom types of the guides work on every engine.
import { DataTypes, UnsupportedFeatureError, Utils, ValidationErrorItem } from 'mortise'
import { expect, test } from 'vitest'
import type { Feature } from '../../support/databases.js'
import { describeEachEngine } from '../../support/databases.js'
import type { Database } from '../../support/untyped.js'

/** Types that some engines lack: any one of the features makes it available. */
const SPECIAL: readonly (readonly [name: string, type: unknown, ...features: Feature[]])[] = [
  ['ARRAY', DataTypes.ARRAY(DataTypes.STRING), 'postgresTypes'],
  ['RANGE', DataTypes.RANGE(DataTypes.INTEGER), 'postgresTypes'],
  ['HSTORE', DataTypes.HSTORE, 'postgresTypes'],
  ['TSVECTOR', DataTypes.TSVECTOR, 'postgresTypes'],
  ['INET', DataTypes.INET, 'postgresTypes'],
  ['CIDR', DataTypes.CIDR, 'postgresTypes'],
  ['MACADDR', DataTypes.MACADDR, 'postgresTypes'],
  ['MACADDR8', DataTypes.MACADDR8, 'postgresTypes'],
  ['GEOGRAPHY', DataTypes.GEOGRAPHY, 'postgresTypes'],
  ['GEOMETRY', DataTypes.GEOMETRY('POINT'), 'postgresTypes', 'geometry'],
  ['CITEXT', DataTypes.CITEXT, 'caseInsensitiveText'],
  ['INTEGER.ZEROFILL', DataTypes.INTEGER.ZEROFILL, 'unsignedTypes'],
  ['BIGINT.ZEROFILL', DataTypes.BIGINT(5).UNSIGNED.ZEROFILL, 'unsignedTypes'],
  ['DECIMAL.ZEROFILL', DataTypes.DECIMAL({ precision: 10, scale: 2, zerofill: true }), 'unsignedTypes'],
  ['FLOAT.ZEROFILL', DataTypes.FLOAT.ZEROFILL, 'unsignedTypes'],
  ['FLOAT(11, 10)', DataTypes.FLOAT(11, 10), 'unsignedTypes'],
  ['DOUBLE(11, 10)', DataTypes.DOUBLE(11, 10), 'unsignedTypes'],
  // Without limits on PostgreSQL; SQLite says so when a number has too many digits.
  ['DECIMAL', DataTypes.DECIMAL, 'unboundedDecimals', 'ownSql'],
  ['NOW', DataTypes.NOW],
]
const EVERYWHERE: readonly unknown[] = [
  DataTypes.STRING,
  DataTypes.STRING.BINARY,
  DataTypes.CHAR(5),
  DataTypes.TEXT('medium'),
  DataTypes.BOOLEAN,
  DataTypes.TINYINT.UNSIGNED,
  DataTypes.INTEGER(5),
  DataTypes.BIGINT.UNSIGNED,
  DataTypes.REAL.UNSIGNED,
  DataTypes.DECIMAL(10, 2),
  DataTypes.DATE(6),
  DataTypes.DATEONLY,
  DataTypes.TIME(3),
  DataTypes.UUID.V4,
  DataTypes.BLOB('tiny'),
  DataTypes.ENUM('a', 'b'),
  DataTypes.JSON,
  DataTypes.JSONB,
  DataTypes.VIRTUAL(DataTypes.STRING),
  'VARCHAR(20)',
]

describeEachEngine('types at definition', (engine) => {
  const connected = async (): Promise<Database> => engine.script(await engine.connect())

  for (const [name, type, ...features] of SPECIAL) {
    test(`${name} is there, or refused by name`, async () => {
      const db = await connected()
      const define = (): unknown => db.define('Thing', { value: { type } })
      if (features.some((feature) => engine.features.has(feature))) return void define()
      expect(define).toThrow(UnsupportedFeatureError)
      expect(define).toThrow(/The attribute "value" of Thing: /)
      expect(define).toThrow(`DataTypes.${name}`)
      expect(db.isDefined('Thing')).toBe(false)
      // The same in the query interface, before anything is sent.
      const recorder = engine.recorder(db)
      const sent = await recorder.during(async () => {
        await expect(db.queryInterface.createTable('things', { value: { type } })).rejects.toThrow(
          UnsupportedFeatureError,
        )
      })
      expect(sent).toEqual([])
    })
  }

  test('types that every engine has', async () => {
    const db = await connected()
    const attributes = Object.fromEntries(EVERYWHERE.map((type, at) => [`a${at}`, { type }]))
    db.define('Thing', attributes, { timestamps: false })
    await db.sync()
    expect(Object.keys(await db.queryInterface.describeTable('Things'))).toHaveLength(EVERYWHERE.length)
    expect(await db.sync({ alter: true, plan: true })).toMatchObject({ sql: [] })
  })

  test('a virtual attribute has no column, and brings what it depends on', async () => {
    const db = await connected()
    const User = db.define(
      'User',
      {
        first: DataTypes.STRING,
        last: DataTypes.STRING,
        full: {
          type: DataTypes.VIRTUAL(DataTypes.STRING, ['first', 'last']),
          get(this: { first: string; last: string }) {
            return `${this.first} ${this.last}`
          },
        },
      },
      { timestamps: false },
    )
    await db.sync()
    await User.create({ first: 'Ada', last: 'Lovelace' })
    expect((await User.findOne({ attributes: ['full'] })).full).toBe('Ada Lovelace')
    expect(Object.keys(await db.queryInterface.describeTable('Users'))).toEqual(['id', 'first', 'last'])
  })

  test('custom data types: every method of version 7 is called, with the dialect', async () => {
    const db = await connected()
    const calls: string[] = []
    class Celsius extends DataTypes.ABSTRACT<number> {
      override toSql(): string {
        return 'VARCHAR(20)'
      }
      override sanitize(value: unknown): unknown {
        calls.push('sanitize')
        return typeof value === 'string' ? Number.parseFloat(value) : value
      }
      override validate(value: unknown): void {
        calls.push('validate')
        if (typeof value !== 'number' || Number.isNaN(value))
          ValidationErrorItem.throwDataTypeValidationError('A temperature is a number')
      }
      override areValuesEqual(a: unknown, b: unknown): boolean {
        calls.push('areValuesEqual')
        return typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) < 0.05
      }
      override toBindableValue(value: number): unknown {
        calls.push('toBindableValue')
        return `${value} °C`
      }
      override parseDatabaseValue(value: unknown): unknown {
        calls.push('parseDatabaseValue')
        return Number.parseFloat(value as string)
      }
      override escape(value: number): string {
        calls.push('escape')
        return `'${value} °C'`
      }
    }
    const Reading = db.define('Reading', { warmth: Celsius, list: { type: new Celsius() } }, { timestamps: false })
    const Sensor = db.define('Sensor', {}, { timestamps: false })
    Sensor.hasOne(Reading, { as: 'reading', foreignKey: 'sensorId' })
    await db.sync()
    const sensor = await Sensor.create({})
    const reading = await Reading.create({ warmth: '21.5', sensorId: sensor.id })
    expect(reading.warmth).toBe(21.5)
    await expect(Reading.create({ warmth: 'warm' })).rejects.toThrow(/A temperature is a number/)
    reading.warmth = 21.52
    expect(reading.changed()).toBe(false)
    reading.warmth = 22
    await reading.save()
    expect((await Reading.findOne({ where: { warmth: 22 } })).warmth).toBe(22)
    expect((await Reading.findOne({ where: { warmth: ['21', 22] }, raw: true })).warmth).toBe(22)
    expect((await Sensor.findOne({ include: 'reading' })).reading.warmth).toBe(22)
    expect(await Reading.max('warmth')).toBe(22)
    await Reading.bulkCreate([{ warmth: 30 }])
    expect(await Reading.update({ warmth: 31 }, { where: { warmth: 30 } })).toMatchObject([1])
    expect((await Reading.findAll({ order: ['id'] })).map((row) => row.warmth)).toEqual([22, 31])
    // Without a model the value is what the engine has.
    const raw = await db.query(`SELECT * FROM ${db.dialect.quoteIdentifier('Readings')}`, { type: 'SELECT' })
    expect(raw.map((row: { warmth: string }) => row.warmth)).toEqual(['22 °C', '31 °C'])
    expect(new Set(calls)).toEqual(
      new Set(['sanitize', 'validate', 'areValuesEqual', 'toBindableValue', 'parseDatabaseValue']),
    )
    expect(db.escape(5, { type: new Celsius() })).toBe("'5 °C'")
  })

  test('a type that extends another one keeps the rest of it; a registered type is used like any other', async () => {
    const db = await connected()
    class Long extends DataTypes.STRING {
      override toSql(): string {
        return 'TEXT'
      }
    }
    class Percent extends DataTypes.INTEGER {
      override validate(value: unknown): void {
        super.validate(value)
        if (Number(value) > 100) ValidationErrorItem.throwDataTypeValidationError('More than everything')
      }
    }
    const registry = DataTypes as unknown as Record<string, unknown>
    registry.PERCENT = Utils.classToInvokable(Percent)
    try {
      const Thing = db.define('Thing', { long: Long, share: registry.PERCENT }, { timestamps: false })
      await db.sync()
      const { id } = await Thing.create({ long: 'x'.repeat(5000), share: '50' })
      expect(await Thing.findByPk(id, { raw: true })).toEqual({ id, long: 'x'.repeat(5000), share: 50 })
      await expect(Thing.create({ share: 101 })).rejects.toThrow('More than everything')
      await expect(Thing.create({ long: 5 })).rejects.toThrow(/string/)
    } finally {
      delete registry.PERCENT
    }
  })
})
