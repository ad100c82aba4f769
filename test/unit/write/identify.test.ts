// What setX was given: an instance, a key, or null.
import { describe, expect, test } from 'vitest'
import { AssociationError } from '../../../src/errors/index.js'
import { build } from '../../../src/model/state.js'
import { DataTypes } from '../../../src/types/index.js'
import { identify } from '../../../src/write/identify.js'
import { world } from '../association/models.js'

describe('identify', () => {
  const here = world()
  const User = here.model('User', { code: { type: DataTypes.STRING, unique: true } })
  const Profile = here.model('Profile', { id: { type: DataTypes.UUID, primaryKey: true } })
  const Seat = here.model('Seat', {
    row: { type: DataTypes.INTEGER, primaryKey: true },
    letter: { type: DataTypes.STRING, primaryKey: true },
  })
  const one = here.hasOne(User, Profile, { as: 'profile', foreignKey: 'userCode', sourceKey: 'code' })
  const seat = here.hasOne(User, Seat, { as: 'seat', foreignKey: 'userId' })

  test('an instance of the target, and of nothing else', () => {
    const profile = build(Profile, {})
    expect(identify(one, profile, 'x')).toEqual({ instance: profile })
    expect(() => identify(one, build(User, {}), 'User.setProfile()')).toThrow(AssociationError)
    expect(() => identify(one, build(User, {}), 'User.setProfile()')).toThrow(
      /User\.setProfile\(\) takes a Profile.*User/s,
    )
  })
  test('null unlinks; 0 and the empty string are keys', () => {
    expect(identify(one, null, 'x')).toBeNull()
    expect(identify(one, '', 'x')).toMatchObject({ key: { id: '' } })
    expect(identify(one, 0, 'x')).toMatchObject({ key: { id: 0 } })
  })
  test('a UUID is looked for in either case', () => {
    expect(identify(one, 'Ab', 'x')).toEqual({ key: { id: 'Ab' }, where: { id: ['Ab', 'ab', 'AB'] } })
  })
  test('on the side of the key, a value of the key that is referred to', () => {
    expect(identify(one.inverse!, 'A', 'x')).toMatchObject({ where: { code: 'A' } })
  })
  test('composite keys are objects of all their parts', () => {
    expect(identify(seat, { row: 1, letter: 'A' }, 'x')).toMatchObject({ where: { row: 1, letter: 'A' } })
    for (const wrong of [{ row: 1 }, 1, [1, 'A']]) expect(() => identify(seat, wrong, 'x')).toThrow(/\{ row, letter \}/)
  })
  test('anything else is a TypeError that names the remedy', () => {
    for (const wrong of [true, () => 1, [1], Symbol('x'), { bio: 'x' }])
      expect(() => identify(one, wrong, 'User.setProfile()')).toThrow(TypeError)
    expect(() => identify(one, { bio: 'x' }, 'User.setProfile()')).toThrow(/createProfile/)
  })
})
