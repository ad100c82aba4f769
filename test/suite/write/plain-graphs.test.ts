// A graph of new rows with nothing around them goes a shorter way than one with hooks. Nobody may see which: the same random graphs go to models
// without hooks and to models with hooks that do nothing, and statements, instances, rows and errors must be the same.
import fc from 'fast-check'
import { DataTypes, literal } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Database, Row, Table } from '../../support/untyped.js'

type Values = Record<string, unknown>

describeEachEngine('graphs of new rows', (engine) => {
  /** Models of which one has a value that must be unique, one a validator, one a default, and one times. */
  function models(db: Database, prefix: string, hasHooks: boolean): { User: Table; all: Table[] } {
    const options = { timestamps: false, ...(hasHooks ? { hooks: { afterSave: () => {} } } : {}) }
    const define = (name: string, attributes: object, more: object = {}): Table =>
      db.define(`${prefix}${name}`, attributes, { ...options, ...more })
    const User = define('User', {
      name: { type: DataTypes.STRING, allowNull: false },
      age: { type: DataTypes.INTEGER, defaultValue: 7 },
    })
    const Profile = define(
      'Profile',
      { bio: { type: DataTypes.STRING, validate: { len: [0, 5] } }, code: { type: DataTypes.INTEGER, unique: true } },
      { timestamps: true },
    )
    const Address = define('Address', { city: DataTypes.STRING, zip: { type: DataTypes.INTEGER, allowNull: false } })
    const Passport = define('Passport', { number: { type: DataTypes.STRING, defaultValue: 'none' } })
    User.hasOne(Profile, { as: 'profile', foreignKey: 'userId', unique: true })
    User.hasOne(Passport, { as: 'passport', foreignKey: { name: 'userId', allowNull: false } })
    Profile.hasOne(Address, { as: 'address', foreignKey: 'profileId' })
    return { User, all: [User, Profile, Address, Passport] }
  }

  const maybe = <T>(arb: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arb, { nil: undefined, freq: 3 })
  const rare = (usual: fc.Arbitrary<unknown>, ...odd: readonly unknown[]): fc.Arbitrary<unknown> =>
    fc.oneof({ arbitrary: usual, weight: 12 }, { arbitrary: fc.constantFrom(...odd), weight: 1 })
  const some = (shape: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Values> =>
    fc.record(shape).map((values) => Object.fromEntries(Object.entries(values).filter(([, one]) => one !== undefined)))
  const word = fc.constantFrom('a', 'b', 'ab')
  const graph = some({
    name: rare(word, null, undefined, literal("'sql'"), { not: 'text' }),
    age: maybe(rare(fc.nat(9), null, 'old')),
    profile: maybe(
      rare(
        some({
          bio: maybe(rare(word, null, 'too long a text')),
          code: maybe(fc.nat(6)),
          userId: rare(fc.constant(undefined), null, 999),
          address: maybe(some({ city: maybe(word), zip: rare(fc.nat(99), undefined, null) })),
        }),
        null,
      ),
    ),
    passport: maybe(some({ number: maybe(rare(word, null)) })),
  })
  const INCLUDE = ['passport', { association: 'profile', include: ['address'] }]

  const plain = (value: unknown): unknown => (value instanceof Date ? 'a time' : value)
  const stateOf = (instance: Row | null | undefined): unknown =>
    instance && {
      isNew: instance.isNewRecord,
      changed: instance.changed(),
      values: Object.fromEntries(
        Object.entries(instance.dataValues as Values).map(([name, value]) => [
          name,
          typeof value === 'object' && value !== null && 'dataValues' in value ? stateOf(value as Row) : plain(value),
        ]),
      ),
    }

  test('are written as if there were hooks that do nothing', async () => {
    const sequelize = await engine.connect()
    const db = engine.script(sequelize)
    const worlds = [models(db, 'A', false), models(db, 'B', true)]
    await db.sync()
    const recorder = engine.recorder(sequelize)
    const write = async ({ User, all }: (typeof worlds)[0], values: Values, isInside: boolean): Promise<unknown> => {
      let user: Row | undefined
      const errors: string[] = []
      const work = async (): Promise<void> => {
        user = User.build(values, { include: INCLUDE })
        await user.save()
      }
      const statements = await recorder.during(
        async () => {
          try {
            await (isInside ? db.transaction(work) : work())
          } catch (error) {
            const { name, message, errors: items } = error as Error & { errors?: { path: string; type: string }[] }
            errors.push(name, message, ...(items ?? []).map(({ path, type }) => `${path}: ${type}`))
          }
        },
        { all: true },
      )
      // Behind an INSERT that fails, COMMIT is what the server takes for ROLLBACK; the rows below say so.
      if (engine.traits.pipelines === true && errors.length > 0 && statements.at(-1) === 'COMMIT')
        statements.splice(-1, 1, 'ROLLBACK')
      const rows: unknown[] = []
      for (const table of all) rows.push((await table.findAll({ order: ['id'] })).map((row) => stateOf(row)))
      const text = JSON.stringify({ errors, statements, user: stateOf(user), rows })
      return JSON.parse(
        text
          .replace(/\b[AB](?=User|Profile|Address|Passport)/g, '')
          .replace(/\b[ab](?=_?(?:user|profile|address|passport))/gi, '')
          .replace(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| \+00:00)?/g, 'a time'),
      )
    }
    await fc.assert(
      fc.asyncProperty(graph, fc.boolean(), async (values, isInside) => {
        const [short, long] = [await write(worlds[0]!, values, isInside), await write(worlds[1]!, values, isInside)]
        expect(short).toEqual(long)
      }),
      { numRuns: 60 },
    )
  })
})
