/** A small service: customers and their address, as JSON over HTTP. */

import type { Express } from 'express'
import express from 'express'
import type { Sequelize } from 'mortise'
import { answerError, notFound } from './errors.js'
import { defineModels } from './models.js'
import { customerRoutes } from './routes.js'

/** The application on a database. Defines its models; creating the tables (`sequelize.sync()`) is left to the caller. */
export function createApp(sequelize: Sequelize): Express {
  const models = defineModels(sequelize)
  const app = express()
  app.disable('x-powered-by')
  app.use(express.json({ limit: '10kb' }))
  app.use('/customers', customerRoutes(models))
  app.use(notFound)
  app.use(answerError)
  return app
}
