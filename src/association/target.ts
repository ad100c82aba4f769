/**
 * The target of an association call: a model class, or a function that returns one. Modules that import each other see `undefined` (or an
 * error) where the other's model will be: a function lets the association wait for it.
 */
import { AssociationError } from '../errors/association.js'
import type { ModelClass } from '../model/definition.js'
import { ModelState } from '../model/state.js'
import type { AssociationContext } from './context.js'

export type Target = { readonly model: ModelClass } | { readonly waitingFor: string }

const isModelClass = (value: unknown): value is ModelClass =>
  typeof value === 'function' && value.prototype instanceof ModelState

/** The call that names the target, for messages. */
export interface TargetCall {
  readonly source: ModelClass
  readonly method: string
  describe(target: string): string
}

/** `final`: a target that is still missing throws, naming the pair. */
export function resolveTarget(call: TargetCall, target: unknown, context: AssociationContext, final: boolean): Target {
  const { source } = call
  if (target === undefined || target === null) {
    throw new AssociationError(
      `${call.describe(String(target))}: there is no model to associate. Is the target's module imported, and does it export the model? If it and the module of ${source.name} import each other, ` +
        `the import is circular and gives undefined at first: pass a function, ${source.name}.${call.method}(() => Target).`,
    )
  }
  if (typeof target === 'string')
    throw new AssociationError(
      `${call.describe(`'${target}'`)}: a model is needed, not its name. Pass the model itself, or a function that returns it.`,
    )
  const model = isModelClass(target) ? target : isThunk(target) ? callThunk(target, call, context, final) : target
  if (typeof model === 'string') return { waitingFor: model }
  if (!isModelClass(model))
    throw new AssociationError(
      `${call.describe(describe(model))}: this is not a model. Pass one that was made with define or init, or a decorated class.`,
    )
  const mine = context.sequelizeOf(source)
  const theirs = context.sequelizeOf(model)
  const named = call.describe(model.name)
  if (mine === null)
    throw new AssociationError(
      `${named}: ${source.name} is not initialised. Call ${source.name}.init (or pass the model to Sequelize) before you associate it.`,
    )
  if (theirs === null) {
    if (!final && model !== target) return { waitingFor: model.name }
    throw new AssociationError(
      `${named}: ${model.name} is not initialised. Call ${model.name}.init (or pass the model to Sequelize) before you associate it.`,
    )
  }
  if (mine !== theirs)
    throw new AssociationError(
      `${named}: ${model.name} belongs to another Sequelize instance than ${source.name}. Associations join tables of one database: define both models on one instance.`,
    )
  return { model }
}

const isThunk = (value: unknown): value is () => unknown =>
  typeof value === 'function' && !/^class\b/.test(Function.prototype.toString.call(value))

/** What the function gives; a string (its text) while there is nothing yet. */
function callThunk(thunk: () => unknown, call: TargetCall, context: AssociationContext, final: boolean): unknown {
  const text = thunk
    .toString()
    .replace(/^[\s\S]*?=>\s*/, '')
    .replace(/\s+/g, ' ')
    .slice(0, 60)
  let cause: unknown
  try {
    const model = thunk()
    if (model !== undefined && model !== null) return model
  } catch (error) {
    // A module that has not run yet: `const` is in its dead zone.
    if (!(error instanceof ReferenceError)) throw error
    cause = error
  }
  if (!final && context.sequelizeOf(call.source) !== null) return text
  throw new AssociationError(
    `${call.describe(`() => ${text}`)}: the function gave no model. ${call.source.name} waits for "${text}", which was never defined or not imported: check that the modules of both models are ` +
      'loaded before the database is used.',
    cause === undefined ? undefined : { cause },
  )
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null)
    return 'default' in value ? 'a module; did you mean its `default`?' : 'an object'
  return typeof value === 'function' ? `class ${value.name}` : typeof value
}
