import { describe, expect, it } from 'vitest'
import { DataTypeValidationError, ValidationErrorItem } from '../../../src/errors/index.js'
import { AbstractType, assertValue, DataTypes, normalizeType, overrides, SqlType } from '../../../src/types/index.js'

const accepts = (type: unknown, ...values: unknown[]): void => {
  const instance = normalizeType(type)
  for (const value of values)
    expect(
      () => assertValue(instance, instance.sanitize(value)),
      `${instance.key} takes ${String(value)}`,
    ).not.toThrow()
}
const rejects = (type: unknown, ...values: unknown[]): void => {
  const instance = normalizeType(type)
  for (const value of values)
    expect(() => assertValue(instance, instance.sanitize(value)), `${instance.key} refuses ${String(value)}`).toThrow(
      DataTypeValidationError,
    )
}
const messageOf = (type: unknown, value: unknown): string => {
  try {
    assertValue(normalizeType(type), value)
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

describe('how a type is written', () => {
  it('bare, called and constructed mean the same', () => {
    for (const written of [DataTypes.STRING, DataTypes.STRING(), new DataTypes.STRING()]) {
      const type = normalizeType(written)
      expect(type).toBeInstanceOf(DataTypes.STRING)
      expect(type.key).toBe('STRING')
      expect(type.options).toEqual({})
    }
    expect(DataTypes.STRING(100).options).toEqual({ length: 100 })
    expect(new DataTypes.STRING({ length: 100, binary: true }).options).toEqual({ length: 100, binary: true })
    expect(DataTypes.STRING.key).toBe('STRING')
    expect(DataTypes.STRING.getDataTypeId()).toBe('STRING')
  })

  it('variants chain, from the class and from an instance', () => {
    expect(DataTypes.INTEGER.UNSIGNED.ZEROFILL.options).toEqual({ unsigned: true, zerofill: true })
    expect(DataTypes.INTEGER(5).UNSIGNED.options).toEqual({ length: 5, unsigned: true })
    expect(DataTypes.BIGINT.UNSIGNED).toBeInstanceOf(DataTypes.BIGINT)
    expect(DataTypes.STRING.BINARY.options).toEqual({ binary: true })
    expect(DataTypes.CHAR(3).BINARY).toBeInstanceOf(DataTypes.CHAR)
    expect(DataTypes.CHAR(3).BINARY.options).toEqual({ length: 3, binary: true })
    expect(DataTypes.UUID.V4.options).toEqual({ version: 4 })
    expect(DataTypes.DECIMAL(10, 2).options).toEqual({ precision: 10, scale: 2 })
    expect(DataTypes.DECIMAL({ precision: 10, scale: 2 }).options).toEqual({ precision: 10, scale: 2 })
    expect(DataTypes.FLOAT(7, 4).UNSIGNED.options).toEqual({ precision: 7, scale: 4, unsigned: true })
  })

  it('an enum takes words, a list, options, or a TypeScript enum', () => {
    enum Mood {
      Happy = 'happy',
      Sad = 'sad',
    }
    for (const type of [
      DataTypes.ENUM('happy', 'sad'),
      DataTypes.ENUM(['happy', 'sad']),
      DataTypes.ENUM({ values: ['happy', 'sad'] }),
      DataTypes.ENUM(Mood),
    ])
      expect(type.values).toEqual(['happy', 'sad'])
    expect(() => DataTypes.ENUM('a', 'a')).toThrow(/twice/)
    enum Numbered {
      One,
      Two,
    }
    expect(() => DataTypes.ENUM(Numbered as never)).toThrow(/string members/)
  })

  it('gives SQL 92 names without an engine', () => {
    expect(
      [
        DataTypes.STRING(10),
        DataTypes.CHAR(3),
        DataTypes.TEXT('tiny'),
        DataTypes.INTEGER(11).UNSIGNED.ZEROFILL,
        DataTypes.DOUBLE,
        DataTypes.DECIMAL(10, 2),
        DataTypes.DATE(6),
        DataTypes.ENUM("it's", 'b'),
        DataTypes.BLOB('long'),
        DataTypes.ARRAY(DataTypes.STRING),
        DataTypes.GEOMETRY('POINT', 4326),
        'VARBINARY(50)',
      ].map((type) => String(normalizeType(type))),
    ).toEqual([
      'VARCHAR(10)',
      'CHAR(3)',
      'TINYTEXT',
      'INTEGER(11) UNSIGNED ZEROFILL',
      'DOUBLE PRECISION',
      'DECIMAL(10,2)',
      'DATETIME(6)',
      "ENUM('it''s', 'b')",
      'LONGBLOB',
      'VARCHAR(255)[]',
      'GEOMETRY(POINT,4326)',
      'VARBINARY(50)',
    ])
  })

  it('what is no type is refused with a remedy', () => {
    expect(() => normalizeType(undefined)).toThrow(/not a data type.*DataTypes/)
    expect(() => normalizeType(String)).toThrow(/String is not a data type/)
    expect(() => normalizeType({})).toThrow(/not a data type/)
    expect(() => DataTypes.ARRAY()).toThrow(/needs the type of its elements/)
    expect(() => DataTypes.RANGE(DataTypes.STRING)).toThrow(/not STRING/)
    expect(() => DataTypes.TEXT('huge' as never)).toThrow(/'tiny', 'medium' or 'long'/)
  })
})

describe('values', () => {
  it('strings are strings', () => {
    for (const type of [DataTypes.STRING, DataTypes.CHAR, DataTypes.TEXT, DataTypes.CITEXT, DataTypes.TSVECTOR]) {
      accepts(type, '', 'x')
      rejects(type, 1, true, {}, [], new Date(), Buffer.from('x'))
    }
    accepts(DataTypes.STRING.BINARY, 'x', Buffer.from('x'))
    expect(messageOf(DataTypes.STRING, 5)).toMatch(/^5 is not a valid string/)
  })

  it('booleans are true and false', () => {
    accepts(DataTypes.BOOLEAN, true, false)
    rejects(DataTypes.BOOLEAN, 0, 1, 'true', 'false', {})
  })

  it('integers: numbers, bigints and strings of digits', () => {
    for (const type of [
      DataTypes.INTEGER,
      DataTypes.TINYINT,
      DataTypes.SMALLINT,
      DataTypes.MEDIUMINT,
      DataTypes.BIGINT,
    ]) {
      accepts(type, 0, -5, '17', '-17', 9n)
      rejects(type, 1.5, NaN, Infinity, 'x', '', '1.5', true, {}, 2 ** 60)
    }
    accepts(DataTypes.BIGINT, '9223372036854775807', 9223372036854775807n)
    accepts(DataTypes.INTEGER.UNSIGNED, 0, '1')
    rejects(DataTypes.INTEGER.UNSIGNED, -1, '-1')
    expect(messageOf(DataTypes.INTEGER, 'x')).toBe('"x" is not a valid integer')
    expect(messageOf(DataTypes.INTEGER.UNSIGNED, -1)).toBe('-1 is not a valid unsigned integer')
    expect(messageOf(DataTypes.BIGINT, 2 ** 60)).toMatch(/is not a valid bigint\. .*bigint or a string/)
  })

  it('floats and decimals: numbers, bigints and numeric strings', () => {
    for (const type of [DataTypes.FLOAT, DataTypes.DOUBLE, DataTypes.REAL, DataTypes.DECIMAL(10, 2)]) {
      accepts(type, 0, -1.5, '1.5', '1e3', '.5', 10n)
      rejects(type, 'x', '', true, {}, [])
    }
    // Engines that do not have them say so.
    accepts(DataTypes.DOUBLE, Infinity, NaN)
    accepts(DataTypes.DECIMAL, NaN)
    rejects(DataTypes.DECIMAL, Infinity, '--1')
    rejects(DataTypes.FLOAT.UNSIGNED, -0.5)
    expect(messageOf(DataTypes.FLOAT, 'x')).toBe('"x" is not a valid float')
    expect(messageOf(DataTypes.DECIMAL, 'abc')).toBe('"abc" is not a valid decimal')
  })

  it('decimal objects are recognised by shape', () => {
    const decimal = { toFixed: () => '12345678901234567890.12', toString: () => '1.2e19' }
    expect(normalizeType(DataTypes.DECIMAL).sanitize(decimal)).toBe('12345678901234567890.12')
    expect(normalizeType(DataTypes.FLOAT).sanitize({ toFixed: () => '1.5' })).toBe(1.5)
    expect(normalizeType(DataTypes.INTEGER).sanitize({ toFixed: () => '15' })).toBe(15)
    expect(normalizeType(DataTypes.BIGINT).sanitize({ toFixed: () => '15' })).toBe('15')
    expect(normalizeType(DataTypes.BIGINT).sanitize(15n)).toBe('15')
    expect(normalizeType(DataTypes.DECIMAL).sanitize(15n)).toBe('15')
    expect(normalizeType(DataTypes.INTEGER).sanitize(15n)).toBe(15)
    expect(normalizeType(DataTypes.INTEGER).sanitize(2n ** 60n)).toBe('1152921504606846976')
    expect(normalizeType(DataTypes.BIGINT).sanitize(15)).toBe(15)
  })

  it('numbers are equal by value, however they are written', () => {
    const same = (type: unknown, a: unknown, b: unknown): boolean => normalizeType(type).areValuesEqual(a, b)
    expect(same(DataTypes.INTEGER, 5, '5')).toBe(true)
    expect(same(DataTypes.BIGINT, '5', 5n)).toBe(true)
    expect(same(DataTypes.DECIMAL, '12.50', 12.5)).toBe(true)
    expect(same(DataTypes.DECIMAL, '12.50', '12.51')).toBe(false)
    expect(same(DataTypes.BIGINT, '9007199254740993', '9007199254740992')).toBe(false)
    expect(same(DataTypes.DECIMAL, '0', '-0')).toBe(true)
    expect(same(DataTypes.FLOAT, 1e21, '1000000000000000000000')).toBe(true)
    expect(same(DataTypes.DECIMAL, '0.001', '1e-3')).toBe(true)
    expect(same(DataTypes.INTEGER, 5, null)).toBe(false)
    expect(same(DataTypes.INTEGER, null, null)).toBe(true)
  })

  it('dates: what `new Date` reads, and the objects of date libraries', () => {
    const date = new Date('2020-05-06T07:08:09.010Z')
    const type = normalizeType(DataTypes.DATE)
    for (const value of [
      date,
      date.toISOString(),
      date.getTime(),
      { toDate: () => date },
      { toJSDate: () => date },
      { epochMilliseconds: date.getTime() },
    ]) {
      expect(type.sanitize(value)).toEqual(date)
      expect(type.areValuesEqual(value, date)).toBe(true)
      accepts(type, value)
    }
    rejects(type, 'soon', new Date(Number.NaN), {}, true)
    expect(type.sanitize('soon')).toBe('soon')
    expect(messageOf(DataTypes.DATE, 'soon')).toBe('"soon" is not a valid date')
    expect(messageOf(DataTypes.DATE, new Date(Number.NaN))).toBe('Invalid Date is not a valid date')
    expect(type.areValuesEqual(date, new Date(date.getTime() + 1))).toBe(false)
  })

  it('days', () => {
    const type = normalizeType(DataTypes.DATEONLY)
    expect(type.sanitize('2020-02-29')).toBe('2020-02-29')
    expect(type.sanitize(new Date('2020-02-29'))).toBe('2020-02-29')
    expect(type.sanitize(new Date(2020, 1, 29, 13, 45))).toBe('2020-02-29')
    expect(type.sanitize({ format: (pattern: string) => (pattern === 'YYYY-MM-DD' ? '2020-02-29' : '') })).toBe(
      '2020-02-29',
    )
    expect(type.sanitize({ toISODate: () => '2020-02-29' })).toBe('2020-02-29')
    accepts(type, '2020-02-29', new Date())
    rejects(type, '2021-02-29', '2020-13-01', 'soon', {}, new Date(Number.NaN))
  })

  it('times, uuids, addresses', () => {
    accepts(DataTypes.TIME, '12:30', '23:59:59.999')
    rejects(DataTypes.TIME, 'noon', '12', 12, '12:00:00+02', '23:59:60')
    accepts(DataTypes.UUID, '6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b', '6EC0BD7F-11C0-43DA-975E-2A8AD9EBAE0B')
    rejects(DataTypes.UUID, 'x', 5, '')
    rejects(DataTypes.UUID.V7, '6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b')
    expect(
      normalizeType(DataTypes.UUID).areValuesEqual(
        '6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b',
        '6EC0BD7F-11C0-43DA-975E-2A8AD9EBAE0B',
      ),
    ).toBe(true)
    expect(normalizeType(DataTypes.UUID).sanitize('6EC0BD7F-11C0-43DA-975E-2A8AD9EBAE0B')).toBe(
      '6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b',
    )
    accepts(DataTypes.INET, '127.0.0.1', '::1/64', '10.0.0.0/8')
    rejects(DataTypes.INET, '300.0.0.1', 'x', '10.0.0.0/33')
    accepts(DataTypes.CIDR, '10.0.0.0/8')
    rejects(DataTypes.CIDR, '10.0.0.0')
    accepts(DataTypes.MACADDR, '08:00:2b:01:02:03')
    rejects(DataTypes.MACADDR, '08:00:2b:01:02')
    accepts(DataTypes.MACADDR8, '08:00:2b:01:02:03:04:05')
  })

  it('bytes', () => {
    const type = normalizeType(DataTypes.BLOB)
    expect(type.sanitize('é')).toEqual(Buffer.from('é'))
    expect(type.sanitize(new Uint8Array([1, 2]))).toEqual(Buffer.from([1, 2]))
    expect(type.areValuesEqual(Buffer.from('a'), 'a')).toBe(true)
    accepts(type, 'x', Buffer.from('x'), new ArrayBuffer(2))
    rejects(type, 5, {})
  })

  it('enums name their choices', () => {
    accepts(DataTypes.ENUM('a', 'b'), 'a')
    rejects(DataTypes.ENUM('a', 'b'), 'c', 1)
    expect(messageOf(DataTypes.ENUM('a', 'b'), 'c')).toBe(`"c" is not a valid choice for the enum [ 'a', 'b' ]`)
  })

  it('json, arrays, ranges, shapes', () => {
    accepts(DataTypes.JSON, {}, [], 'x', 1, true)
    rejects(DataTypes.JSON, () => 1, 1n, Symbol('x'))
    expect(normalizeType(DataTypes.JSON).areValuesEqual({ a: [1] }, { a: [1] })).toBe(true)
    accepts(DataTypes.ARRAY(DataTypes.INTEGER), [], [1, null, '2'])
    rejects(DataTypes.ARRAY(DataTypes.INTEGER), 'x', ['x'])
    accepts(DataTypes.RANGE(DataTypes.INTEGER), [], [1, 2], [null, { value: 3, inclusive: true }])
    accepts(DataTypes.RANGE(DataTypes.DATE), [-Infinity, Infinity])
    rejects(DataTypes.RANGE(DataTypes.INTEGER), [1], ['x', 2], 5, [-Infinity, 2])
    expect(DataTypes.RANGE(DataTypes.DATE).sanitize(['2020-01-01', null])).toEqual([
      { value: new Date('2020-01-01'), inclusive: true },
      { value: null, inclusive: false },
    ])
    accepts(DataTypes.GEOMETRY('POINT'), { type: 'Point', coordinates: [1, 2] })
    rejects(DataTypes.GEOMETRY('POINT'), { type: 'Polygon', coordinates: [] }, { type: 'Blob' }, 'POINT(1 2)')
    accepts(DataTypes.HSTORE, { a: 'b', c: null })
    rejects(DataTypes.HSTORE, { a: 1 }, 'a=>b')
  })

  it('a virtual attribute has no column and says what it needs', () => {
    const type = DataTypes.VIRTUAL(DataTypes.STRING, ['firstName', 'lastName'])
    expect(type.isVirtual).toBe(true)
    expect(type.returnType).toBeInstanceOf(DataTypes.STRING)
    expect(type.attributeDependencies).toEqual(['firstName', 'lastName'])
    expect(DataTypes.NONE().isVirtual).toBe(true)
    expect(DataTypes.STRING().isVirtual).toBe(false)
  })
})

describe("types of one's own", () => {
  class Upper extends DataTypes.ABSTRACT<string> {
    override toSql(): string {
      return 'UPPER_TEXT'
    }
    override validate(value: unknown): void {
      if (typeof value !== 'string') ValidationErrorItem.throwDataTypeValidationError('Value must be text')
    }
    override sanitize(value: unknown): unknown {
      return typeof value === 'string' ? value.toUpperCase() : value
    }
    override toBindableValue(value: string): unknown {
      return `<${value}>`
    }
  }
  class Wide extends DataTypes.STRING {
    override toSql(): string {
      return 'WIDE'
    }
  }

  it('extend ABSTRACT or a built-in type', () => {
    const type = normalizeType(Upper)
    expect(type.toSql()).toBe('UPPER_TEXT')
    expect(type.sanitize('a')).toBe('A')
    expect(() => assertValue(type, 5)).toThrow(/Value must be text/)
    expect(normalizeType(Wide).key).toBe('STRING')
    expect(normalizeType(Wide)).toBeInstanceOf(AbstractType)
    expect(new Wide(20).options).toEqual({ length: 20 })
  })

  it('win over the dialect exactly where they override', () => {
    expect(overrides(normalizeType(Upper), 'toSql')).toBe(true)
    expect(overrides(normalizeType(Upper), 'toBindableValue')).toBe(true)
    expect(overrides(normalizeType(Upper), 'parseDatabaseValue')).toBe(false)
    expect(overrides(normalizeType(Wide), 'toSql')).toBe(true)
    expect(overrides(normalizeType(Wide), 'toBindableValue')).toBe(false)
    for (const type of [DataTypes.STRING, DataTypes.INTEGER, DataTypes.CITEXT, DataTypes.JSONB, DataTypes.DATE])
      expect(overrides(normalizeType(type), 'toSql')).toBe(false)
  })

  it('a `false` of validate refuses', () => {
    class Never extends DataTypes.ABSTRACT {
      override validate(): boolean {
        return false
      }
    }
    expect(() => assertValue(new Never(), 1)).toThrow(DataTypeValidationError)
  })

  it('may be written as in Sequelize 6', () => {
    class SOMETYPE extends DataTypes.ABSTRACT {
      override toSql(): string {
        return 'INTEGER(11) UNSIGNED ZEROFILL'
      }
      _sanitize(value: number): number {
        return value < 0 ? 0 : Math.round(value)
      }
      _stringify(value: number): string {
        return String(value)
      }
      static parse(value: string): number {
        return Number.parseInt(value, 10)
      }
    }
    SOMETYPE.prototype.key = SOMETYPE.key = 'SOMETYPE'
    const type = normalizeType(SOMETYPE)
    expect(type.key).toBe('SOMETYPE')
    expect(AbstractType.key).toBe('ABSTRACT')
    expect(type.sanitize(-3)).toBe(0)
    expect(type.toBindableValue(7)).toBe('7')
    expect(type.parseDatabaseValue('7')).toBe(7)
    expect(overrides(type, 'parseDatabaseValue')).toBe(true)
    expect(overrides(type, 'toBindableValue')).toBe(true)
  })

  it('look through a dialect on request', () => {
    const dialect = { codec: () => ({ sql: 'TEXT', toBind: (value: unknown) => `b${String(value)}`, fromRow: null }) }
    const type = DataTypes.STRING(10).toDialectDataType(dialect)
    expect(type.toSql()).toBe('TEXT')
    expect(type.toBindableValue('x')).toBe('bx')
    expect(type.parseDatabaseValue('x')).toBe('x')
    expect(type.options).toEqual({ length: 10 })
    expect(DataTypes.STRING(10).toSql()).toBe('VARCHAR(10)')
  })

  it('an SQL name converts and validates nothing', () => {
    const type = normalizeType('VARBINARY(50)')
    expect(type).toBeInstanceOf(SqlType)
    accepts(type, 5, 'x', {})
    expect(type.sanitize('x')).toBe('x')
  })

  it('a type without toSql says what is missing', () => {
    class Empty extends DataTypes.ABSTRACT {}
    expect(() => new Empty().toSql()).toThrow(/Empty has no toSql/)
  })
})
