// Models without a Sequelize: a class, its definition, and the context in which associations are defined.
import type { AssociationContext, HasManyAssociation, OneAssociation } from '../../../src/association/index.js'
import { defineAssociation } from '../../../src/association/index.js'
import type { ModelClass } from '../../../src/model/definition.js'
import { createDefinition } from '../../../src/model/definition.js'
import { ModelState } from '../../../src/model/state.js'

export interface World {
  readonly context: AssociationContext
  /** Codes of the warnings given. */
  readonly warnings: string[]
  /** `+User.profile`, `-Profile.User`: what was installed and taken back. */
  readonly installed: string[]
  model(name: string, attributes?: object, options?: object): ModelClass
  hasOne(source: ModelClass, target: unknown, options?: unknown): OneAssociation
  belongsTo(source: ModelClass, target: unknown, options?: unknown): OneAssociation
  hasMany(source: ModelClass, target: unknown, options?: unknown): HasManyAssociation
}

export function world(traits: object = { setDefaultAction: true }, defaults: object = { timestamps: false }): World {
  const home = {}
  const homes = new Map<ModelClass, object>()
  const warnings: string[] = []
  const installed: string[] = []
  const actions = new Proxy(
    {},
    {
      get:
        (_target, verb) =>
        (...args: unknown[]) =>
          Promise.resolve([verb, ...args]),
    },
  )
  const context: AssociationContext = {
    traits: traits as never,
    actions: actions as never,
    warn: (code) => {
      warnings.push(code)
    },
    sequelizeOf: (model) => homes.get(model) ?? null,
    install: (association) => {
      installed.push(`+${association.source.name}.${association.as}`)
    },
    uninstall: (association) => {
      installed.push(`-${association.source.name}.${association.as}`)
    },
    throughModel: (_source, name) => made.model(name),
    pending: [],
  }
  const made: World = {
    context,
    warnings,
    installed,
    model(name, attributes = {}, options = {}) {
      const Made = { [name]: class extends ModelState {} }[name] as unknown as ModelClass
      homes.set(Made, home)
      Object.defineProperty(Made, 'modelDefinition', {
        value: createDefinition(Made, attributes as never, options as never, defaults as never),
      })
      return Made
    },
    hasOne: (source, target, options) => defineAssociation('HasOne', source, target, options, context),
    belongsTo: (source, target, options) => defineAssociation('BelongsTo', source, target, options, context),
    hasMany: (source, target, options) => defineAssociation('HasMany', source, target, options, context),
  }
  return made
}

export const attributesOf = (model: ModelClass): string[] => [...model.modelDefinition.shape.attributes.keys()]
export const associationsOf = (model: ModelClass): string[] => [...model.modelDefinition.associations.keys()]
