/**
 * What ties a model class to its Sequelize: the definition and the runtime, kept on the class under a symbol, so that derived classes
 * inherit it. Also the variants of a class (`withScope`, `withSchema`): subclasses with a definition of their own; the model stays as it is.
 */
import type { Runtime } from '../dialect/runtime.js'
import { DefinitionError } from '../errors/index.js'
import type { ModelClass, ModelDefinition } from '../model/definition.js'
import type { ScopeSelection } from '../model/scopes.js'
import type { ModelState } from '../model/state.js'
import { variantOf } from '../model/variant.js'
import type { Sequelize } from './sequelize.js'

/** Associations that wait for their target, as far as models have to care. */
export interface Waiting {
  readonly isWaiting: boolean
  settle(final?: boolean): void
}
export interface Registration {
  readonly sequelize: Sequelize
  readonly runtime: Runtime
  readonly waiting: Waiting
  readonly definition: ModelDefinition
  /** The class that was registered; variants point back to it. */
  readonly initial: object
  /** A base class (`sequelize.model(…)`) whose model is the first class that extends it. */
  readonly isOpen?: boolean
}
const REGISTRATION: unique symbol = Symbol.for('mortise.registration')
type Registered = { readonly [REGISTRATION]?: Registration; readonly name: string }

/** The registration of a class (or of the class that it derives from). Throws where there is none, saying how to define the model. */
export function registration(model: object): Registration
export function registration(model: object, required: false): Registration | null
export function registration(model: object, required = true): Registration | null {
  const found = (model as Registered)[REGISTRATION]
  if (found !== undefined) {
    if (found.isOpen === true && found.initial !== model) return adopt(model, found)
    if (found.waiting.isWaiting && required) found.waiting.settle()
    return found
  }
  if (!required) return null
  const { name } = model as Registered
  if (name === 'Model')
    throw new DefinitionError(
      'Model is the base of all models and has no table: use a model made by sequelize.define() or a class that extends Model.',
    )
  throw new DefinitionError(
    `The model ${name} has not been initialised. Define it with sequelize.define('${name}', …) or ${name}.init(attributes, { sequelize }), or, ` +
      `if it is decorated, register it with new Sequelize({ models: [${name}] }).`,
  )
}

/** The runtime for a statement: associations must be complete by now. */
export function runtimeOf(model: object): Runtime {
  const { runtime, waiting } = registration(model)
  if (waiting.isWaiting) waiting.settle(true)
  return runtime
}

export function register(model: object, entry: Registration): void {
  Object.defineProperty(model, REGISTRATION, {
    value: Object.freeze(entry),
    configurable: true,
    enumerable: false,
    writable: true,
  })
}
export const isRegistered = (model: object): boolean => Object.hasOwn(model, REGISTRATION)

/** `class User extends sequelize.model('User', …) {}`: the class that extends the base is the model from now on. */
function adopt(model: object, entry: Registration): Registration {
  let heir = model
  for (
    let parent = Object.getPrototypeOf(heir) as object;
    parent !== entry.initial;
    parent = Object.getPrototypeOf(heir) as object
  )
    heir = parent
  const adopted: Registration = { ...entry, initial: heir, isOpen: false }
  register(entry.initial, adopted)
  register(heir, adopted)
  entry.definition.adopt(heir as ModelClass)
  return adopted
}

// ---------------------------------------------------------------- variants

const MOST_VARIANTS = 200
const cached = new WeakMap<object, Map<string, object>>()

function variant<C>(model: C, make: (definition: ModelDefinition, variantClass: ModelClass) => ModelDefinition): C {
  const entry = registration(model as object)
  const Initial = entry.initial as new (...args: never[]) => object
  const Variant = class extends Initial {}
  Object.defineProperty(Variant, 'name', { value: Initial.name, configurable: true })
  register(Variant, { ...entry, definition: make(entry.definition, Variant as unknown as ModelClass) })
  return Variant as C
}

/** Variants by names only are made once. */
function remembered<C>(model: C, key: string | null, make: () => C): C {
  if (key === null) return make()
  let variants = cached.get(model as object)
  if (!variants) {
    variants = new Map()
    cached.set(model as object, variants)
  }
  const known = variants.get(key)
  if (known) return known as C
  const made = make()
  if (variants.size >= MOST_VARIANTS) variants.clear()
  variants.set(key, made as object)
  return made
}

/** The model under these scopes instead of its own. Throws `SequelizeScopeError` for a scope that does not exist. */
export function scopeVariant<C>(model: C, scopes: readonly unknown[]): C {
  const names = scopes.flat()
  const key = names.every((name) => typeof name === 'string' || name === null || name === undefined)
    ? `scope:${JSON.stringify(names)}`
    : null
  return remembered(model, key, () =>
    variant(model, (definition, Variant) =>
      variantOf(definition, Variant, { scopes: definition.scopes.select(...(scopes as readonly ScopeSelection[])) }),
    ),
  )
}

/** The model with its table in another schema. */
export function schemaVariant<C>(
  model: C,
  given: string | null | { readonly schema?: string; readonly schemaDelimiter?: string },
): C {
  const { schema, schemaDelimiter } =
    typeof given === 'object' && given !== null ? given : { schema: given ?? '', schemaDelimiter: undefined }
  return remembered(model, `schema:${JSON.stringify([schema, schemaDelimiter])}`, () =>
    variant(model, (definition, Variant) => variantOf(definition, Variant, { schema: schema ?? '', schemaDelimiter })),
  )
}

export const initialModel = <C>(model: C): C => registration(model as object).initial as C

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
