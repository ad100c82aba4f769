/**
 * What ties a model class to its Sequelize: the definition and the runtime, kept on the class under a symbol, so that derived classes
 * inherit it. Also the variants of a class (`withScope`, `withSchema`): subclasses with a definition of their own; the model stays as it is.
 */
import type { Runtime } from '../dialect/runtime.js'
import { DefinitionError } from '../errors/index.js'
import type { ModelClass, ModelDefinition } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import type { Sequelize } from './sequelize.js'

export interface Registration {
  readonly sequelize: Sequelize
  readonly runtime: Runtime
  readonly definition: ModelDefinition
  /** The class that was registered; variants point back to it. */
  readonly initial: object
}
const REGISTRATION: unique symbol = Symbol.for('mortise.registration')
type Registered = { readonly [REGISTRATION]?: Registration, readonly name: string }

/** The registration of a class (or of the class that it derives from). Throws where there is none, saying how to define the model. */
export function registration(model: object): Registration
export function registration(model: object, required: false): Registration | null
export function registration(model: object, required = true): Registration | null {
  const found = (model as Registered)[REGISTRATION]
  if (found !== undefined) return found
  if (!required) return null
  const { name } = model as Registered
  if (name === 'Model') throw new DefinitionError('Model is the base of all models and has no table: use a model made by sequelize.define() or a class that extends Model.')
  throw new DefinitionError(
    `The model ${name} has not been initialised. Define it with sequelize.define('${name}', …) or ${name}.init(attributes, { sequelize }), or, ` +
    `if it is decorated, register it with new Sequelize({ models: [${name}] }).`,
  )
}
export const runtimeOf = (model: object): Runtime => registration(model).runtime

export function register(model: object, entry: Registration): void {
  Object.defineProperty(model, REGISTRATION, { value: entry, configurable: true, enumerable: false, writable: true })
}
export const isRegistered = (model: object): boolean => Object.hasOwn(model, REGISTRATION)

/** A model class without its types: what the code of `api` calls, so that inner calls go through the public methods. */
export interface PlainModel extends ModelClass {
  findAll(options?: object): Promise<unknown>
  findOne(options?: object): Promise<unknown>
  count(options?: object): Promise<unknown>
  aggregate(attribute: string, fn: string, options?: object): Promise<unknown>
  build(values?: object, options?: object): ModelState
  create(values?: object, options?: object): Promise<ModelState>
  increment(fields: unknown, options?: object): Promise<unknown>
}
/** The typed `this` of a static method, as the class that it is. */
export const modelClass = (model: unknown): PlainModel => model as never
