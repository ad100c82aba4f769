/**
 * The target of an association call: a model class, or a function that returns one. Modules that import each other see `undefined` (or an
 * error) where the other's model will be: a function lets the association wait for it.
 */
import { AssociationError } from '../errors/association.js'
import type { ModelClass } from '../model/definition.js'
import { ModelState } from '../model/state.js'
import type { AssociationContext } from './context.js'

export type Target = { readonly model: ModelClass } | { readonly waitingFor: string }

const isModelClass = (value: unknown): value is ModelClass => typeof value === 'function' && value.prototype instanceof ModelState

/** `final`: a target that is still missing throws, naming the pair. */
export function resolveTarget(method: string, source: ModelClass, target: unknown, context: AssociationContext, final = false): Target {
  const call = `${source.name}.${method}`
  if (target === undefined || target === null) {
    throw new AssociationError(`${call} was called with ${String(target)} instead of a model. Is the target's module imported, and does it export the model? If ${source.name} and the target import each other, `
      + `the import is circular and gives undefined at first: pass a function, ${call}(() => Target).`)
  }
  if (typeof target === 'string') {
    throw new AssociationError(`${call} was called with the string "${target}" instead of a model. Pass the model itself, or a function that returns it.`)
  }
  const model = isModelClass(target) ? target : typeof target === 'function' ? callThunk(target as () => unknown, call, source, context, final) : target
  if (typeof model === 'string') return { waitingFor: model }
  if (!isModelClass(model)) throw new AssociationError(`${call} was called with something that is not a model (${describe(model)}). Pass a model that was defined with define, init or decorators.`)
  const mine = context.sequelizeOf(source)
  const theirs = context.sequelizeOf(model)
  if (mine === null) throw new AssociationError(`${call}(${model.name}): ${source.name} is not initialised. Call ${source.name}.init (or pass the model to Sequelize) before you associate it.`)
  if (theirs === null) {
    if (!final && model !== target) return { waitingFor: model.name }
    throw new AssociationError(`${call}(${model.name}): ${model.name} is not initialised. Call ${model.name}.init (or pass the model to Sequelize) before you associate it.`)
  }
  if (mine !== theirs) throw new AssociationError(`${call}(${model.name}): ${model.name} belongs to another Sequelize instance than ${source.name}. Associations join tables of one database: define both models on one instance.`)
  return { model }
}

/** What the function gives; a string (its text) while there is nothing yet. */
function callThunk(thunk: () => unknown, call: string, source: ModelClass, context: AssociationContext, final: boolean): unknown {
  const text = thunk.toString().replace(/^[^]*?=>\s*/, '').replace(/\s+/g, ' ').slice(0, 60)
  let cause: unknown
  try {
    const model = thunk()
    if (model !== undefined && model !== null) return model
  } catch (error) {
    // A module that has not run yet: `const` is in its dead zone.
    if (!(error instanceof ReferenceError)) throw error
    cause = error
  }
  if (!final && context.sequelizeOf(source) !== null) return text
  throw new AssociationError(`${call}(() => ${text}): the function gave no model. ${source.name} waits for "${text}", which was never defined or was not imported: check that the modules of both models are loaded `
    + 'before the database is used.', cause === undefined ? undefined : { cause })
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return `an object of ${(value as { constructor?: { name?: string } }).constructor?.name ?? 'no class'}${'default' in value ? '; did you mean its `default`?' : ''}`
  return typeof value
}
