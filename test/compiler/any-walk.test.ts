// Every declaration that the package exports from any of its entries, as it is published, and three models made of it (by factory, by
// `define`, a class of one's own), walked by the type checker: parameters, `this`, results, members, arguments of types. Each `any` met has
// to be allowed here, with its reason.
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { root, STRICT } from '../support/compiler.js'
import { makeConsumer } from '../support/consumer.js'

const UNTYPED = 'a model that declares no attributes: `Model` alone, as in `sequelize.models`'
const CONSTRAINT = 'a constraint: anything that is one meets it; users see their own types'
const VALUE = 'a value whose type the program alone knows, and annotates'
const DECORATED = 'a decorator is applied to classes and properties of every type'
/** `file: declaration`, and all that is in it → why. Files are those of `src/api/types` where nothing else is said. */
const ALLOWED: { readonly [place: string]: string } = {
  'associations.ts: BelongsToManyOptions.through': CONSTRAINT,
  'data-types.ts: AnyDataType': CONSTRAINT,
  'data-types.ts: CustomType': VALUE,
  'data-types.ts: DataType': CONSTRAINT,
  'data-types.ts: DataTypeClass.args': CONSTRAINT,
  'decorators/all.ts: Attribute': DECORATED,
  'decorators/all.ts: TypedAttribute': DECORATED,
  'decorators/all.ts: createIndexDecorator': DECORATED,
  'decorators/types.ts: ClassDecorator': DECORATED,
  'decorators/types.ts: MethodDecorator.context': DECORATED,
  'decorators/types.ts: PropertyDecorator': DECORATED,
  'decorators/types.ts: TypedPropertyDecorator': DECORATED,
  'hooks.ts: ModelHooks.beforeUpsert.values': UNTYPED,
  'infer.ts: AnyModel.[TYPES]': CONSTRAINT,
  'infer.ts: ModelConstructor.args': CONSTRAINT,
  'infer.ts: ModelTypes': UNTYPED,
  'infer.ts: Untyped': UNTYPED,
  'infer.ts: UpdateValues': UNTYPED,
  'instance.ts: ModelInstance': UNTYPED,
  'model.ts: ModelStatic.values': UNTYPED,
  'registry.ts: RegistryTypes': CONSTRAINT,
  'relations.ts: AssociationDeclaration.target': CONSTRAINT,
  'sequelize.ts: DialectClass.args': CONSTRAINT,
}
const reasonFor = (place: string): string | undefined =>
  Object.keys(ALLOWED).find((each) => place === each || place.startsWith(`${each}.`))

const consumer = makeConsumer('walk')
const modules = join(consumer.real, 'node_modules')
beforeAll(() => {
  consumer.install()
  // Types of the optional dependency that `mortise/kysely` speaks of.
  symlinkSync(join(root, 'node_modules/kysely'), join(modules, 'kysely'), 'junction')
}, 240_000)
afterAll(() => consumer.remove())

const PROGRAM = `
import { belongsTo, belongsToMany, DataTypes, hasMany, hasOne, Model } from 'mortise'
import type { CreationOptional, HasManyGetAssociationsMixin, InferAttributes, InferCreationAttributes, NonAttribute, Sequelize } from 'mortise'
declare const sequelize: Sequelize
class User extends sequelize.model(
  'User',
  { name: DataTypes.STRING, age: { type: DataTypes.INTEGER, allowNull: false }, place: DataTypes.GEOMETRY('POINT') },
  {
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
class Car extends Model<InferAttributes<Car>, InferCreationAttributes<Car>> {
  declare id: CreationOptional<number>
  declare name: string | null
  declare wheels?: NonAttribute<Wheel[]>
  declare getWheels: HasManyGetAssociationsMixin<Wheel>
}
class Wheel extends Model<InferAttributes<Wheel>, InferCreationAttributes<Wheel>> {
  declare id: CreationOptional<number>
}
export { User, Pen, Car }
`
/** Types of types: more than the walk of an editor's user, less than all. */
const DEPTH = 7
const OPEN = ts.TypeFlags.TypeParameter | ts.TypeFlags.Conditional | ts.TypeFlags.IndexedAccess

