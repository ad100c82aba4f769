/**
 * `sequelize.models`: the models of a Sequelize by name. Sequelize 7's view (`get`, `getOrThrow`, iteration) and Sequelize 6's plain
 * object (`sequelize.models.User`) in one. Docs: other-topics/legacy-model-definitions.
 */
import { topologicalOrder } from '../base/graph.js'
import { suggestion } from '../base/names.js'
import { DefinitionError } from '../errors/index.js'
import type { ModelDefinition } from '../model/definition.js'
import type { Model } from './model.js'
import type { AnyModel } from './types/infer.js'
import type { ModelStatic } from './types/model.js'

export class ModelSetView {
  readonly #models: ReadonlyMap<string, ModelDefinition>
  constructor(models: ReadonlyMap<string, ModelDefinition>) {
    this.#models = models
  }

  get size(): number {
    return this.#models.size
  }
  /** The model of this name, or undefined. */
  get<M extends AnyModel = Model>(name: string): ModelStatic<M> | undefined {
    return this.#models.get(name)?.model as unknown as ModelStatic<M> | undefined
  }
  /** The model of this name; throws where there is none. */
  getOrThrow<M extends AnyModel = Model>(name: string): ModelStatic<M> {
    if (typeof name !== 'string')
      throw new DefinitionError(
        `A model is looked for by its name, got ${String(name)}. To define one: sequelize.define('User', { … }).`,
      )
    const model = this.get<M>(name)
    if (model) return model
    throw new DefinitionError(
      `There is no model named "${name}".${suggestion(name, this.#models.keys()) || (this.#models.size === 0 ? ' No model is defined yet.' : '')}`,
    )
  }
  hasByName(name: string): boolean {
    return this.#models.has(name)
  }
  has(model: ModelStatic<AnyModel>): boolean {
    return this.toArray().includes(model as never)
  }
  find(predicate: (model: ModelStatic<Model>) => boolean): ModelStatic<Model> | undefined {
    return this.toArray().find(predicate)
  }
  map<T>(transform: (model: ModelStatic<Model>) => T): T[] {
    return this.toArray().map(transform)
  }
  forEach(callback: (model: ModelStatic<Model>) => void): void {
    this.toArray().forEach(callback)
  }
  toArray(): ModelStatic<Model>[] {
    return [...this]
  }
  *[Symbol.iterator](): Iterator<ModelStatic<Model>> {
    for (const { model } of this.#models.values()) yield model as unknown as ModelStatic<Model>
  }

  /** Models that others refer to come last (drop order); null when foreign keys form a circle. */
  getModelsTopoSortedByForeignKey(): ModelStatic<Model>[] | null {
    const byTable = new Map([...this.#models.values()].map((definition) => [tableKey(definition.table), definition]))
    const { order, cycles } = topologicalOrder(this.#models.values(), (definition) =>
      [...definition.shape.attributes.values()].flatMap(({ references }) => {
        const target = references && byTable.get(tableKey(references.table))
        return target ? [target] : []
      }),
    )
    return cycles.length > 0 ? null : order.map(({ model }) => model as unknown as ModelStatic<Model>).reverse()
  }
}
const tableKey = (table: { readonly schema: string | null; readonly name: string }): string =>
  JSON.stringify([table.schema, table.name])

/** What `sequelize.models` is: the view, with every model as a property as well. */
export type Models = ModelSetView & { readonly [name: string]: ModelStatic<Model> }

/** A live view: models that are defined later appear in it. */
export function modelSet(models: ReadonlyMap<string, ModelDefinition>): Models {
  const view = new ModelSetView(models)
  return new Proxy(view, {
    get(target, key) {
      if (typeof key === 'string' && models.has(key)) return models.get(key)!.model
      const member: unknown = Reflect.get(target, key, target)
      return typeof member === 'function' ? member.bind(target) : member
    },
    has: (target, key) => (typeof key === 'string' && models.has(key)) || Reflect.has(target, key),
    ownKeys: () => [...models.keys()],
    getOwnPropertyDescriptor: (_target, key) =>
      typeof key === 'string' && models.has(key)
        ? { value: models.get(key)!.model, enumerable: true, configurable: true, writable: false }
        : undefined,
    set(_target, key) {
      throw new DefinitionError(
        `sequelize.models.${String(key)} cannot be set: models are added by define(), init() or addModels().`,
      )
    },
    deleteProperty(_target, key) {
      throw new DefinitionError(`sequelize.models.${String(key)} cannot be deleted: use removeAllModels().`)
    },
  }) as unknown as Models
}
