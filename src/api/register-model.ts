/**
 * A class becomes a model here: attributes and options in, the class registered with its definition out. From `Model.init`, decorated
 * classes and `factory`. Also forgetting models. Neighbours: `model/definition` makes the definition, `decorated` reads decorators.
 */
import { forgetModel } from '../association/index.js'
import { draft, isPlainObject } from '../base/freeze.js'
import { lowerFirst } from '../base/names.js'
import { show } from '../base/show.js'
import { decorationOf } from '../decorators/metadata.js'
import { DefinitionError } from '../errors/index.js'
import type { ModelClass } from '../model/definition.js'
import { createDefinition } from '../model/definition.js'
import { readDecorated } from './decorated.js'
import { isModelStatic } from './guards.js'
import { isRegistered, register, registration } from './registration.js'
import type { ModelRegistry } from './registry.js'
import { registryFor } from './registry.js'
import { rememberWrites } from './remember-writes.js'
import type { Sequelize } from './sequelize.js'

/** `User.init(attributes, { sequelize, … })`. */
export function initialise(model: object, attributes: unknown, options: unknown): ModelClass {
  const { name } = model as { readonly name: string }
  const given = options as ({ readonly sequelize?: Sequelize } & Record<string, unknown>) | undefined
  const registry = given?.sequelize && registryFor(given.sequelize)
  if (!registry)
    throw new DefinitionError(
      `${name}.init() needs the Sequelize instance in its options: ${name}.init(attributes, { sequelize }).`,
    )
  if (!isModelStatic(model)) throw new DefinitionError('init() must be called on a class that extends Model.')
  const decorated = decorationOf(model)
  if (decorated && (decorated.attributes.size > 0 || decorated.options))
    throw new DefinitionError(
      `${name} is decorated: register it with new Sequelize({ models: [${name}] }) or sequelize.addModels([${name}]) instead of calling init().`,
    )
  const { sequelize, ...rest } = given!
  return registerModel(registry, model as unknown as ModelClass, (attributes ?? {}) as object, rest)
}

/** Throws `DefinitionError` for model options that are no object. */
export function checkModelObject(options: unknown, call: string): void {
  if (!isPlainObject(options))
    throw new DefinitionError(`${call} takes the model's options as an object, got ${show(options)}.`)
}

/** Gives a class its definition, and its name a place among the models. A model of the same name gives way, with its associations. */
export function registerModel(
  registry: ModelRegistry,
  model: ModelClass,
  givenAttributes: object,
  givenOptions: Record<string, unknown>,
  isOpen = false,
): ModelClass {
  const { associations, ...options } = givenOptions
  if (!isPlainObject(givenAttributes))
    throw new DefinitionError(
      `The attributes of ${String(options.modelName ?? model.name)} must be an object, got ${show(givenAttributes)}.`,
    )
  let attributes: object = givenAttributes
  let settings: Record<string, unknown> = {
    ...(associations ? camelNames(registry) : {}),
    ...options,
    modelName: options.modelName ?? model.name,
  }
  if (registry.hooks.has('beforeDefine')) {
    // Listeners may change both.
    attributes = draft(attributes)
    settings = { ...draft(settings), sequelize: registry.sequelize }
    registry.hooks.runSync('beforeDefine', attributes, settings)
  }
  const modelName = String(settings.modelName)
  if (model.name !== modelName) Object.defineProperty(model, 'name', { value: modelName, configurable: true })
  const { sequelize: _, ...withoutSequelize } = settings
  const definition = createDefinition(
    model,
    attributes as Record<string, unknown>,
    withoutSequelize,
    registry.defaults,
    registry.hooks,
    registry.runtime.dialect,
  )
  const same = registry.models.get(modelName)
  if (same) removeModels(registry, [same.model])
  register(model, {
    sequelize: registry.sequelize,
    runtime: registry.runtime,
    waiting: registry,
    definition,
    initial: model,
    isOpen,
  })
  registry.models.set(modelName, definition)
  rememberWrites(model, registry.runtime.executor)
  if (associations !== undefined && associations !== null) declareAssociations(registry, model, associations)
  if (registry.hooks.has('afterDefine')) registry.hooks.runSync('afterDefine', model)
  registry.settle()
  return model
}

function declareAssociations(registry: ModelRegistry, source: ModelClass, associations: unknown): void {
  if (!isPlainObject(associations))
    throw new DefinitionError(
      `The option associations of ${source.name} must be an object such as { profile: hasOne(() => Profile) }.`,
    )
  for (const [as, declared] of Object.entries(associations)) {
    const { associationType, target, options } = declared as {
      associationType?: unknown
      target?: unknown
      options?: object
    }
    if (typeof associationType !== 'string' || typeof target !== 'function')
      throw new DefinitionError(
        `associations.${as} of ${source.name} must be made with hasOne(), belongsTo(), hasMany() or belongsToMany().`,
      )
    registry.declared.push({
      source,
      as,
      method: lowerFirst(associationType) as never,
      target: target as () => unknown,
      options: { ...options },
    })
  }
}

/** `new Sequelize({ models })`, `sequelize.addModels`: decorated classes, or classes that only have a name. */
export function addModels(registry: ModelRegistry, models: readonly object[]): void {
  if (!Array.isArray(models)) throw new DefinitionError('The option models must be an array of model classes.')
  for (const model of models) {
    if (!isModelStatic(model))
      throw new DefinitionError(
        `The option models holds ${typeof model === 'function' ? `the function ${model.name}` : `${model === null ? 'null' : typeof model}`}, which is no model. Give classes that extend Model.`,
      )
    if (isRegistered(model))
      throw new DefinitionError(
        `The model ${model.name} is registered already${registration(model).sequelize === registry.sequelize ? '' : ' with another Sequelize instance'}: list it once.`,
      )
  }
  // All classes first: an association's target may come later in the list.
  const associations = models.flatMap((model) => {
    const decorated = readDecorated(model as unknown as ModelClass)
    registerModel(registry, model as unknown as ModelClass, decorated.attributes, {
      ...camelNames(registry),
      ...decorated.options,
    })
    return decorated.associations.map((association) => ({ ...association, source: model as unknown as ModelClass }))
  })
  for (const association of associations) registry.declared.push(association)
  registry.settle()
}

/** Models that name their associations themselves name the rest in their way: `author`, `authorId`, as Sequelize 7 does. */
export const camelNames = (registry: ModelRegistry): Record<string, unknown> =>
  registry.defaults.associationNaming === undefined ? { associationNaming: 'camel' } : {}

/** Takes models off, with the associations that lead to them; all of them when none is named. The tables stay. */
export function removeModels(registry: ModelRegistry, models: readonly ModelClass[] = registry.classes()): void {
  for (const model of models) {
    const { definition, initial } = registration(model)
    forgetModel(initial as ModelClass, registry.context)
    if (registry.models.get(definition.modelName) === definition) registry.models.delete(definition.modelName)
    for (let at = registry.declared.length - 1; at >= 0; at -= 1)
      if (registry.declared[at]!.source === initial) registry.declared.splice(at, 1)
  }
}
