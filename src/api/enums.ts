/** The enumerations of Sequelize's interface. Their members are their names, so that both `QueryTypes.SELECT` and `'SELECT'` work. */
import { ConstraintChecking } from '../connect/transaction-options.js'
import { literal } from '../sql/fragments.js'

/** What the result of `sequelize.query` looks like. */
export enum QueryTypes {
  SELECT = 'SELECT',
  INSERT = 'INSERT',
  UPDATE = 'UPDATE',
  BULKUPDATE = 'BULKUPDATE',
  DELETE = 'DELETE',
  BULKDELETE = 'BULKDELETE',
  UPSERT = 'UPSERT',
  SHOWINDEXES = 'SHOWINDEXES',
  SHOWTABLES = 'SHOWTABLES',
  SHOWCONSTRAINTS = 'SHOWCONSTRAINTS',
  DESCRIBE = 'DESCRIBE',
  VERSION = 'VERSION',
  FOREIGNKEYS = 'FOREIGNKEYS',
  RAW = 'RAW',
}
/** Index hints of MySQL and MariaDB. */
export enum IndexHints {
  USE = 'USE',
  FORCE = 'FORCE',
  IGNORE = 'IGNORE',
}
/** Table hints of SQL Server. */
export enum TableHints {
  NOLOCK = 'NOLOCK',
  READUNCOMMITTED = 'READUNCOMMITTED',
  UPDLOCK = 'UPDLOCK',
  REPEATABLEREAD = 'REPEATABLEREAD',
  SERIALIZABLE = 'SERIALIZABLE',
  READCOMMITTED = 'READCOMMITTED',
  TABLOCK = 'TABLOCK',
  TABLOCKX = 'TABLOCKX',
  PAGLOCK = 'PAGLOCK',
  ROWLOCK = 'ROWLOCK',
  NOWAIT = 'NOWAIT',
  READPAST = 'READPAST',
  XLOCK = 'XLOCK',
  SNAPSHOT = 'SNAPSHOT',
  NOEXPAND = 'NOEXPAND',
}
/** Mortise always sends values as parameters; the names are kept for programs that set the option. */
export enum ParameterStyle {
  BIND = 'BIND',
  REPLACEMENT = 'REPLACEMENT',
}
export enum GeoJsonType {
  Point = 'Point',
  LineString = 'LineString',
  Polygon = 'Polygon',
  MultiPoint = 'MultiPoint',
  MultiLineString = 'MultiLineString',
  MultiPolygon = 'MultiPolygon',
  GeometryCollection = 'GeometryCollection',
}
/** Which associated rows `destroy` deletes in JavaScript. */
export enum ManualOnDelete {
  paranoid = 'paranoid',
  none = 'none',
  all = 'all',
}
/** Levels of row locks. */
export enum Lock {
  UPDATE = 'UPDATE',
  SHARE = 'SHARE',
  KEY_SHARE = 'KEY SHARE',
  NO_KEY_UPDATE = 'NO KEY UPDATE',
}

/** When a foreign key is checked, where the engine can put it off (`references: { deferrable }`). */
export const Deferrable = Object.freeze({
  INITIALLY_DEFERRED: 'INITIALLY_DEFERRED',
  INITIALLY_IMMEDIATE: 'INITIALLY_IMMEDIATE',
  NOT: 'NOT',
  /** @deprecated v6: of a transaction. Use `ConstraintChecking.DEFERRED`. */
  SET_DEFERRED: ConstraintChecking.DEFERRED,
  /** @deprecated v6: of a transaction. Use `ConstraintChecking.IMMEDIATE`. */
  SET_IMMEDIATE: ConstraintChecking.IMMEDIATE,
} as const)

/** SQL NULL and JSON `null`, where a JSON column takes both. */
export const SQL_NULL = literal('NULL')
export const JSON_NULL = literal("'null'")
