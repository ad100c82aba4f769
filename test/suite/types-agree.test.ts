// What TypeScript says of a model's attributes (required, nullable, absent) is so at run time. The same text is given to the type checker
// and evaluated, for every combination of what decides on it.
import { DataTypes } from 'mortise'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { check } from '../support/compiler.js'
import { describeEachEngine } from '../support/databases.js'

const KINDS: readonly (readonly [type: string, value: unknown])[] = [
  ['STRING', 'a'],
  ['INTEGER', 3],
  ['BOOLEAN', true],
]
const EXTRAS = [
  '',
  ', allowNull: false',
  ', allowNull: true',
  ', allowNull: false, defaultValue: VALUE',
  ', defaultValue: VALUE',
]
const OPTIONS = [
  '{}',
  '{ timestamps: false }',
  '{ paranoid: true }',
  '{ version: true }',
  "{ paranoid: true, createdAt: 'born', updatedAt: false, deletedAt: 'gone', version: 'turn' }",
  '{ underscored: true, createdAt: false }',
]
const KEYS = [
  '',
  'code: { type: DataTypes.STRING, primaryKey: true }, ',
  'id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true }, ',
]

const values = new Map<string, unknown>([['code', 'k']])
const columns = KINDS.flatMap(([type, value]) =>
  EXTRAS.map((extra, index) => {
    const name = `${type.toLowerCase()}${index}`
    values.set(name, value)
    return `${name}: { type: DataTypes.${type}${extra.replace('VALUE', JSON.stringify(value))} }`
  }),
).join(', ')
const models = OPTIONS.flatMap((options) => KEYS.map((key) => ({ attributes: `{ ${key}${columns} }`, options })))

interface Property {
  readonly required: boolean
  readonly nullable: boolean
}
function typesOfModels() {
  const text = models.map(
    (
      { attributes, options },
      index,
    ) => `export const M${index} = sequelize.define('M${index}', ${attributes}, ${options})
export type A${index} = Attributes<InstanceType<typeof M${index}>>
export type C${index} = CreationAttributes<InstanceType<typeof M${index}>>`,
  )
  const head =
    "import { type Attributes, type CreationAttributes, DataTypes, type Sequelize } from 'mortise'\ndeclare const sequelize: Sequelize\n"
  const { checker, faults, source } = check({ 'models.ts': head + text.join('\n') })
  expect(faults).toEqual([])
  const exported = new Map(
    checker.getExportsOfModule(checker.getSymbolAtLocation(source('models.ts'))!).map((each) => [each.name, each]),
  )
  const properties = (name: string): Map<string, Property> =>
    new Map(
      checker
        .getDeclaredTypeOfSymbol(exported.get(name)!)
        .getProperties()
        .map((property) => {
          const type = checker.getTypeOfSymbol(property)
          const parts = type.isUnion() ? type.types : [type]
          return [
            property.name,
            {
              required: (property.flags & ts.SymbolFlags.Optional) === 0,
              nullable: parts.some((part) => part.flags & ts.TypeFlags.Null),
            },
          ]
        }),
    )
  return models.map((model, index) => ({ ...model, read: properties(`A${index}`), written: properties(`C${index}`) }))
}

describeEachEngine('what the types say of a model', (engine) => {
  test('is so at run time', { timeout: 120_000 }, async () => {
    const sequelize = engine.script(await engine.connect())
    for (const [index, { attributes, options, read, written }] of typesOfModels().entries()) {
      const definition = new Function('DataTypes', `return [${attributes}, ${options}]`)(DataTypes) as [object, object]
      const Model = sequelize.define(`M${index}`, ...definition)
      await Model.sync()
      const what = `${attributes.slice(0, 40)} ${options}`
      const required = [...written].filter(([, { required }]) => required).map(([name]) => name)
      expect(required, what).not.toEqual([])
      const least = (key: string, ...without: string[]) =>
        Object.fromEntries(
          required
            .filter((name) => !without.includes(name))
            .map((name) => [name, name === 'code' ? key : values.get(name)]),
        )

      await Model.create(least('first'))
      const got = (await Model.findOne()).get()
      expect(Object.keys(got).sort(), what).toEqual([...read.keys()].sort())
      for (const [name, { nullable }] of read) if (!nullable) expect(got[name], `${what} ${name}`).not.toBeNull()
      for (const name of required)
        await expect(Model.create(least('second', name)), `${what} without ${name}`).rejects.toThrow(name)
      for (const [name, { nullable }] of written) {
        if (!values.has(name)) continue
        const creation = Model.create({ ...least(`null-${name}`), [name]: null })
        if (nullable) expect((await creation).get(name), `${what} ${name}`).toBeNull()
        else await expect(creation, `${what} ${name}: null`).rejects.toThrow(name)
      }
    }
  })
})
