/**
 * `User.hasOne(Profile, …)`, the associations that are declared with their models (`associations: { … }`, decorators, `sequelize.associate`),
 * and the context that all of them are defined in. Everything ends in one call of `association/`.
 */
import type { Association, AssociationContext } from '../association/index.js'
import { defineAssociation } from '../association/index.js'
import type { Runtime } from '../dialect/runtime.js'
import type { ModelClass } from '../model/definition.js'
import type { StrictLoading } from '../model/settings.js'
import { buildOne, createOne, getOne, getOrCreateOne, setOne, swapOnes, upsertOne } from '../write/link.js'
import { addMany, countMany, createMany, getMany, hasAll, removeMany, setMany } from '../write/many.js'
import { installMixins, uninstallMixins } from './mixins.js'
import { registration } from './registration.js'
import type { ModelRegistry } from './registry.js'
import { registryOf } from './registry.js'

export type AssociationMethod = 'hasOne' | 'belongsTo' | 'hasMany' | 'belongsToMany'
const KIND = { hasOne: 'HasOne', belongsTo: 'BelongsTo', hasMany: 'HasMany', belongsToMany: 'BelongsToMany' } as const

/** An association that is to be defined when its target is there. */
export interface DeclaredAssociation {
  readonly source: ModelClass
  readonly method: AssociationMethod
  readonly as: string
  readonly target: () => unknown
  readonly options: Readonly<Record<string, unknown>>
}

export function associationContext(
  runtime: Runtime,
  throughModel: AssociationContext['throughModel'],
  strict: StrictLoading = false,
): AssociationContext {
  return {
    traits: runtime.dialect.traits,
    actions: {
      get: (association, source, options) =>
        association.cardinality === 'one'
          ? getOne(runtime, association, source, options)
          : getMany(runtime, association, source, options),
      set: (association, source, target, options) =>
        association.cardinality === 'one'
          ? setOne(runtime, association, source, target, options)
          : setMany(runtime, association, source, target, options),
      create: (association, source, values, options) =>
        association.cardinality === 'one'
          ? createOne(runtime, association, source, values, options)
          : createMany(runtime, association, source, values, options),
      add: (association, source, targets, options) => addMany(runtime, association, source, targets, options),
      remove: (association, source, targets, options) => removeMany(runtime, association, source, targets, options),
      has: (association, source, targets, options) => hasAll(association, source, targets, options),
      count: (association, source, options) => countMany(association, source, options),
      build: (association, source, values, options) => buildOne(runtime, association, source, values, options),
      getOrCreate: (association, source, values, options) =>
        getOrCreateOne(runtime, association, source, values, options),
      upsert: (association, source, values, options) => upsertOne(runtime, association, source, values, options),
      swap: (association, a, b, options) => swapOnes(runtime, association, a, b, options),
    },
    warn: (code, key, message) => runtime.warn(code, key, message),
    sequelizeOf: (model) => registration(model, false)?.sequelize ?? null,
    install: (association) => installMixins(association, runtime, strict),
    uninstall: uninstallMixins,
    throughModel,
    pending: [],
  }
}

/** `Source.hasOne(target, options)` and its siblings. */
export function associate(source: unknown, method: AssociationMethod, target: unknown, options: unknown): Association {
  const { sequelize, initial } = registration(source as object)
  return define(registryOf(sequelize), initial as ModelClass, method, target, options)
}

function define(
  registry: ModelRegistry,
  source: ModelClass,
  method: AssociationMethod,
  target: unknown,
  options: unknown,
): Association {
  return defineAssociation(KIND[method], source, target, options, registry.context)
}

/**
 * Defines the associations that were declared, as far as their targets are there: a function may lead to a module that is not loaded yet.
 * `final`: one that is still missing throws, naming the pair.
 */
export function defineDeclared(registry: ModelRegistry, final: boolean): void {
  const waiting = registry.declared.splice(0)
  // Every target first: a class that extends `sequelize.model(…)` becomes known as the model by being looked at.
  const targets = waiting.map(({ target }) => targetOf(target))
  for (const [at, declared] of waiting.entries()) {
    const target = targets[at]
    if (target === null && !final) registry.declared.push(declared)
    else
      define(
        registry,
        registration(declared.source).initial as ModelClass,
        declared.method,
        target ?? declared.target,
        { ...declared.options, as: declared.as },
      )
  }
}

/** The model that a function leads to, once it is registered; null before. */
function targetOf(thunk: () => unknown): ModelClass | null {
  try {
    const target = thunk()
    if (typeof target !== 'function') return null
    return (registration(target, false)?.initial as ModelClass | undefined) ?? null
  } catch (error) {
    // A class that its module has not come to yet.
    if (error instanceof ReferenceError) return null
    throw error
  }
}
