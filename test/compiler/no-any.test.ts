// No `any` reaches a user who did not write one: what the usual calls return, asked of the type checker, and every `any` of the public
// types counted by file, so that a new one has to give its reason here.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { check, root } from '../support/compiler.js'

/** Why a file of `src/api/types` says any; files that are not here have none. */
const REASONS: { readonly [file: string]: string } = {
  'associations.ts': 'constraints',
  'data-types.ts': 'constraints; parameters that custom types narrow',
  'define.ts': 'constraints; scopes, which are options of no model yet',
  'hooks.ts': 'attributes of models that declare none',
  'include.ts': 'includes of models whose associations are not declared; constraints',
  'infer.ts': 'constraints that every model meets; attributes of a model that declares none',
  'instance.ts': 'the relations of classes, which are declared nowhere',
  'mixins.ts': 'the type of an id that is only looked for',
  'options.ts': 'options that are built ahead of the call and belong to no model yet',
  'registry.ts': 'constraints over models that are looked up by name',
  'relations.ts': 'constraints on functions that are kept unresolved',
  'sequelize.ts': 'dialect classes of every kind',
  'where.ts': 'keys that cannot be enumerated; models without declared attributes',
}

const PROGRAM = `import { belongsTo, belongsToMany, col, DataTypes, fn, hasMany, hasOne, Op, sql, type Sequelize } from 'mortise'
declare const sequelize: Sequelize
class User extends sequelize.model(
  'User',
  { name: DataTypes.STRING, age: { type: DataTypes.INTEGER, allowNull: false }, born: DataTypes.DATE, pay: DataTypes.DECIMAL, data: DataTypes.JSON, shown: DataTypes.VIRTUAL },
  {
    paranoid: true,
    version: true,
    associations: {
      profile: hasOne(() => Profile, 'userId'),
      tasks: hasMany(() => Task, 'userId'),
      groups: belongsToMany(() => Group, { through: 'UserGroup' }),
    },
  },
) {}
class Profile extends sequelize.model('Profile', { bio: DataTypes.TEXT }, { associations: { user: belongsTo(() => User) } }) {}
class Task extends sequelize.model('Task', { title: DataTypes.STRING }) {}
class Group extends sequelize.model('Group', { name: DataTypes.STRING }) {}
const Pen = sequelize.define('Pen', { ink: DataTypes.STRING })

export const all = await User.findAll()
export const attributes = all[0]!.get()
export const deep = await User.findAll({ include: [{ association: 'profile', include: 'user' }, 'tasks', 'groups'] })
export const one = await User.findOne({ include: { association: 'profile', required: true } })
export const raw = await User.findAll({ raw: true })
export const rawSome = await User.findAll({ raw: true, attributes: ['age', [fn('COUNT', col('id')), 'n']] })
export const byPk = await User.findByPk(1)
export const counted = await User.findAndCountAll({ include: 'profile' })
export const number = await User.count({ where: { age: { [Op.gt]: 1 } } })
export const created = await User.create({ age: 1 })
export const bulk = await User.bulkCreate([{ age: 1 }])
export const found = await User.findOrCreate({ where: { age: 1 } })
export const upserted = await User.upsert({ age: 1 })
export const updated = await User.update({ age: 2 }, { where: {} })
export const destroyed = await User.destroy({ where: {} })
export const built = User.build({ age: 1 })
export const profile = await built.getProfile()
export const tasks = await built.getTasks()
export const made = await built.createTask({ title: 'x' })
export const total = await built.countTasks()
export const has = await built.hasTask(1)
export const pen = await Pen.findOne()
export const pens = await Pen.findAll({ raw: true })
export const rows = await sequelize.query<{ n: number }>(sql\`SELECT 1 AS n\`, { type: 'SELECT' })
export const result = await sequelize.transaction(async () => 3)
`

/** The first any in a type, looking into promises, lists, and properties that users declared. */
function findAny(checker: ts.TypeChecker, type: ts.Type, path: string, depth: number): string | undefined {
  if (type.flags & ts.TypeFlags.Any) return path
  if (depth === 0) return undefined
  if (type.isUnion()) return first(type.types, (each) => findAny(checker, each, path, depth))
  if (checker.isArrayType(type) || checker.isTupleType(type))
    return first(checker.getTypeArguments(type as ts.TypeReference), (each) =>
      findAny(checker, each, `${path}[]`, depth - 1),
    )
  return first(type.getProperties(), (property) => {
    // Methods are signatures; standard objects are the library's business.
    const declaration = property.declarations?.[0]
    if (declaration?.getSourceFile().fileName.includes('/node_modules/')) return undefined
    const own = checker.getTypeOfSymbol(property)
    if (own.getCallSignatures().length > 0 || property.name.startsWith('__@')) return undefined
    return findAny(checker, own, `${path}.${property.name}`, depth - 1)
  })
}
function first<T, R>(items: readonly T[], look: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = look(item)
    if (found !== undefined) return found
  }
  return undefined
}

describe('any', () => {
  it('is in nothing that the usual calls return', { timeout: 120_000 }, () => {
    const { checker, faults, source } = check({ 'calls.ts': PROGRAM })
    expect(faults).toEqual([])
    const results = checker.getExportsOfModule(checker.getSymbolAtLocation(source('calls.ts'))!)
    expect(results.length).toBeGreaterThan(20)
    const found = results.map((each) => findAny(checker, checker.getTypeOfSymbol(each), each.name, 4))
    expect(found.filter((each) => each !== undefined)).toEqual([])
  })

  it('is written in public types only where a reason is given', () => {
    const folder = join(root, 'src/api/types')
    const files = readdirSync(folder).filter((name) => {
      const text = ts.sys.readFile(join(folder, name))!
      const file = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022)
      const has = (node: ts.Node): boolean =>
        node.kind === ts.SyntaxKind.AnyKeyword || (ts.forEachChild(node, has) ?? false)
      return has(file)
    })
    expect(files).toEqual(Object.keys(REASONS))
  })
})
