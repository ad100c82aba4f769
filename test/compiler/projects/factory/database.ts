import { Sequelize } from 'mortise'

export const sequelize = new Sequelize('sqlite::memory:', { define: { underscored: true }, strictLoading: 'warn' })
