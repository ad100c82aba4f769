/** Models without a database, for the tests of this folder. */
import type { ModelClass, ModelDefinition } from '../../../src/model/definition.js'
import { createDefinition } from '../../../src/model/definition.js'
import type { Hooks } from '../../../src/model/hooks.js'
import { ModelState } from '../../../src/model/state.js'

type Options = Readonly<Record<string, unknown>>

/** Stands for the API's `Model`: the classes of a test extend it. */
export class Base extends ModelState {
  static definition: ModelDefinition | undefined
  static get modelDefinition(): ModelDefinition {
    if (!this.definition) throw new Error(`${this.name} is not initialised`)
    return this.definition
  }
  save(): string {
    return 'saved'
  }
}
export type TestModel = ModelClass & typeof Base & (new (values?: object, options?: object) => Instance)
export type Instance = ModelState & Record<string, unknown>

/** Defines a class that exists already. */
export function init(
  model: unknown,
  attributes: Options,
  options: Options = {},
  defaults: Options = {},
  parentHooks: Hooks | null = null,
): TestModel {
  const given = model as TestModel
  Object.defineProperty(given, 'definition', {
    value: createDefinition(given, attributes, options, defaults, parentHooks),
    configurable: true,
    writable: true,
  })
  return given
}
/** A model without timestamps, unless the options say so. */
export function define(
  modelName: string,
  attributes: Options,
  options: Options = {},
  defaults: Options = {},
  parentHooks: Hooks | null = null,
): TestModel {
  return init(class extends Base {}, attributes, { timestamps: false, ...options, modelName }, defaults, parentHooks)
}
