/** `Identifier`, which is two things in Sequelize: the class behind `sql.identifier()`, and the type of a primary key's value. */
import { Identifier as IdentifierFragment } from '../sql/fragments.js'
import type { PrimaryKeyValue } from './types/infer.js'

export const Identifier = IdentifierFragment
export type Identifier = PrimaryKeyValue
