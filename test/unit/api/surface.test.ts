// The names that programs, plugins and tools built on Sequelize touch.
import * as mortise from 'mortise'
import { DataTypes, Model, Sequelize } from 'mortise'
import { describe, expect, test } from 'vitest'

const words = (text: string): string[] => text.split(/\s+/).filter(Boolean)
const missing = (holder: object, text: string): string[] => words(text).filter((name) => !(name in holder))
const make = (dialect: string): Sequelize => new Sequelize({ dialect } as never)

class User extends Model {}
const sequelize = new Sequelize('sqlite::memory:')
User.init({ name: DataTypes.STRING, deletedAt: DataTypes.DATE }, { sequelize, paranoid: true, version: true } as never)

const ERRORS = `BaseError ValidationError ValidationErrorItem UniqueConstraintError DatabaseError ForeignKeyConstraintError
  ExclusionConstraintError UnknownConstraintError TimeoutError ConnectionError ConnectionRefusedError AccessDeniedError HostNotFoundError
  HostNotReachableError InvalidConnectionError ConnectionTimedOutError ConnectionAcquireTimeoutError AssociationError EagerLoadingError
  EmptyResultError InstanceError OptimisticLockError QueryError SequelizeScopeError AggregateError BulkRecordError AsyncQueueError`
const HOLDERS: readonly [string, object, string][] = [
  [
    'the package',
    mortise,
    `Sequelize Model DataTypes Op sql QueryTypes Deferrable ConstraintChecking IsolationLevel TransactionType TransactionNestMode
     GeoJsonType IndexHints TableHints ParameterStyle ManualOnDelete JSON_NULL SQL_NULL importModels isModelStatic isSameInitialModel
     AssociationPath Attribute Col Fn Cast Literal Where Identifier List HasOneAssociation BelongsToAssociation HasOne BelongsTo
     Transaction Lock SqliteDialect PostgresDialect MySqlDialect MariaDbDialect Validator Utils useInflection fn col cast literal where and
     or json ${ERRORS}`,
  ],
  [
    'the class Sequelize',
    Sequelize,
    `Sequelize default DataTypes Op Model STRING INTEGER NUMBER fn col cast literal where and or json hooks addHook removeHook hasHook version
     useCLS Transaction Validator QueryTypes TableHints IndexHints Deferrable Utils Error HasOne BelongsTo useInflection ARRAY BIGINT NOW
     UUIDV4 VIRTUAL ENUM ABSTRACT ${ERRORS}`,
  ],
  [
    'an instance of Sequelize',
    sequelize,
    `define model models addModels removeAllModels isDefined sync drop truncate destroyAll query queryRaw transaction
     startUnmanagedTransaction withConnection getCurrentClsTransaction createSchema dropSchema showAllSchemas authenticate validate close
     isClosed getDialect getDatabaseName getDatabaseVersion fetchDatabaseVersion options rawOptions config dialect pool connectionManager
     queryInterface getQueryInterface queryGenerator modelManager hooks addHook removeHook hasHook escape log fn col literal where and or
     cast json setSessionVariables validateValue normalizeDataType random`,
  ],
  [
    'the holder of hooks',
    sequelize.hooks,
    'addListener addListeners removeListener removeAllListeners hasListeners getListenerCount runAsync runSync',
  ],
  [
    'the dialect',
    sequelize.dialect,
    'name supports getDefaultSchema TICK_CHAR_LEFT TICK_CHAR_RIGHT minimumDatabaseVersion getSupportedConnectionOptions',
  ],
  [
    'what the dialect supports',
    sequelize.dialect.supports,
    `schemas transactions returnValues upserts jsonOperations lock skipLocked constraints inserts index dataTypes truncate removeColumn
     renameTable createSchema`,
  ],
  [
    'the query interface',
    sequelize.queryInterface,
    `createTable dropTable dropAllTables renameTable truncate listTables showAllTables tableExists describeTable showIndex showConstraints
     addColumn removeColumn changeColumn renameColumn addIndex removeIndex addConstraint removeConstraint deferConstraints createSchema
     dropSchema dropAllSchemas listSchemas createDatabase dropDatabase listDatabases fetchDatabaseVersion insert bulkInsert update
     bulkUpdate upsert bulkDelete increment decrement select rawSelect createTrigger dropTrigger renameTrigger createFunction dropFunction
     renameFunction dropAllEnums dropEnum pgListEnums quoteIdentifier quoteIdentifiers quoteTable escape withoutForeignKeyChecks
     unsafeToggleForeignKeyChecks sequelize queryGenerator QueryGenerator getForeignKeyReferencesForTable`,
  ],
  ['the query generator', sequelize.queryGenerator, 'quoteIdentifier quoteTable escape'],
  [
    'a model',
    User,
    `table tableName getTableName modelDefinition getAttributes rawAttributes tableAttributes fieldRawAttributesMap primaryKeyAttribute
     primaryKeyAttributes primaryKeys primaryKeyField autoIncrementAttribute getIndexes associations options sequelize name hooks hasHooks
     hasHook runHooks addHook removeHook scope unscoped withScope withoutScope withInitialScope withSchema schema getInitialModel _schema
     isInitialized assertIsInitialized removeAttribute mergeAttributesDefault refreshAttributes getAssociation getAssociations
     getAssociationWithModel hasAlias init sync drop describe addScope findAll findOne findByPk findAndCountAll count max min sum aggregate
     build bulkBuild create findOrBuild findOrCreate findCreateFind bulkCreate update upsert destroy restore truncate increment decrement
     hasOne belongsTo hasMany belongsToMany beforeCreate afterFind`,
  ],
  [
    'a definition',
    User.modelDefinition,
    `attributes physicalAttributes columns rawAttributes options table timestampAttributeNames versionAttributeName associations getIndexes
     refreshAttributes primaryKeysAttributeNames autoIncrementAttributeName modelName isParanoid getColumnName`,
  ],
  [
    'an instance',
    User.build({} as never),
    `dataValues _previousDataValues previous changed isNewRecord get set getDataValue setDataValue toJSON equals equalsOneOf where _options
     save update reload destroy restore validate increment decrement isSoftDeleted sequelize modelDefinition`,
  ],
  [
    'a data type',
    DataTypes.STRING(5) as object,
    `key types toString toSql validate sanitize toBindableValue parseDatabaseValue escape getDataTypeId toDialectDataType areValuesEqual`,
  ],
  ['the pool', sequelize.pool, 'write read acquire release size available using waiting destroyAllNow drain'],
]

describe('the surface that programs touch', () => {
  test.each(HOLDERS)('%s', (_title, holder, names) => {
    expect(missing(holder, names)).toEqual([])
  })

  test('a table says its schema: of its own, else the default one of the engine', () => {
    expect(User.table).toEqual({ tableName: 'Users', schema: '', delimiter: '.' })
    expect(make('postgres').define('User').table).toMatchObject({ tableName: 'Users', schema: 'public' })
    expect(make('postgres').define('User', {}, { schema: 'app' }).table).toMatchObject({ schema: 'app' })
    expect(User.getTableName()).toBe('Users')
  })

  test('NUMBER is the base of the numbers, and no column', () => {
    const base = DataTypes.NUMBER as unknown as abstract new () => object
    for (const type of [DataTypes.INTEGER, DataTypes.BIGINT(5), DataTypes.DECIMAL(5, 2), DataTypes.DOUBLE])
      expect((typeof type === 'function' ? new (type as new () => object)() : type) instanceof base).toBe(true)
    expect((DataTypes.STRING(5) as object) instanceof base).toBe(false)
  })
})
