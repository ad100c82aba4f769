/** What is done to all models of a Sequelize at once, in the order that foreign keys ask for: sync, truncate, destroy. */
import { topologicalOrder } from '../base/graph.js'
import { checkOptions } from '../base/options.js'
import type { ExecOptions } from '../connect/executor.js'
import { QueryError } from '../errors/index.js'
import type { ModelClass } from '../model/definition.js'
import { tableKey } from '../schema/snapshot.js'
import type { SyncPlan } from '../sync/sync.js'
import { sync } from '../sync/sync.js'
import { OPTIONS } from '../write/options.js'
import type { PlainModel } from './registration.js'
import type { ModelRegistry } from './registry.js'
import type { TruncateOptions } from './types/options.js'

export async function syncAll(
  registry: ModelRegistry,
  options: object,
  databaseName: string | null,
): Promise<SyncPlan> {
  registry.settle(true)
  return await sync(registry.runtime, registry.classes(), options, {
    databaseName: databaseName ?? '',
    hooks: registry.hooks,
  })
}

interface Emptied extends PlainModel {
  truncate(options?: object): Promise<unknown>
  destroy(options?: object): Promise<unknown>
}

/** Models by what they refer to: those that refer to others first. */
function dependentsFirst(registry: ModelRegistry): {
  readonly models: readonly Emptied[]
  readonly cycles: readonly (readonly ModelClass[])[]
} {
  registry.settle(true)
  const models = registry.classes()
  const byTable = new Map(models.map((model) => [tableKey(model.modelDefinition.table), model]))
  const referredBy = (model: ModelClass): ModelClass[] => {
    const { shape, associations, initial } = model.modelDefinition
    const tables = [
      ...[...shape.attributes.values()].flatMap(({ references }) => (references ? [references.table] : [])),
      ...[...associations.values()].flatMap(({ constraint, foreignKeyOwner }) =>
        constraint && foreignKeyOwner.modelDefinition.initial === initial
          ? [constraint.references.model.modelDefinition.table]
          : [],
      ),
    ]
    return tables.flatMap((table) => byTable.get(tableKey(table)) ?? []).filter((other) => other !== model)
  }
  const { order, cycles } = topologicalOrder(models, referredBy)
  return { models: [...order].reverse() as unknown as Emptied[], cycles }
}

function refuseCycles(cycles: readonly (readonly ModelClass[])[], call: string): void {
  if (cycles.length === 0) return
  const named = cycles.map((cycle) => cycle.map((model) => model.name).join(' ↔ ')).join(' and ')
  throw new QueryError(
    `${call}: the foreign keys of ${named} form a circle, so there is no order in which their rows can go. Use truncate({ withoutForeignKeyChecks: true }) or truncate({ cascade: true }).`,
  )
}

/** Every row of every table. One step where the engine can. */
export async function truncateAll(registry: ModelRegistry, options: TruncateOptions = {}): Promise<void> {
  checkOptions(options, OPTIONS.truncate, 'sequelize.truncate()')
  const { withoutForeignKeyChecks, ...rest } = options
  const { models, cycles } = dependentsFirst(registry)
  if (!withoutForeignKeyChecks) {
    if (!rest.cascade) refuseCycles(cycles, 'sequelize.truncate()')
    await registry.runtime.executor.atomic(rest as ExecOptions, async (transaction) => {
      for (const model of models) await model.truncate({ ...rest, transaction })
    })
    return
  }
  await registry.sequelize.queryInterface.withoutForeignKeyChecks(rest as ExecOptions, async (connection) => {
    for (const model of models) await model.truncate({ ...rest, connection })
  })
}

/** Deletes through the models, so that their hooks run and paranoid rows end softly. */
export async function destroyAll(registry: ModelRegistry, options: object = {}): Promise<void> {
  checkOptions(options, OPTIONS.destroy, 'sequelize.destroyAll()')
  const { models, cycles } = dependentsFirst(registry)
  refuseCycles(cycles, 'sequelize.destroyAll()')
  await registry.runtime.executor.atomic(options as ExecOptions, async (transaction) => {
    for (const model of models) await model.destroy({ ...options, where: {}, transaction })
  })
}
