/** Sequelize 6's `Utils`, as far as programs and plugins use it. */
import type { Inflection } from '../base/names.js'
import { camelize, lowerFirst, pluralize, singularize, underscore, upperFirst, useInflection } from '../base/names.js'
import { Cast, Col, Fn, Json, Literal, SqlExpression, Where } from '../sql/fragments.js'
import { Op } from '../sql/op.js'
import { invokable } from '../types/data-type.js'

const removeTicks = (text: string, tick = '`'): string => text.replaceAll(tick, '')

/** @deprecated The words of Sequelize 6. */
export const Utils = Object.freeze({
  pluralize,
  singularize,
  camelize,
  underscore,
  underscoredIf: (text: string, condition: boolean): string => (condition ? underscore(text) : text),
  camelizeIf: (text: string, condition: boolean): string => (condition ? camelize(text) : text),
  uppercaseFirst: upperFirst,
  lowercaseFirst: lowerFirst,
  useInflection,
  addTicks: (text: string, tick = '`'): string => `${tick}${removeTicks(text, tick)}${tick}`,
  removeTicks,
  classToInvokable: invokable,
  /** Operator symbols among the keys. */
  getOperators: (value: object): symbol[] =>
    Object.getOwnPropertySymbols(value).filter((symbol) => OPERATORS.has(symbol)),
  getComplexKeys: (value: object): (string | symbol)[] => [
    ...Object.getOwnPropertySymbols(value).filter((symbol) => OPERATORS.has(symbol)),
    ...Object.keys(value),
  ],
  isWhereEmpty: (value: object | null | undefined): boolean => !value || Reflect.ownKeys(value).length === 0,
  SequelizeMethod: SqlExpression,
  Literal,
  Fn,
  Col,
  Cast,
  Json,
  Where,
})
const OPERATORS: ReadonlySet<symbol> = new Set(Object.values(Op as unknown as Record<string, symbol>))

export { type Inflection, useInflection }
