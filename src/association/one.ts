/** What hasOne and belongsTo have in common: sides of a foreign key that lead to at most one row each. */
import { upperFirst } from '../base/names.js'
import type { ModelState } from '../model/state.js'
import type { Accessors } from './association.js'
import { KeyAssociation } from './side.js'

export abstract class OneAssociation extends KeyAssociation {
  get cardinality(): 'one' {
    return 'one'
  }

  /** Names of the mixins. A one-to-one's name is used as it is, only its first letter is raised. */
  get accessors(): Accessors {
    const { as } = this
    if (this.#accessors?.as !== as) this.#accessors = { as, names: this.#namesFor(upperFirst(as)) }
    return this.#accessors.names
  }
  #accessors: { readonly as: string; readonly names: Accessors } | null = null

  #namesFor(name: string): Accessors {
    return {
      get: `get${name}`,
      set: `set${name}`,
      create: `create${name}`,
      build: `build${name}`,
      getOrCreate: `getOrCreate${name}`,
      upsert: `upsert${name}`,
    }
  }

  getOrCreate(source: ModelState, values?: object, options?: object): Promise<unknown> {
    return this.actions.getOrCreate(this, source, values, options)
  }
  upsert(source: ModelState, values?: object, options?: object): Promise<unknown> {
    return this.actions.upsert(this, source, values, options)
  }

  /** Exchanges the rows of two sources. */
  swap(a: ModelState, b: ModelState, options?: object): Promise<void> {
    return this.actions.swap(this, a, b, options)
  }
}
