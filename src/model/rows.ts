/** From rows to instances: the cheapest way there is for a model. Neighbours: `model/state`, and `model/fields` (what its constructor does). */
import { compile } from '../base/compile.js'
import type { ModelClass } from './definition.js'
import { construct, fieldsOf } from './fields.js'
import { settle } from './hidden.js'
import type { ModelState, StateOptions, Values } from './state.js'
import { NO_OPTIONS } from './state.js'

const rows = new WeakMap<object, Row | null>()
type Row = new (values: Values, options: StateOptions) => ModelState

/**
 * The cheapest way from values to instances of a model; ask for it once per plan. The values become the instance's own, uncopied; `options`
 * is shared by all. Models whose constructor has work to do (fields besides attributes, private names, a constructor) get their constructor called.
 */
export function hydrator(model: ModelClass, options: StateOptions = NO_OPTIONS): (values: Values) => ModelState {
  const Row = rowClass(model)
  if (Row !== null) {
    return (
      compile<(values: Values) => ModelState>(
        { Row, options },
        'return function (values) { return new Row(values, options) }',
      ) ?? ((values) => new Row(values, options))
    )
  }
  const fields = fieldsOf(model)
  return (values) => settle(construct(model, { kind: 'hydrate', values, options }, values, options), fields, null)
}
/** One instance around values; many of one kind are cheaper with `hydrator`. */
export const hydrate = (model: ModelClass, values: Values, options: StateOptions = NO_OPTIONS): ModelState => {
  const Row = rowClass(model)
  return Row !== null ? new Row(values, options) : hydrator(model, options)(values)
}

/** A function that makes an instance of the model without its constructors, or null where these have something to do. */
export function rowClass(model: ModelClass): Row | null {
  const known = rows.get(model)
  if (known !== undefined) return known
  const fields = fieldsOf(model)
  const { shape, associations } = model.modelDefinition
  const isPlain =
    fields.isPlain &&
    fields.assigned.size === 0 &&
    [...fields.defined].every((name) => shape.attributes.has(name) || associations.has(name))
  // A field may become an association later, when the other model is defined.
  if (!isPlain && fields.isPlain) return null
  const Row = isPlain ? rowFunction(model) : null
  rows.set(model, Row)
  return Row
}
function rowFunction(model: ModelClass): Row {
  const Row =
    compile<Row>(
      {},
      'return function (values, options) { this.dataValues = values; this.isNewRecord = false; this._previous = null; this._options = options }',
    ) ??
    (function (this: ModelState, values: Values, options: StateOptions) {
      this.dataValues = values
      this.isNewRecord = false
      this._previous = null
      this._options = options
    } as unknown as Row)
  Object.defineProperty(Row, 'prototype', { value: model.prototype })
  return Row
}
