/** What SQLite has, where it differs from most engines. Neighbour: `dialect/supports`. */
import { supportsOf } from '../supports.js'

export const supports = supportsOf({
  DEFAULT: false,
  bulkDefault: false,
  schemas: false,
  multiDatabases: false,
  startTransaction: {
    transactionType: true,
  },
  isolationLevels: false,
  lock: false,
  lockOf: false,
  skipLocked: false,
  dataTypes: { TIME: { precision: false }, GEOMETRY: false },
  REGEXP: false,
  randomFloatGeneration: false,
  dropSchema: { ifExists: false },
  createSchema: { ifNotExists: false },
  listDatabases: false,
  showDatabases: false,
  renameTable: { changeSchema: false, changeSchemaAndTable: false },
  globalTimeZoneConfig: false,
})
