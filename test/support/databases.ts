// The engines on which the behaviour tests run. A test never asks which engine it has; it names the feature that it needs.
//
//   describeEachEngine('hasOne', (engine) => {
//     test('…', async () => {
//       const sequelize = engine.script(await engine.connect())
//     })
//     engine.requires('alterAddsNamedForeignKey')('000-13 …', async () => { … })
//   })
import { Sequelize } from 'mortise'
import type { TestContext } from 'vitest'
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest'
import type { EngineSetup, Feature } from './engines.js'
import { engines, FEATURES } from './engines.js'
import { freezeOptions } from './frozen.js'
import type { Recorder } from './recorder.js'
import { createRecorder } from './recorder.js'
import type { Database } from './untyped.js'

export type { Feature } from './engines.js'

export interface ConnectOptions {
  /** A database in a file instead of in memory: several connections see it. */
  readonly file?: boolean
  readonly [option: string]: unknown
}

export interface Engine {
  readonly name: string
  readonly features: ReadonlySet<Feature>
  /** The traits of the dialect, for tests that compare with what the library believes. */
  readonly traits: Readonly<Record<string, unknown>>
  /** A Sequelize on an empty database, closed and removed after the test. Statements are recorded. */
  connect(options?: ConnectOptions): Promise<Sequelize>
  /** Options of an empty database, for tests that construct Sequelize themselves. Removed after the test. */
  options(options?: { readonly file?: boolean }): Promise<Record<string, unknown>>
  /** Closes it after the test. */
  closing<T extends { close(): Promise<unknown> }>(sequelize: T): T
  recorder(sequelize: unknown): Recorder
  /** SQL of the test's own: names in "double quotes" get the engine's. */
  quoted(sql: string): string
  /** A collation that the engine has. */
  readonly collation: string
  /** The instance as JavaScript sees it. */
  script(sequelize: Sequelize): Database
  /** `test`, or a skipped test that says why. */
  requires(...features: readonly Feature[]): (title: string, run: () => unknown, timeout?: number) => void
}

/** Runs the callback once per engine, inside a `describe` of its own. */
export function describeEachEngine(title: string, callback: (engine: Engine) => void): void {
  freezeOptions()
  for (const setup of engines()) describe(`${title} [${setup.name}]`, () => callback(createEngine(setup)))
}

/** The same for what only one engine has. Without that engine the file has one skipped test, which says so. */
export function describeEngine(name: string, title: string, callback: (engine: Engine) => void): void {
  const setup = engines().find((candidate) => candidate.name === name)
  if (setup) describe(`${title} [${name}]`, () => callback(createEngine(setup)))
  else test.skip(`${title}: this run has no ${name}`, () => {})
}

/** `MORTISE_POOL_MAX=1`: the whole suite with so many connections, where a test does not say otherwise: nothing may wait for itself. */
const POOL = process.env.MORTISE_POOL_MAX ? { pool: { max: Number(process.env.MORTISE_POOL_MAX), acquire: 5000 } } : {}

function createEngine(setup: EngineSetup): Engine {
  const recorders = new WeakMap<object, Recorder>()
  let cleanups: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    const work = cleanups.reverse()
    cleanups = []
    for (const cleanup of work) await cleanup()
  })
  if (setup.begin !== undefined) beforeAll(() => setup.begin!())
  afterAll(() => setup.close?.())
  const options: Engine['options'] = async ({ file = false } = {}) => {
    const prepared = await setup.prepare({ file })
    cleanups.push(prepared.remove)
    return prepared.options
  }
  const closing: Engine['closing'] = (sequelize) => {
    cleanups.push(() => sequelize.close())
    return sequelize
  }
  return {
    name: setup.name,
    features: setup.features,
    get traits() {
      const sequelize = new Sequelize({
        dialect: setup.dialect ?? setup.name,
        storage: ':memory:',
      } as never) as unknown as {
        dialect: { traits: Record<string, unknown> }
      }
      return sequelize.dialect.traits
    },
    options,
    closing,
    async connect({ file = false, ...given } = {}) {
      const recorder = createRecorder()
      const sequelize = closing(
        new Sequelize({ logging: recorder.logging, ...POOL, ...(await options({ file })), ...given } as never),
      )
      recorders.set(sequelize, recorder)
      return sequelize
    },
    recorder(sequelize) {
      const recorder = recorders.get(sequelize as object)
      if (!recorder) throw new Error('Only a Sequelize that came from engine.connect() has a recorder.')
      return recorder
    },
    collation: setup.collation ?? 'C',
    quoted(sql) {
      const sequelize = new Sequelize({ dialect: setup.dialect ?? setup.name } as never) as unknown as Database
      const { left, right } = sequelize.dialect.identifierDelimiter
      return sql.replace(/'(?:[^']|'')*'|"([^"]*)"/g, (found, name?: string) =>
        name === undefined ? found : `${left}${name}${right}`,
      )
    },
    script: (sequelize) => sequelize as unknown as Database,
    requires:
      (...features) =>
      (title, run, timeout) => {
        const missing = features.filter((feature) => !setup.features.has(feature))
        const whereItIsTrue = async (context: TestContext): Promise<void> => {
          if (missing.length > 0)
            context.skip(
              `needs an engine of which this is true: ${missing.map((feature) => FEATURES[feature]).join('; ')}`,
            )
          await run()
        }
        test(title, whereItIsTrue, timeout)
      },
  }
}
