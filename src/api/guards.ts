/** Questions about values that may be models. Docs: other-topics/utility-types. */
import { isState } from '../model/fields.js'
import { ModelState } from '../model/state.js'
import { registration } from './registration.js'
import type { AnyModel } from './types/infer.js'
import type { ModelStatic } from './types/model.js'

/** True for a model class. */
export function isModelStatic<M extends AnyModel>(value: unknown): value is ModelStatic<M> {
  // Not `Model` itself, whose prototype stands right above the state's.
  return (
    typeof value === 'function' &&
    value.prototype instanceof ModelState &&
    !isState(Object.getPrototypeOf(value.prototype) as object)
  )
}

/** True when both are the same model, scopes and schemas aside. */
export function isSameInitialModel(a: unknown, b: unknown): boolean {
  if (!isModelStatic(a) || !isModelStatic(b)) return false
  return initialOf(a) === initialOf(b)
}
const initialOf = (model: object): object => registration(model, false)?.initial ?? model
