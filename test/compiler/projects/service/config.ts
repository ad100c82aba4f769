import type { Dialect, Options, PoolOptions } from 'mortise'

const pool: PoolOptions = { max: 5, min: 0, acquire: 30_000, idle: 10_000 }

export interface DatabaseConfig {
  database: string
  username: string
  password: string | undefined
  options: Options
}

export const databaseConfig: DatabaseConfig = {
  database: process.env['DB_NAME'] ?? 'blog',
  username: process.env['DB_USER'] as string,
  password: process.env['DB_PASSWORD'],
  options: {
    host: process.env['DB_HOST'] ?? 'localhost',
    port: Number(process.env['DB_PORT']) || 5432,
    dialect: (process.env['DB_DRIVER'] as Dialect | undefined) ?? 'postgres',
    dialectOptions: { ssl: { require: true, rejectUnauthorized: false }, charset: 'utf8mb4' },
    pool,
    timezone: '+00:00',
    benchmark: true,
    logging: process.env['NODE_ENV'] === 'development' ? console.log : false,
    define: {
      underscored: true,
      timestamps: true,
      freezeTableName: false,
      charset: 'utf8',
      collate: 'utf8_general_ci',
    },
    retry: { max: 3, match: [/SQLITE_BUSY/] },
  },
}
