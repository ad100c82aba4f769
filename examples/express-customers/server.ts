/** Starts the service: `npm run example:express`. PORT (3000) and DATABASE (customers.sqlite) come from the environment. */
import { Sequelize } from 'mortise'
import { createApp } from './app.js'

const { PORT = '3000', DATABASE = 'customers.sqlite' } = process.env

const sequelize = new Sequelize({ dialect: 'sqlite', storage: DATABASE, logging: console.log })
const app = createApp(sequelize)
await sequelize.sync()

const server = app.listen(Number(PORT), (error) => {
  if (error) throw error
  console.log(`Listening on http://localhost:${PORT}/customers, with the data in ${DATABASE}`)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close(() => void sequelize.close())
    server.closeIdleConnections()
  })
}
