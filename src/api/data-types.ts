/** `DataTypes` as users see it: the classes of `src/types` with the types of their values. */
import { DataTypes as classes } from '../types/index.js'
import type { DataTypesNamespace } from './types/data-types.js'

/** Every data type: `DataTypes.STRING`, `DataTypes.STRING(100)`, `new DataTypes.STRING(100)`. Docs: models/data-types. */
export const DataTypes: DataTypesNamespace = classes as unknown as DataTypesNamespace
