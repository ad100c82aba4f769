// Key values as text: what is one key to the database is one key in a Map.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compositeKeyText, keyText } from '../../../src/association/key-text.js'
import { DataTypes, normalizeType } from '../../../src/types/index.js'

const type = (given: unknown) => normalizeType(given)

test('integers in every spelling', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (key) => {
      expect(keyText(key, type(DataTypes.BIGINT))).toBe(keyText(key.toString(), type(DataTypes.BIGINT)))
      if (Number.isSafeInteger(Number(key)))
        expect(keyText(Number(key), type(DataTypes.BIGINT))).toBe(keyText(key, type(DataTypes.BIGINT)))
    }),
  )
  expect(keyText('007', type(DataTypes.INTEGER))).toBe('7')
})
test('dates, bytes, UUIDs and decimals', () => {
  const date = new Date('2024-02-03T04:05:06.007Z')
  expect(keyText('2024-02-03T06:05:06.007+02:00', type(DataTypes.DATE))).toBe(keyText(date, type(DataTypes.DATE)))
  expect(keyText('2024-02-03 04:05:06.007', type(DataTypes.DATE))).toBe(keyText(date, type(DataTypes.DATE)))
  expect(keyText(Buffer.from([1, 255]), type(DataTypes.BLOB))).toBe(
    keyText(new Uint8Array([1, 255]), type(DataTypes.BLOB)),
  )
  expect(keyText('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', type(DataTypes.UUID))).toBe(
    keyText('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', type(DataTypes.UUID)),
  )
  expect(keyText('5.50', type(DataTypes.DECIMAL))).toBe(keyText(5.5, type(DataTypes.DECIMAL)))
  expect(keyText('-0', type(DataTypes.DECIMAL))).toBe('0')
})
test('text stays as it is: 5 and 05 are two keys, 0 and the empty string are keys', () => {
  expect([
    keyText('05', type(DataTypes.STRING)),
    keyText('', type(DataTypes.STRING)),
    keyText(0, type(DataTypes.INTEGER)),
  ]).toEqual(['05', '', '0'])
  expect([keyText(null, null), keyText(undefined, null)]).toEqual([null, null])
})
test('composite keys are equal only part by part', () => {
  const types = [type(DataTypes.STRING), type(DataTypes.STRING)]
  fc.assert(
    fc.property(
      fc.array(fc.string(), { minLength: 2, maxLength: 2 }),
      fc.array(fc.string(), { minLength: 2, maxLength: 2 }),
      (a, b) => {
        expect(compositeKeyText(a, types) === compositeKeyText(b, types)).toBe(a[0] === b[0] && a[1] === b[1])
      },
    ),
  )
  expect(compositeKeyText(['a', null], types)).toBeNull()
})
