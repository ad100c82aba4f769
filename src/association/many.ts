/** Names of what leads to many rows: the association itself is named in the plural, methods for one row in the singular. */
import { camelize, lowerFirst, upperFirst } from '../base/names.js'
import type { ModelClass } from '../model/definition.js'
import type { Accessors } from './association.js'

export interface Names {
  readonly singular: string
  readonly plural: string
}

/** Names of a model inside to-many associations; `associationNaming: 'camel'` is Sequelize 7's rule. */
export function manyNames(model: ModelClass): Names {
  const { name, associationNaming } = model.modelDefinition.settings
  if (associationNaming !== 'camel') return name
  return { singular: lowerFirst(camelize(name.singular)), plural: lowerFirst(camelize(name.plural)) }
}

/** The mixins: `tasks` → `getTasks`, `addTask`, `addTasks`, … */
export function manyAccessors(name: Names): Accessors {
  const one = upperFirst(name.singular)
  const many = upperFirst(name.plural)
  return {
    get: `get${many}`,
    set: `set${many}`,
    addMultiple: `add${many}`,
    add: `add${one}`,
    create: `create${one}`,
    remove: `remove${one}`,
    removeMultiple: `remove${many}`,
    hasSingle: `has${one}`,
    hasAll: `has${many}`,
    count: `count${many}`,
  }
}
