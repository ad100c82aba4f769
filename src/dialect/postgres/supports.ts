/** What PostgreSQL has, where it differs from most engines. Neighbour: `dialect/supports`. */
import { supportsOf } from '../supports.js'

const NUMBERS = { zerofill: false, unsigned: true, scaleAndPrecision: false, NaN: true, infinity: true }

export const supports = supportsOf({
  EXCEPTION: true,
  autoIncrement: {
    defaultValue: true,
  },
  inserts: { ignoreDuplicates: ' ON CONFLICT DO NOTHING' },
  constraints: { foreignKeyChecksDisableable: false, removeIfExists: true },
  index: { concurrently: true, cascade: true, using: 2, operator: true, include: true },
  searchPath: true,
  lockKey: true,
  lockOuterJoinFailure: true,
  ignoreDuplicates: ' ON CONFLICT DO NOTHING',
  dataTypes: {
    DECIMAL: { constrained: true, unconstrained: true, zerofill: false, unsigned: true, NaN: true, infinity: false },
    FLOAT: NUMBERS,
    REAL: NUMBERS,
    DOUBLE: NUMBERS,
    DATETIME: { infinity: true },
    DATEONLY: { infinity: true },
    ARRAY: true,
    RANGE: true,
    GEOGRAPHY: true,
    HSTORE: true,
    TSVECTOR: true,
    INET: true,
    CIDR: true,
    MACADDR: true,
    MACADDR8: true,
  },
  IREGEXP: true,
  uuidV4Generation: true,
  dropTable: { cascade: true },
  dropSchema: { cascade: true },
  createSchema: { authorization: true },
  truncate: { cascade: true },
  removeColumn: { cascade: true, ifExists: true },
  settingIsolationLevelDuringTransaction: true,
  escapeStringConstants: true,
})