/** `file: parent.name` of a declaration of the package; undefined for those of libraries. */
function placeOf(symbol: ts.Symbol | undefined): string | undefined {
  const declaration = symbol?.declarations?.[0]
  const file = declaration?.getSourceFile().fileName
  // Other packages answer for themselves.
  if (declaration === undefined || file === undefined) return undefined
  if (file.includes('/node_modules/') && !file.includes('/node_modules/mortise/')) return undefined
  const names: string[] = []
  for (let node: ts.Node | undefined = declaration; node !== undefined; node = node.parent) {
    const name = (node as ts.NamedDeclaration).name
    if (name !== undefined) names.unshift(name.getText())
  }
  const own = relative(join(modules, 'mortise/dist'), file).replace('api/types/', '').replace('.d.ts', '.ts')
  return `${own}: ${names.join('.')}`
}

/** Places of `any` → how the walk came there. */
function walk(checker: ts.TypeChecker, exported: readonly ts.Symbol[]): Map<string, string> {
  const found = new Map<string, string>()
  const depths = new Map<ts.Type, number>()
  function visit(type: ts.Type, path: string, place: string, depth: number): void {
    if (type.flags & ts.TypeFlags.Any) {
      if (!found.has(place)) found.set(place, path)
      return
    }
    if (depth === 0 || (depths.get(type) ?? 0) >= depth || type.flags & OPEN) return
    depths.set(type, depth)
    if (type.isUnionOrIntersection()) for (const part of type.types) visit(part, path, place, depth - 1)
    if (type.isUnion()) return
    const isOwn = type.symbol === undefined || placeOf(type.symbol) !== undefined || !type.symbol.declarations
    if (!isOwn) {
      // What iterators return and take is any by the library's own defaults.
      const all = checker.getTypeArguments(type as ts.TypeReference)
      const some = /Itera|Generator/.test(type.symbol.name) ? all.slice(0, 1) : all
      for (const argument of some) visit(argument, `${path}<>`, place, depth - 1)
      return
    }
    for (const signature of [...type.getCallSignatures(), ...type.getConstructSignatures()]) {
      const { thisParameter } = signature as { thisParameter?: ts.Symbol }
      for (const parameter of [...signature.parameters, ...(thisParameter ? [thisParameter] : [])])
        visit(checker.getTypeOfSymbol(parameter), `${path}(${parameter.name})`, placeOf(parameter) ?? place, depth - 1)
      visit(signature.getReturnType(), `${path}()`, place, depth - 1)
    }
    for (const property of type.getProperties()) {
      const own = placeOf(property)
      // Private names are nobody's business.
      if (own === undefined || property.name.includes('#')) continue
      visit(checker.getTypeOfSymbol(property), `${path}.${property.name}`, own, depth - 1)
    }
    for (const info of checker.getIndexInfosOfType(type))
      visit(info.type, `${path}[]`, placeOf(type.aliasSymbol) ?? placeOf(type.symbol) ?? place, depth - 1)
  }
  for (const each of exported) {
    const symbol = each.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(each) : each
    const place = placeOf(symbol) ?? each.name
    if (symbol.flags & ts.SymbolFlags.Value) visit(checker.getTypeOfSymbol(symbol), each.name, place, DEPTH)
    if (symbol.flags & ts.SymbolFlags.Type) visit(checker.getDeclaredTypeOfSymbol(symbol), each.name, place, DEPTH)
  }
  return found
}

const { paths: _, ...options } = STRICT
it('any reaches a program from the places named here, and from no other', { timeout: 240_000 }, () => {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports: object }
  const entries = Object.keys(exports).filter((each) => each !== './package.json')
  const file = join(consumer.real, 'walk.ts')
  const exported = entries.map((each, index) => `export * as entry${index} from 'mortise${each.slice(1)}'\n`).join('')
  writeFileSync(file, exported + PROGRAM)
  const program = ts.createProgram([file], { ...options, typeRoots: [join(modules, '@types')] })
  const faults = ts.getPreEmitDiagnostics(program)
  expect(faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([])
  const checker = program.getTypeChecker()
  const symbols = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)!)!)
  const all = symbols.flatMap((each) => {
    const target = each.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(each) : each
    return target.flags & ts.SymbolFlags.ValueModule ? checker.getExportsOfModule(target) : [each]
  })
  expect(all.length).toBeGreaterThan(300)
  const found = walk(checker, all)
  const strange = [...found].filter(([place]) => reasonFor(place) === undefined)
  expect(strange.map(([place, path]) => `${place}, met at ${path}`)).toEqual([])
  // A reason whose `any` is gone goes as well.
  const used = new Set([...found.keys()].map(reasonFor))
  expect(Object.keys(ALLOWED).filter((each) => !used.has(each))).toEqual([])
})
