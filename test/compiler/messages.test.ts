// What users read when they are wrong: the message stands at the wrong key, and says what is wrong in words that they know.
import { beforeAll, describe, expect, it } from 'vitest'
import type { Fault } from '../support/compiler.js'
import { check } from '../support/compiler.js'

const MODELS = `import { belongsTo, belongsToMany, DataTypes, hasMany, hasOne, Op, type Sequelize } from 'mortise'
declare const sequelize: Sequelize
class User extends sequelize.model(
  'User',
  {
    name: DataTypes.STRING,
    age: { type: DataTypes.INTEGER, allowNull: false },
    email: { type: DataTypes.STRING, allowNull: false },
  },
  {
    associations: {
      profile: hasOne(() => Profile, 'userId'),
      tasks: hasMany(() => Task, 'userId'),
      groups: belongsToMany(() => Group, { through: () => Membership }),
    },
  },
) {}
class Profile extends sequelize.model('Profile', { bio: DataTypes.TEXT, userId: DataTypes.INTEGER }) {}
class Task extends sequelize.model(
  'Task',
  { title: { type: DataTypes.STRING, allowNull: false } },
  { associations: { user: belongsTo(() => User, 'userId'), parts: hasMany(() => Task, 'partOf') } },
) {}
class Group extends sequelize.model('Group', { name: DataTypes.STRING }) {}
class Membership extends sequelize.model('Membership', { since: DataTypes.INTEGER }) {}
declare const user: User
`
/** A mistake, the text under which the message stands, and words of the message. */
const MISTAKES: readonly (readonly [code: string, at: string, ...words: string[]])[] = [
  ['User.findAll({ where: { agee: 3 } })', 'agee', "'agee' does not exist"],
  ["User.findAll({ where: { age: 'three' } })", 'where', "property 'age'", "Type 'string' is not assignable"],
  ["User.findAll({ where: { age: { [Op.like]: 'a' } } })", '[Op.like]', "property 'age'", "'[Op.like]' does not exist"],
  ["User.findAll({ order: ['agee'] })", "'agee'", `Did you mean '"age"'?`],
  ["User.findAll({ order: [['agee', 'ASC']] })", "['agee', 'ASC']", `Did you mean '"age"'?`],
  ["User.findAll({ order: [['age', 'UP']] })", "['age', 'UP']", `'"UP"' is not assignable to type 'OrderDirection`],
  ["User.findAll({ attributes: ['agee'] })", "'agee'", `Did you mean '"age"'?`],
  ["User.findAll({ include: 'profil' })", 'include', `Did you mean '"profile"'?`],
  ["User.findAll({ include: ['profil'] })", "'profil'", `Did you mean '"profile"'?`],
  ["User.findAll({ include: { association: 'profil' } })", 'association', `Did you mean '"profile"'?`],
  ["User.findAll({ include: ['tasks', { association: 'profil' }] })", 'association', `Did you mean '"profile"'?`],
  [
    "User.findAll({ include: { association: 'tasks', requird: true } })",
    'requird',
    "does not exist in type 'IncludeByName<",
    "Did you mean to write 'required'?",
  ],
  [
    "User.findAll({ include: ['profile', { association: 'tasks', include: { association: 'user', requird: true } }] })",
    'requird',
    "Did you mean to write 'required'?",
  ],
  ["User.findAll({ include: { association: 'tasks', required: 1 } })", 'required', "Type 'number'", "'boolean"],
  ["User.findAll({ include: { association: 'tasks', where: { titel: 'x' } } })", 'titel', "'titel' does not exist"],
  [
    "User.findAll({ include: { association: 'tasks', where: { title: 3 } } })",
    'where',
    "property 'title'",
    "Type 'number' is not assignable",
  ],
  [
    "User.findAll({ include: { association: 'tasks', where: { title: { [Op.gt]: 3 } } } })",
    'where',
    "property '[Op.gt]'",
    "Type 'number' is not assignable",
  ],
  [
    "User.findAll({ include: { association: 'tasks', include: { association: 'user', where: { agee: 1 } } } })",
    'agee',
    "'agee' does not exist",
  ],
  ["User.findAll({ include: { association: 'tasks', on: { titel: 'x' } } })", 'titel', "'titel' does not exist"],
  ["User.findAll({ include: { association: 'tasks', attributes: ['titel'] } })", "'titel'", `Did you mean '"title"'?`],
  ["User.findAll({ include: { association: 'tasks', order: ['titel'] } })", "'titel'", `Did you mean '"title"'?`],
  ["User.findAll({ include: { association: 'tasks', include: 'usr' } })", 'include', `Did you mean '"user"'?`],
  ["User.findAll({ include: { association: 'tasks', include: ['parts', 'usr'] } })", "'usr'", `Did you mean '"user"'?`],
  [
    "User.findAll({ include: { association: 'tasks', include: [{ association: 'usr' }] } })",
    'association',
    `Did you mean '"user"'?`,
  ],
  [
    "User.findAll({ include: { model: Task, as: 'tasks', requird: true } })",
    'requird',
    "Did you mean to write 'required'?",
  ],
  ["User.findAll({ include: { model: Task, as: 'tasks', where: { titel: 'x' } } })", 'titel', "'titel' does not exist"],
  [
    "User.findAll({ include: { association: 'groups', through: { where: { sinc: 1 } } } })",
    'sinc',
    "'sinc' does not exist",
  ],
  [
    "User.findAll({ include: { association: 'groups', through: { attributes: ['sinc'] } } })",
    "'sinc'",
    `Did you mean '"since"'?`,
  ],
  ["User.findByPk(1, { include: ['task'] })", "'task'", `Did you mean '"tasks"'?`],
  ["User.count({ include: ['task'] })", "'task'", `Did you mean '"tasks"'?`],
  ['User.count({ where: { agee: 1 } })', 'agee', "Object literal may only specify known properties, and 'agee'"],
  ["User.load(user, 'task')", "'task'", `parameter of type '"profile" | "tasks" | "groups"'`],
  [
    "User.create({ age: 1, email: 'a', tasks: [{ titel: 'x' }] }, { include: ['tasks'] })",
    'titel',
    "Did you mean to write 'title'?",
  ],
  [
    "User.create({ age: 1, email: 'a', task: [{ title: 'x' }] }, { include: ['tasks'] })",
    'task',
    "Did you mean to write 'tasks'?",
  ],
  [
    "User.create({ age: 1, email: 'a', tasks: [{ title: 'x', parts: [{ titel: 'y' }] }] }, { include: { association: 'tasks', include: 'parts' } })",
    'titel',
    "Did you mean to write 'title'?",
  ],
  ["User.create({ age: 1, email: 'a' }, { include: ['task'] })", "'task'", `Did you mean '"tasks"'?`],
  ["User.bulkCreate([{ age: 1, email: 'a', nam: 'x' }])", 'nam', "Did you mean to write 'name'?"],
  ['user.addGroup(1, { through: { sinc: 3 } })', 'sinc', "Did you mean to write 'since'?"],
  ['User.findAll({ wher: {} })', 'wher', "Did you mean to write 'where'?"],
  ['User.create({ age: 1 })', '{ age: 1 }', "Property 'email' is missing"],
  ['new User({ age: 1 })', '{ age: 1 }', "Property 'email' is missing"],
  ["User.create({ age: 1, email: 'a', nam: 'x' })", 'nam', "Did you mean to write 'name'?"],
  ["User.create({ age: 'one', email: 'a' })", 'age', "Type 'string' is not assignable to type 'number'"],
  ['User.update({ agee: 3 }, { where: {} })', 'agee', "Did you mean to write 'age'?"],
  ["user.createTask({ titel: 'x' })", 'titel', "Did you mean to write 'title'?"],
  ['user.createTask({})', '{}', "Property 'title' is missing"],
  ['user.profile', 'profile', "Property 'profile' does not exist on type 'User'"],
  ['user.getProfil()', 'getProfil', "Did you mean 'getProfile'?"],
  [
    "sequelize.define('X', { a: { type: DataTypes.STRING, alowNull: false } })",
    'alowNull',
    "'alowNull' does not exist in type",
  ],
  [
    "sequelize.define('X', { a: DataTypes.STRING }, { timestamp: false })",
    'timestamp',
    "Did you mean to write 'timestamps'?",
  ],
  ["sequelize.define('X', { a: { type: 'string' } })", 'type', "'string' is not assignable to type 'DataTypeLike'"],
]

describe('a mistake is told where it was made', () => {
  let faults: readonly Fault[]
  beforeAll(() => {
    ;({ faults } = check({ 'mistakes.ts': `${MODELS}${MISTAKES.map(([code]) => `;${code}`).join('\n')}\n` }))
  }, 120_000)
  const first = MODELS.split('\n').length

  it.each(MISTAKES.map((mistake, index) => ({ code: mistake[0], mistake, index })))('$code', ({ mistake, index }) => {
    const [, at, ...words] = mistake
    const own = faults.filter(({ line }) => line === first + index)
    expect(own.map((fault) => fault.at)).toEqual([at])
    for (const each of words) expect(own[0]!.message).toContain(each)
  })

  it('and nowhere else', () => {
    expect(faults.filter(({ line }) => line < first)).toEqual([])
    expect(faults).toHaveLength(MISTAKES.length)
  })
})
