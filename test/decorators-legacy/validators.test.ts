// The validators of `mortise/validators` on attributes, as `@sequelize/validator.js` writes them. Docs: models/validations-and-constraints.
import { DataTypes, Model, Sequelize, ValidationError } from 'mortise'
import { Attribute, NotNull } from 'mortise/decorators-legacy'
import { Contains, Is, IsEmail, IsIn, IsInt, IsUUID, Len, Max, NotEmpty } from 'mortise/validators'
import { expect, it } from 'vitest'

class User extends Model {
  @Attribute(DataTypes.STRING)
  @NotNull
  @IsEmail
  @Contains({ args: '@example.com', msg: 'of our own only' })
  declare email: string

  @Attribute(DataTypes.STRING)
  @Len([2, 5])
  @NotEmpty()
  declare name: string | null

  @Attribute(DataTypes.INTEGER)
  @IsInt({ msg: 'whole years' })
  @Max(150)
  declare age: number | null

  @Attribute(DataTypes.STRING)
  @Is(/^[a-z]+$/)
  @IsIn([['red', 'blue']])
  declare color: string | null

  @Attribute(DataTypes.STRING)
  @IsUUID(4)
  declare token: string | null
}

it('a decorator of a validator is the validator of its name', async () => {
  const sequelize = new Sequelize('sqlite::memory:', { models: [User] })
  const findings = async (values: object): Promise<readonly string[]> => {
    const error: unknown = await User.build({ email: 'a@example.com', ...values })
      .validate()
      .catch((caught: unknown) => caught)
    return error instanceof ValidationError ? error.errors.map(({ path, message }) => `${path}: ${message}`).sort() : []
  }
  expect(await findings({ name: 'Ada', age: 3, color: 'red', token: 'b8f8b0c2-1f0a-4f3b-9a51-0c6a0f6d1d11' })).toEqual(
    [],
  )
  expect(await findings({ email: 'nobody' })).toEqual([
    'email: Validation isEmail on email failed',
    'email: of our own only',
  ])
  expect(await findings({ name: 'Adalbert' })).toEqual(['name: Validation len on name failed'])
  expect(await findings({ name: '   ' })).toEqual(['name: Validation notEmpty on name failed'])
  expect(await findings({ age: 200 })).toEqual(['age: Validation max on age failed'])
  expect(await findings({ color: 'green' })).toEqual(['color: Validation isIn on color failed'])
  expect(await findings({ color: 'RED' })).toEqual([
    'color: Validation is on color failed',
    'color: Validation isIn on color failed',
  ])
  expect(await findings({ token: 'x' })).toEqual(['token: Validation isUUID on token failed'])
  await sequelize.close()
})
