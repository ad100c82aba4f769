/** The schema in Mortise's ways of defining models; the queries are the same for all of them. */
import type { Association, Column, ModelSketch, Program, QuerySketch, Schema, Writer } from './schema.js'
import { indent } from './schema.js'

const TYPES = {
  string: 'DataTypes.STRING',
  integer: 'DataTypes.INTEGER',
  boolean: 'DataTypes.BOOLEAN',
  double: 'DataTypes.DOUBLE',
  date: 'DataTypes.DATE',
  text: 'DataTypes.TEXT',
  role: "DataTypes.ENUM('admin', 'user')",
}
const DEFAULTS = { boolean: 'true', role: "'user'" } as { readonly [kind: string]: string }
const TYPESCRIPT = {
  string: 'string',
  integer: 'number',
  boolean: 'boolean',
  double: 'number',
  date: 'Date',
  text: 'string',
  role: "'admin' | 'user'",
}

function attribute({ name, kind, nullable, hasDefault }: Column): string {
  if (nullable) return `${name}: ${TYPES[kind]},`
  return `${name}: { type: ${TYPES[kind]}, allowNull: false${hasDefault ? `, defaultValue: ${DEFAULTS[kind]}` : ''} },`
}
const attributes = (model: ModelSketch): string[] => [
  ...model.columns.map(attribute),
  ...model.foreignKeys.map((name) => `${name}: DataTypes.INTEGER,`),
]
const declared = ({ kind, name, target, foreignKey }: Association): string =>
  `${name}: ${kind}(() => ${target}, '${foreignKey}'),`

const HEAD = `import type { Sequelize } from 'mortise'
import { belongsTo, DataTypes, hasMany, hasOne } from 'mortise'

declare const sequelize: Sequelize
`

function definition(model: ModelSketch): string {
  return `'${model.name}',
  {
${indent(attributes(model), 2)}  },
  {
    associations: {
${indent(model.associations.map(declared), 3)}    },
  },`
}
const factoryModels = ({ models }: Schema): string =>
  HEAD +
  models.map((model) => `export class ${model.name} extends sequelize.model(${definition(model)}\n) {}\n`).join('')
const defineModels = ({ models }: Schema): string =>
  HEAD + models.map((model) => `export const ${model.name} = sequelize.define(${definition(model)}\n)\n`).join('')

function registryModels({ models }: Schema): string {
  const defined = models.map(
    (model) => `const ${model.name}Base = sequelize.define('${model.name}', {\n${indent(attributes(model))}})\n`,
  )
  const relation = ({ kind, name, target, foreignKey }: Association, source: string): string =>
    `${name}: m.${source}.${kind}(m.${target}, { foreignKey: '${foreignKey}' }),`
  const relations = models.map(
    (model) =>
      `  ${model.name}: {\n${indent(
        model.associations.map((each) => relation(each, model.name)),
        2,
      )}  },\n`,
  )
  return `import type { Sequelize } from 'mortise'
import { DataTypes } from 'mortise'

declare const sequelize: Sequelize
${defined.join('')}
const db = sequelize.associate(
  { ${models.map(({ name }) => `${name}: ${name}Base`).join(', ')} },
  (m) => ({
${relations.join('')}  }),
)
export const { ${models.map(({ name }) => name).join(', ')} } = db
`
}

const DECORATORS = { hasOne: 'HasOne', hasMany: 'HasMany', belongsTo: 'BelongsTo' }
function decoratedColumn({ name, kind, nullable, hasDefault }: Column): string[] {
  const type = nullable ? `${TYPESCRIPT[kind]} | null` : TYPESCRIPT[kind]
  const decorators = [`@Attribute(${TYPES[kind]})`, ...(nullable ? [] : ['@NotNull'])]
  if (hasDefault) decorators.push(`@Default(${DEFAULTS[kind]})`)
  return [...decorators, `declare ${name}: ${nullable || hasDefault ? `CreationOptional<${type}>` : type}`]
}
function decoratedAssociation({ kind, name, target, foreignKey, inverse }: Association): string[] {
  const type = kind === 'hasMany' ? `${target}[]` : target
  const pascal = name[0]!.toUpperCase() + name.slice(1)
  if (kind === 'belongsTo') {
    return [
      `declare ${name}?: NonAttribute<${type}>`,
      `declare get${pascal}: BelongsToGetAssociationMixin<${target}>`,
      `declare set${pascal}: BelongsToSetAssociationMixin<${target}, number>`,
    ]
  }
  const options = `{ foreignKey: '${foreignKey}', inverse: { as: '${inverse}' } }`
  const get = kind === 'hasMany' ? 'HasManyGetAssociationsMixin' : 'HasOneGetAssociationMixin'
  const set = kind === 'hasMany' ? 'HasManySetAssociationsMixin' : 'HasOneSetAssociationMixin'
  return [
    `@${DECORATORS[kind]}(() => ${target}, ${options})`,
    `declare ${name}?: NonAttribute<${type}>`,
    `declare get${pascal}: ${get}<${target}>`,
    `declare set${pascal}: ${set}<${target}, number>`,
  ]
}
/** Classes of Sequelize 7's documentation: the same text for Sequelize and Mortise. */
export function decoratedModels({ models }: Schema, core: string, decorators: string): string {
  const types = [
    'BelongsToGetAssociationMixin',
    'BelongsToSetAssociationMixin',
    'CreationOptional',
    'HasManyGetAssociationsMixin',
    'HasManySetAssociationsMixin',
    'HasOneGetAssociationMixin',
    'HasOneSetAssociationMixin',
    'InferAttributes',
    'InferCreationAttributes',
    'NonAttribute',
  ]
  const classes = models.map(({ name, columns, foreignKeys, associations }) => {
    const lines = [
      '@Attribute(DataTypes.INTEGER)',
      '@AutoIncrement',
      '@PrimaryKey',
      'declare id: CreationOptional<number>',
      ...columns.flatMap(decoratedColumn),
      ...foreignKeys.flatMap((key) => [
        '@Attribute(DataTypes.INTEGER)',
        `declare ${key}: CreationOptional<number | null>`,
      ]),
      'declare createdAt: CreationOptional<Date>',
      'declare updatedAt: CreationOptional<Date>',
      ...associations.flatMap(decoratedAssociation),
    ]
    return `export class ${name} extends Model<InferAttributes<${name}>, InferCreationAttributes<${name}>> {\n${indent(lines)}}\n`
  })
  return `import type { ${types.join(', ')} } from '${core}'
import { DataTypes, Model } from '${core}'
import { Attribute, AutoIncrement, Default, HasMany, HasOne, NotNull, PrimaryKey } from '${decorators}'

${classes.join('')}`
}

