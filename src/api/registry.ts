/** The models of one Sequelize, with what their definition needs. Neighbours: `define` adds to it, `associate` works off what waits. */
import type { AssociationContext } from '../association/index.js'
import { settleAssociations } from '../association/index.js'
import type { Runtime } from '../dialect/runtime.js'
import type { ModelClass, ModelDefinition } from '../model/definition.js'
import type { Hooks } from '../model/hooks.js'
import type { DeclaredAssociation } from './associate.js'
import type { Waiting } from './registration.js'
import type { Sequelize } from './sequelize.js'

export interface ModelRegistry extends Waiting {
  readonly sequelize: Sequelize
  readonly runtime: Runtime
  readonly hooks: Hooks
  /** By name. A definition knows its class, which may still be replaced by one that extends it. */
  readonly models: Map<string, ModelDefinition>
  /** Default options of models. */
  readonly defaults: Readonly<Record<string, unknown>>
  readonly context: AssociationContext
  /** Associations declared with their models that are not defined yet. */
  readonly declared: DeclaredAssociation[]
  classes(): ModelClass[]
}

const registries = new WeakMap<object, ModelRegistry>()
export const registryOf = (sequelize: Sequelize): ModelRegistry => registries.get(sequelize)!
/** Undefined for something that is no Sequelize instance. */
export const registryFor = (sequelize: object): ModelRegistry | undefined => registries.get(sequelize)

interface Parts {
  readonly sequelize: Sequelize
  readonly runtime: Runtime
  readonly hooks: Hooks
  readonly options: Readonly<Record<string, unknown>>
  readonly context: AssociationContext
  /** Defines what is declared and whose target is there. */
  readonly defineDeclared: (registry: ModelRegistry, final: boolean) => void
}

export function modelRegistry({ sequelize, runtime, hooks, options, context, defineDeclared }: Parts): ModelRegistry {
  let isSettling = false
  const registry: ModelRegistry = {
    sequelize,
    runtime,
    hooks,
    models: new Map(),
    defaults: {
      ...(options.schema === undefined ? {} : { schema: options.schema }),
      ...(options.define as object | undefined),
      ...(options.omitNull ? { omitNull: true } : {}),
      defaultTimestampPrecision: options.defaultTimestampPrecision,
    },
    context,
    declared: [],
    classes: () => [...registry.models.values()].map((definition) => definition.model),
    get isWaiting() {
      return (registry.declared.length > 0 || context.pending.length > 0) && !isSettling
    },
    settle(final = false) {
      if (isSettling) return
      isSettling = true
      try {
        if (registry.declared.length > 0) defineDeclared(registry, final)
        if (context.pending.length > 0) settleAssociations(context, final)
      } finally {
        isSettling = false
      }
    },
  }
  registries.set(sequelize, registry)
  return registry
}
