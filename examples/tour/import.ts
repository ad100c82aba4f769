/** Reads the JSON Lines of data/sakila and writes them through the models, with a progress bar. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { SingleBar } from 'cli-progress'
import type { ModelStatic } from 'mortise'
import { ConstraintChecking } from 'mortise'
import color from 'picocolors'
import { Address, City, Country, Customer, Staff, Store, sequelize } from './models.js'

const TABLES: readonly (readonly [string, ModelStatic])[] = [
  ['country', Country],
  ['city', City],
  ['address', Address],
  ['staff', Staff],
  ['store', Store],
  ['customer', Customer],
]
const BATCH = 200

type Row = Record<string, unknown>

/** Column names of the dump → attribute names; its times are UTC without a zone. */
function toAttributes(row: Row): Row {
  const values: Row = {}
  for (const [column, value] of Object.entries(row)) {
    const name = column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
    values[name] = name === 'lastUpdate' ? new Date(`${String(value).replace(' ', 'T')}Z`) : value
  }
  delete values.active
  return values
}

async function* batches(table: string): AsyncGenerator<Row[]> {
  const lines = createInterface({
    input: createReadStream(new URL(`../../data/sakila/${table}.jsonl`, import.meta.url)),
  })
  let batch: Row[] = []
  for await (const line of lines) {
    const row = JSON.parse(line) as Row
    batch.push(table === 'staff' ? { ...toAttributes(row), active: row.active } : toAttributes(row))
    if (batch.length === BATCH) {
      yield batch
      batch = []
    }
  }
  if (batch.length > 0) yield batch
}

/** Everything in one transaction; staff refer to stores that come later, so foreign keys are checked at its end. Returns the number of rows. */
export async function importSakila(): Promise<number> {
  const bar = new SingleBar({
    format: `${color.cyan('{bar}')} {value}/{total} rows  ${color.dim('{table}')}`,
    barCompleteChar: '━',
    barIncompleteChar: '╌',
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: 1000,
  })
  let rows = 0
  bar.start(1915, 0, { table: '' })
  await sequelize.transaction({ constraintChecking: ConstraintChecking.DEFERRED }, async () => {
    for (const [table, model] of TABLES) {
      for await (const batch of batches(table)) {
        await model.bulkCreate(batch)
        rows += batch.length
        bar.increment(batch.length, { table })
      }
    }
  })
  bar.update(rows, { table: 'done' })
  bar.stop()
  return rows
}
