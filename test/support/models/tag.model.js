import { Model } from 'mortise'
import { ImportedUser } from './user.model.js'

export { ImportedUser }
export class ImportedTag extends Model {}
