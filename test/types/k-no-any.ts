// What used to be any: shapes, hooks of holders, getters of `init`, options that are built ahead.
import type {
  Attributes,
  CreationOptional,
  FindOptions,
  GeoJson,
  InferAttributes,
  InferCreationAttributes,
  Sequelize,
} from 'mortise'
import { DataTypes, Model } from 'mortise'
import { expectType } from './expect.js'

declare const sequelize: Sequelize

class Place extends sequelize.model('Place', {
  at: DataTypes.GEOMETRY('POINT', 4326),
  outline: { type: DataTypes.GEOMETRY, allowNull: false },
}) {}
class User extends Model<InferAttributes<User>, InferCreationAttributes<User>> {
  declare id: CreationOptional<number>
  declare name: string | null
}
User.init(
  {
    id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
    name: {
      type: DataTypes.STRING,
      get() {
        expectType<string | null>()(this.getDataValue('name'))
        return this.getDataValue('name')?.toUpperCase()
      },
      set(value: string) {
        // @ts-expect-error no such attribute
        this.setDataValue('nmae', value)
        this.setDataValue('name', value)
      },
    },
  },
  {
    sequelize,
    validate: {
      named() {
        expectType<string | null>()(this.name)
        // @ts-expect-error no such property
        if (this.nmae === null) throw new Error('no name')
      },
    },
  },
)

export async function shapes(): Promise<void> {
  const outline = { type: 'Polygon', coordinates: [[[0, 0]]] }
  const place = await Place.create({ outline, at: { type: 'Point', coordinates: [-76.98, 39.81] } })
  expectType<number | undefined>()(place.at!.coordinates[0])
  expectType<GeoJson>()(place.outline)
  if (place.outline.type === 'LineString') expectType<number[][]>()(place.outline.coordinates)
  // @ts-expect-error a shape is an object
  await Place.create({ outline: 'POINT(1 2)' })
  // @ts-expect-error a point has no such property
  place.at?.coordinatse
}

export function hooks(): void {
  User.hooks.addListener('beforeCreate', (user: User) => void user.name)
  User.hooks.addListener('beforeCreate', (user) => {
    expectType<boolean>()(user.isNewRecord)
    // @ts-expect-error the holder does not know whose it is; annotate, or use User.beforeCreate(…)
    user.isNewRecrd
  })
  sequelize.addHook('beforeSave', (instance) => {
    expectType<Model>()(instance)
  })
  sequelize.hooks.addListener('beforeDefine', (attributes, options) => {
    attributes.tenant = { type: DataTypes.STRING }
    options.underscored = true
    // @ts-expect-error no such option
    options.underscord = true
  })
  sequelize.hooks.addListener('beforeConnect', (config) => {
    config.password = 'x'
  })
}

export async function ahead(): Promise<void> {
  const options: FindOptions<Attributes<User>> = { attributes: ['name'] }
  options.include = 'x'
  expectType<User[]>()(await User.findAll(options))
  const open: FindOptions = { attributes: ['whatever'] }
  expectType<User[]>()(await User.findAll(open))
  // @ts-expect-error no such attribute
  options.attributes = ['nmae']
}
