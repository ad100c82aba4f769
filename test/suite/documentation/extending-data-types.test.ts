// "Extending Data Types" (version 6) and "Custom Data Types" (version 7).
import { DataTypes, Utils, ValidationErrorItem } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'

describeEachEngine('data types of one’s own', (engine) => {
  test('the methods of version 6', async () => {
    class Positive extends DataTypes.ABSTRACT<number> {
      static override key = 'POSITIVE'
      override toSql(): string {
        return 'INTEGER'
      }
      // Version 6 answers with a boolean.
      override validate = ((value: unknown) =>
        typeof value === 'number' && !Number.isNaN(value)) as unknown as () => void
      _sanitize(value: number): number {
        return value < 0 ? 0 : Math.round(value)
      }
      _stringify(value: number): string {
        return value.toString()
      }
      static parse(value: string): number {
        return Number.parseInt(value, 10)
      }
    }
    Object.assign(Positive.prototype, { key: 'POSITIVE' })
    const POSITIVE = Utils.classToInvokable(Positive)
    const sequelize = engine.script(await engine.connect())
    const Thing = sequelize.define('thing', { a: POSITIVE, b: POSITIVE(), c: new POSITIVE() })
    await sequelize.sync()
    const thing = await (await Thing.create({ a: -5, b: 3.6, c: 1 })).reload()
    expect([thing.a, thing.b, thing.c]).toEqual([0, 4, 1])
    await expect(Thing.create({ a: 'x' })).rejects.toThrow()
    expect(await Thing.count({ where: { a: 0 } })).toBe(1)
  })
  test('the methods of version 7', async () => {
    class Day extends DataTypes.ABSTRACT<Date> {
      override toSql(): string {
        return 'VARCHAR(40)'
      }
      override sanitize(value: unknown): unknown {
        return typeof value === 'string' ? new Date(value) : value
      }
      override validate(value: unknown): void {
        if (!(value instanceof Date)) ValidationErrorItem.throwDataTypeValidationError('Value must be a Date object')
      }
      override toBindableValue(value: Date): unknown {
        return value.toISOString().slice(0, 10)
      }
      override parseDatabaseValue(value: unknown): Date {
        return new Date(value as string)
      }
    }
    class Shout extends DataTypes.STRING {
      override parseDatabaseValue(value: unknown): unknown {
        return String(value).toUpperCase()
      }
    }
    const sequelize = engine.script(await engine.connect())
    const Person = sequelize.define('person', { birthday: Day, name: Shout, note: { type: 'VARCHAR(50)' } })
    await sequelize.sync()
    const person = await Person.create({ birthday: '2001-02-03T04:05:06Z', name: 'ada', note: 'as it is' })
    expect(person.birthday).toBeInstanceOf(Date)
    await person.reload()
    expect([person.birthday.toISOString(), person.name, person.note]).toEqual([
      '2001-02-03T00:00:00.000Z',
      'ADA',
      'as it is',
    ])
    expect(await Person.count({ where: { birthday: new Date('2001-02-03') } })).toBe(1)
    await expect(Person.create({ birthday: 5 })).rejects.toThrow(/must be a Date object/)
  })
})
