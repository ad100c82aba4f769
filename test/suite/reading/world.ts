// People with a passport (one-to-one), in teams (belongs-to), with nulls and ties in what they are ordered by.
import { DataTypes } from 'mortise'
import type { ConnectOptions, Engine } from '../../support/databases.js'
import type { Recorder } from '../../support/recorder.js'
import type { Database, Row, Table } from '../../support/untyped.js'

export interface People {
  readonly sequelize: Database
  readonly recorder: Recorder
  readonly Person: Table
  readonly Passport: Table
  readonly Stamp: Table
  readonly Team: Table
}

export const PEOPLE = 23

/** Persons 1 to `count`; every third has no rank, every fourth no passport; five teams' names are null or tie. */
export async function peopleOf(engine: Engine, options: ConnectOptions = {}, count = PEOPLE): Promise<People> {
  const sequelize = engine.script(await engine.connect({ define: { timestamps: false }, ...options }))
  const Team = sequelize.define('Team', { name: DataTypes.STRING })
  const Person = sequelize.define('Person', {
    name: { type: DataTypes.STRING, allowNull: false },
    rank: DataTypes.INTEGER,
    bornAt: DataTypes.DATE(6),
    score: DataTypes.BIGINT,
  })
  const Passport = sequelize.define('Passport', { number: DataTypes.STRING })
  const Stamp = sequelize.define('Stamp', { country: DataTypes.STRING })
  Person.belongsTo(Team, { as: 'team', foreignKey: 'teamId' })
  Person.hasOne(Passport, { as: 'passport', foreignKey: { name: 'personId', unique: true }, inverse: { as: 'person' } })
  Passport.hasOne(Stamp, { as: 'stamp', foreignKey: 'passportId', inverse: { as: 'passport' } })
  await sequelize.sync()
  await Team.bulkCreate(['red', 'blue', null, 'red', 'green'].map((name) => ({ name })))
  const people: Row[] = Array.from({ length: count }, (_, at) => ({
    name: `p${String(at % 7).padStart(2, '0')}`,
    rank: at % 3 === 0 ? null : at % 5,
    bornAt: at % 6 === 0 ? null : new Date(Date.UTC(2000, 0, 1 + (at % 4), 0, 0, 0, at % 3)),
    score: `${9007199254740993n + BigInt(at % 4)}`,
    teamId: at % 4 === 3 ? null : (at % 5) + 1,
  }))
  await Person.bulkCreate(people)
  const withPassport = people.flatMap((_, at) => (at % 4 === 0 ? [] : [at + 1]))
  await Passport.bulkCreate(withPassport.map((personId) => ({ number: `n${personId}`, personId })))
  await Stamp.bulkCreate(withPassport.map((_, at) => ({ country: `c${at}`, passportId: at + 1 })))
  return { sequelize, recorder: engine.recorder(sequelize), Person, Passport, Stamp, Team }
}
