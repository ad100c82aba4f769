// For importModels.
import { Model } from 'mortise'

export class ImportedUser extends Model {}
export const helper = () => {}
export default class ImportedPost extends Model {}
