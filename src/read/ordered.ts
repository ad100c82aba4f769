/** Types that an engine can hold and not put in order (exact decimals as text): asking which value is greater is refused, instead of answered wrongly. */
import type { Runtime } from '../dialect/runtime.js'
import { UnsupportedFeatureError } from '../errors/base.js'
import type { Operand } from './attribute-key.js'

/** Throws `UnsupportedFeatureError` where the engine would compare the operand's values letter by letter. */
export function assertOrdered({ type, label }: Operand, use: string, { dialect }: Runtime): void {
  const reason = type === null ? undefined : dialect.codec(type).unordered
  if (reason !== undefined)
    throw new UnsupportedFeatureError(`${label} cannot be put in order, which ${use} needs. ${reason}`)
}
