import type { DefineFunction, ModelFunction } from './types/define.js'
import type { QueryFunction } from './types/query.js'
import type { AssociateFunction } from './types/registry.js'
export declare class Sequelize {
  constructor(options?: object)
  define: DefineFunction
  model: ModelFunction
  associate: AssociateFunction
  query: QueryFunction
}
