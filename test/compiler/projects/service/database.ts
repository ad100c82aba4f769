import { Sequelize } from 'mortise'
import { databaseConfig } from './config.js'

const { database, username, password, options } = databaseConfig

export const sequelize = process.env['DATABASE_URL']
  ? new Sequelize(process.env['DATABASE_URL'], { ...options, logging: (sql, timing) => console.debug(sql, timing) })
  : new Sequelize(database, username, password, options)

export async function connect(): Promise<void> {
  try {
    await sequelize.authenticate()
    if (process.env['NODE_ENV'] !== 'production') await sequelize.sync({ alter: { drop: false } })
  } catch (error) {
    console.error('Unable to connect to the database:', error)
    process.exit(1)
  }
}
