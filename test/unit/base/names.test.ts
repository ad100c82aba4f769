import { expect, test } from 'vitest'
import {
  camelize,
  foreignKeyName,
  indexName,
  lowerFirst,
  nearest,
  pluralize,
  shorten,
  singularize,
  suggestion,
  underscore,
  upperFirst,
} from '../../../src/base/names.js'

test('plural and singular', () => {
  expect(['User', 'Person', 'Address', 'news', 'Category'].map(pluralize)).toEqual([
    'Users',
    'People',
    'Addresses',
    'news',
    'Categories',
  ])
  expect(['Users', 'People', 'Addresses', 'tasks'].map(singularize)).toEqual(['User', 'Person', 'Address', 'task'])
})

test('cases', () => {
  expect(['user_id', 'User_id', 'user-name', 'drivingLicense'].map(camelize)).toEqual([
    'userId',
    'UserId',
    'userName',
    'drivingLicense',
  ])
  expect(['userId', 'UserId', 'HTMLPage', 'user-id', 'createdAt', 'users'].map(underscore)).toEqual([
    'user_id',
    'user_id',
    'html_page',
    'user_id',
    'created_at',
    'users',
  ])
  expect([upperFirst('profile'), lowerFirst('Profile'), upperFirst('')]).toEqual(['Profile', 'profile', ''])
})

test('index and key names', () => {
  expect(indexName('Profiles', ['userId'], true)).toBe('profiles_user_id_unique')
  expect(indexName('users', ['firstName', 'last_name'], false)).toBe('users_first_name_last_name')
  expect(foreignKeyName('Tasks', ['UserId'])).toBe('Tasks_UserId_foreign_idx')
})

test('a long name is cut to the limit in bytes, and two long names stay different', () => {
  const long = 'very_long_table_name_that_nobody_would_write_by_hand_but_generators_do_users'
  expect(shorten('short', 63)).toBe('short')
  expect(shorten('x'.repeat(63), 63)).toBe('x'.repeat(63))
  expect(shorten(long, 63)).toHaveLength(63)
  expect(shorten(long, 63)).toBe(shorten(long, 63))
  expect(shorten(`${long}_a`, 63)).not.toBe(shorten(`${long}_b`, 63))
  expect(Buffer.byteLength(shorten('ä'.repeat(60), 63))).toBeLessThanOrEqual(63)
})

test('the nearest name', () => {
  const names = ['include', 'where', 'attributes', 'transaction']
  expect(nearest('inclde', names)).toBe('include')
  expect(nearest('Where', names)).toBe('where')
  expect(nearest('atributes', names)).toBe('attributes')
  expect(nearest('zzz', names)).toBeUndefined()
  expect(suggestion('transcation', names)).toBe(' Did you mean "transaction"?')
  expect(suggestion('q', names)).toBe('')
})
