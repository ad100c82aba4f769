// A program in a process of its own, which comes to its end in the way that is asked for. Started by exit.test.ts.
import { DataTypes, Sequelize } from '../../../src/index.js'
import type { Database } from '../../support/untyped.js'

const [options, way] = process.argv.slice(2) as [string, 'closes' | 'leaves' | 'fails']
const db = new Sequelize({ ...(JSON.parse(options) as object), logging: false } as never) as unknown as Database
const Item = db.define('Item', { name: DataTypes.STRING }, { timestamps: false })
await db.sync()
await Promise.all(
  Array.from({ length: 8 }, (_item, at) =>
    db.transaction(async () => {
      await Item.create({ name: `item ${at}` })
      await Item.count()
    }),
  ),
)
if (way === 'fails') await db.transaction(() => Promise.reject(new Error('undo'))).catch(() => {})
if (way !== 'leaves') await db.close()
process.stdout.write(`${(await (way === 'leaves' ? Item.count() : Promise.resolve(8))) as number} rows\n`)