function query({ kind, model: { name }, many, one, nested }: QuerySketch, typed: boolean): string[] {
  // Classes of Sequelize have optional associations, whatever was included.
  const mark = typed ? '' : '!'
  switch (kind) {
    case 'list':
      return [
        `const rows = await ${name}.findAll({ where: { name: 'a', age: { [Op.gte]: 18 } }, order: [['name', 'DESC']], limit: 10 })`,
        'return rows.map((row) => [row.name, row.age, row.bornAt?.getTime()])',
      ]
    case 'tree':
      return [
        `const rows = await ${name}.findAll({ include: [{ association: '${many.name}', include: ['${nested.name}'] }, '${one.name}'] })`,
        `return rows.map((row) => [row.${one.name}?.name, row.${many.name}${mark}.map((each) => each.${nested.name}?.code)])`,
      ]
    case 'detail':
      return [
        `const row = await ${name}.findOne({ where: { active: true }, include: '${one.name}' })`,
        `return row?.${one.name}?.score`,
      ]
    case 'narrow':
      return [
        `const rows = await ${name}.findAll({ attributes: ['id', 'name'], where: { role: 'admin' } })`,
        'return rows.map((row) => [row.id, row.name])',
      ]
    case 'create':
      return [`const row = await ${name}.create({ name: 'a', code: 'b', age: 3 })`, 'return row.id']
    case 'update':
      return [`return await ${name}.update({ age: 4, notes: null }, { where: { code: 'x' } })`]
    case 'children': {
      const getter = `get${many.name[0]!.toUpperCase()}${many.name.slice(1)}`
      return [`const row = await ${name}.findByPk(1)`, `return (await row!.${getter}()).map((each) => each.name)`]
    }
    case 'count':
      return [`return await ${name}.count({ where: { active: true, score: { [Op.gt]: 1 } } })`]
  }
}
export function sequelizeQueries({ models, queries }: Schema, core: string, typed: boolean): string {
  const functions = queries.map(
    (each, index) => `export async function query${index}() {\n${indent(query(each, typed))}}\n`,
  )
  // One more, for completions, which ends in the middle.
  return `import { Op } from '${core}'
import { ${models.map(({ name }) => name).join(', ')} } from './models.js'

${functions.join('')}export const last = () => ${models[1]!.name}.findAll({ include: '${models[1]!.associations[0]!.name}', where: {  } })
`
}
const CURSOR = 'where: { '

const program = (models: string, schema: Schema, typed = true, compilerOptions = {}): Program => ({
  files: { 'models.ts': models, 'queries.ts': sequelizeQueries(schema, 'mortise', typed) },
  cursor: CURSOR,
  compilerOptions,
})
export const mortiseFactory: Writer = (schema) => program(factoryModels(schema), schema)
export const mortiseDefine: Writer = (schema) => program(defineModels(schema), schema)
export const mortiseAssociate: Writer = (schema) => program(registryModels(schema), schema)
export const mortiseDecorators: Writer = (schema) =>
  program(decoratedModels(schema, 'mortise', 'mortise/decorators-legacy'), schema, true, {
    experimentalDecorators: true,
  })
export const sequelize7: Writer = (schema) => ({
  files: {
    'models.ts': decoratedModels(schema, '@sequelize/core', '@sequelize/core/decorators-legacy'),
    'queries.ts': sequelizeQueries(schema, '@sequelize/core', false),
  },
  cursor: CURSOR,
  compilerOptions: { experimentalDecorators: true },
})
