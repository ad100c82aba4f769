/**
 * Model classes that Mortise makes itself: `sequelize.define(…)`, and `sequelize.model(…)`, a base class to extend. Also
 * `sequelize.associate(…)`, which declares associations of models that are there; `associate.ts` makes associations of the declarations.
 */
import { isPlainObject } from '../base/freeze.js'
import { suggestion } from '../base/names.js'
import { DefinitionError } from '../errors/index.js'
import type { ModelClass } from '../model/definition.js'
import type { AssociationMethod } from './associate.js'
import { isModelStatic } from './guards.js'
import { Model } from './model.js'
import { camelNames, checkModelObject, registerModel } from './register-model.js'
import { registration } from './registration.js'
import type { ModelRegistry } from './registry.js'
import { registryOf } from './registry.js'

/** `sequelize.define(name, attributes, options)`. */
export function defineModel(
  registry: ModelRegistry,
  name: string,
  attributes: object = {},
  options: object = {},
): ModelClass {
  if (typeof name !== 'string' || name === '')
    throw new DefinitionError('sequelize.define() takes the name of the model first.')
  checkModelObject(options, `sequelize.define('${name}', …)`)
  const model = class extends Model {}
  return registerModel(registry, model as unknown as ModelClass, attributes, {
    ...options,
    modelName: (options as { modelName?: string }).modelName ?? name,
  })
}

/**
 * The model of the rows between two others, by its name; made where there is none. Its table has the name as it was given (Sequelize 6;
 * 7 speaks of the model's name only), so that tables that are there are found.
 */
export function throughModel(
  source: ModelClass,
  name: string,
  settings: Readonly<Record<string, unknown>>,
): ModelClass {
  const registry = registryOf(registration(source).sequelize)
  const found = registry.models.get(name)
  if (found) return found.model
  const { schema } = source.modelDefinition.initial.table
  const { associationNaming } = source.modelDefinition.settings
  return defineModel(
    registry,
    name,
    {},
    { tableName: name, associationNaming, ...(schema === null ? {} : { schema }), ...settings },
  )
}

/** The class that extends it becomes the model. Used as it is, it is the model itself. */
export function factory(registry: ModelRegistry, name: string, attributes: object, options: object = {}): ModelClass {
  if (typeof name !== 'string' || name === '')
    throw new DefinitionError('sequelize.model() takes the name of the model first.')
  checkModelObject(options, `sequelize.model('${name}', …)`)
  const base = class extends Model {} as unknown as ModelClass
  return registerModel(
    registry,
    base,
    attributes,
    { ...camelNames(registry), ...options, modelName: (options as { modelName?: string }).modelName ?? name },
    true,
  )
}

interface Declaration {
  readonly method: AssociationMethod
  readonly target: string
  readonly options: Readonly<Record<string, unknown>>
}
const METHODS = ['hasOne', 'belongsTo', 'hasMany', 'belongsToMany'] as const

/** Declares `{ User: { task: User.hasOne(Task) } }` on the models given; returns them. */
export function associateModels(
  registry: ModelRegistry,
  models: Readonly<Record<string, unknown>>,
  declare: (builders: Record<string, unknown>) => Readonly<Record<string, Readonly<Record<string, Declaration>>>>,
): object {
  for (const [name, model] of Object.entries(models))
    if (!isModelStatic(model)) throw new DefinitionError(`sequelize.associate(): "${name}" is no model.`)
  const builder = (key: string): object => ({
    key,
    ...Object.fromEntries(
      METHODS.map((method) => [
        method,
        (target: { readonly key?: string }, options: unknown): Declaration => {
          if (typeof target?.key !== 'string')
            throw new DefinitionError(
              `sequelize.associate(): ${key}.${method}() takes one of the models of the callback's argument.`,
            )
          return {
            method,
            target: target.key,
            options: typeof options === 'string' ? { foreignKey: options } : { ...(options as object | undefined) },
          }
        },
      ]),
    ),
  })
  const declared = declare(Object.fromEntries(Object.keys(models).map((key) => [key, builder(key)])))
  if (!isPlainObject(declared))
    throw new DefinitionError('sequelize.associate(): the function must return an object of associations by model.')
  for (const [key, associations] of Object.entries(declared)) {
    const source = models[key]
    if (!source)
      throw new DefinitionError(
        `sequelize.associate(): there is no model "${key}".${suggestion(key, Object.keys(models))}`,
      )
    for (const [as, { method, target, options }] of Object.entries(associations)) {
      registry.declared.push({
        source: registration(source).initial as ModelClass,
        method,
        as,
        target: () => models[target],
        options,
      })
    }
  }
  registry.settle()
  return models
}
