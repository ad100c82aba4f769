/** What MySQL and MariaDB have, where they differ from most engines. Neighbour: `dialect/supports`. */
import { supportsOf } from '../supports.js'

const NUMBERS = { NaN: false, infinity: false, zerofill: true, unsigned: true, scaleAndPrecision: true }

export const mysqlSupports = supportsOf({
  'DEFAULT VALUES': false,
  'VALUES ()': true,
  'ON DUPLICATE KEY': true,
  'ORDER NULLS': false,
  returnValues: false,
  startTransaction: {
    useBegin: false,
  },
  inserts: {
    ignoreDuplicates: ' IGNORE',
    updateOnDuplicate: ' ON DUPLICATE KEY UPDATE',
    conflictFields: false,
    onConflictWhere: false,
  },
  constraints: { deferrable: false },
  index: { collate: false, length: true, parser: true, type: true, using: 1, where: false },
  indexHints: true,
  ignoreDuplicates: ' IGNORE',
  dataTypes: {
    CITEXT: false,
    DECIMAL: { constrained: true, unconstrained: false, zerofill: true },
    INTS: { zerofill: true, unsigned: true },
    FLOAT: NUMBERS,
    REAL: NUMBERS,
    DOUBLE: NUMBERS,
  },
  indexViaAlter: true,
  uuidV1Generation: true,
  createSchema: { charset: true, collate: true },
  maxExecutionTimeHint: { select: true },
})
export const mariadbSupports = supportsOf(
  {
    returnValues: 'returning',
    index: {
      functionBased: false,
    },
    lockOf: false,
  },
  mysqlSupports,
)
