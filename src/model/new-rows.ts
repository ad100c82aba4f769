/**
 * From values to new instances: the cheapest way there is for a model, with code made for each set of names that values come with. Models
 * whose constructors have work to do, or whose attributes have setters, are built by `model/state`; so is whatever holds more than attributes.
 */
import { compile } from '../base/compile.js'
import { isFragment } from '../sql/fragments.js'
import { AbstractType } from '../types/data-type.js'
import type { Attribute } from './attribute.js'
import { defaultOf } from './attribute.js'
import type { ModelClass, ModelShape } from './definition.js'
import { fieldsOf } from './fields.js'
import { rowClass } from './rows.js'
import type { ModelState, StateOptions, Values } from './state.js'
import { build, Given, NO_OPTIONS } from './state.js'

type Builder = (values: Values, options: StateOptions) => ModelState | null
interface Kept {
  readonly shape: ModelShape
  readonly builder: Builder | null
}
const kept = new WeakMap<ModelClass, Kept>()
/** As many as there are bits. */
const MOST_ATTRIBUTES = 30
/** Sets of names that code is made for. */
const MOST_SETS = 100

/** A new instance: defaults, then the values, through setters. */
export function buildNew(model: ModelClass, values: Values, options: StateOptions = NO_OPTIONS): ModelState {
  const { shape } = model.modelDefinition
  let found = kept.get(model)
  if (found === undefined || found.shape !== shape) {
    found = { shape, builder: builderOf(model, shape) }
    kept.set(model, found)
  }
  return (
    (found.builder !== null && options.raw !== true && options.isNewRecord !== false
      ? found.builder(values, options)
      : null) ?? build(model, values, options)
  )
}

function builderOf(model: ModelClass, shape: ModelShape): Builder | null {
  const { all } = shape
  if (shape.hasSetters || all.length > MOST_ATTRIBUTES || all.some(({ attributeName }) => attributeName in PLAIN))
    return null
  const fields = fieldsOf(model)
  const Row = fields.isPlain && fields.defined.size === 0 && fields.assigned.size === 0 ? rowClass(model) : null
  if (Row === null) return null
  const makers = new Map<number, unknown>()
  const makerOf = (bits: number): unknown => {
    if (makers.size >= MOST_SETS) return null
    const maker = compileMaker(Row, shape, bits)
    makers.set(bits, maker)
    return maker
  }
  const names = all.map((_, at) => `v${at}`)
  const reads = all.map(({ attributeName }, at) => `v${at} = values[${JSON.stringify(attributeName)}]`)
  const tests = all.map((_, at) => `if (v${at} !== undefined) { bits |= ${1 << at}; given += 1 }`)
  return compile<Builder>(
    { PLAIN, makers, makerOf },
    `return function (values, options) {
      const prototype = Object.getPrototypeOf(values)
      if (prototype !== PLAIN && prototype !== null) return null
      const ${reads.length > 0 ? reads.join(', ') : 'none = 0'}
      let bits = 0, given = 0
      ${tests.join('\n')}
      for (const _name in values) given -= 1
      if (given !== 0) return null
      const make = makers.get(bits) ?? makerOf(bits)
      return make === null ? null : make(${[...names, 'options'].join(', ')})
    }`,
  )
}
const PLAIN = Object.prototype

/** Makes the instance of values of which those are given whose bits are set. */
function compileMaker(Row: unknown, shape: ModelShape, bits: number): unknown {
  const scope: Record<string, unknown> = { Row, defaultOf }
  const parts: string[] = []
  const names: string[] = []
  for (const [at, attribute] of shape.all.entries()) {
    const name = JSON.stringify(attribute.attributeName)
    if ((bits & (1 << at)) !== 0) {
      names.push(attribute.attributeName)
      if (isTakenAsItIs(attribute)) parts.push(`${name}: v${at}`)
      else {
        scope[`take${at}`] = (value: unknown): unknown =>
          value === null || isFragment(value) ? value : attribute.type.sanitize(value)
        parts.push(`${name}: take${at}(v${at})`)
      }
    } else if (shape.defaults.includes(attribute)) {
      scope[`a${at}`] = attribute
      parts.push(`${name}: defaultOf(a${at})`)
    } else if (attribute.primaryKey) parts.push(`${name}: null`)
  }
  scope.given = names.length === 0 ? null : new Given(names)
  return compile(
    scope,
    `return function (${[...shape.all.map((_, at) => `v${at}`), 'options'].join(', ')}) {
      const row = new Row({ ${parts.join(', ')} }, options)
      row.isNewRecord = true
      row._previous = given
      return row
    }`,
  )
}

/** The type converts nothing. */
const isTakenAsItIs = ({ isVirtual, type }: Attribute): boolean =>
  isVirtual || (type.sanitize === AbstractType.prototype.sanitize && !('_sanitize' in type))
