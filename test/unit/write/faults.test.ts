// A violation of a constraint, told by columns, as the model's user sees it.
import { expect, test } from 'vitest'
import { DatabaseError, UniqueConstraintError } from '../../../src/errors/index.js'
import { DataTypes } from '../../../src/types/index.js'
import { explain } from '../../../src/write/faults.js'
import { world } from '../association/models.js'

const definition = world().model(
  'User',
  { mail: { type: DataTypes.STRING, columnName: 'mail_address' }, a: DataTypes.INTEGER, b: DataTypes.INTEGER },
  {
    indexes: [
      { name: 'one_mail', unique: true, fields: ['mail'], msg: 'taken' },
      { name: 'pair', unique: true, fields: ['a', 'b'] },
    ],
  },
).modelDefinition
const values: Record<string, unknown> = { mail: 'x', a: 1, b: 2 }
const told = (error: unknown): UniqueConstraintError =>
  explain(error, definition, null, (name) => values[name]) as UniqueConstraintError

test('columns become attributes, with their values and the message of the index', () => {
  const cause = new Error('UNIQUE constraint failed')
  const error = told(new UniqueConstraintError({ fields: { mail_address: undefined }, table: 'Users', cause }))
  expect(error).toMatchObject({ message: 'taken', fields: { mail: 'x' }, table: 'Users', cause })
  expect(error.errors).toMatchObject([{ path: 'mail', value: 'x', message: 'taken', validatorKey: 'not_unique' }])
})
test('an index that is known by name alone', () => {
  expect(told(new UniqueConstraintError({ constraint: 'pair' })).fields).toEqual({ a: 1, b: 2 })
})
test('columns that no attribute has stay as they are', () => {
  expect(told(new UniqueConstraintError({ fields: { other: 5 } })).fields).toEqual({ other: 5 })
})
test('other errors pass untouched', () => {
  const error = new DatabaseError(new Error('x'))
  expect(explain(error, definition, null, () => undefined)).toBe(error)
})
