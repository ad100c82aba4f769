/**
 * A call such as `User.hasOne(Task, options)`: its target is resolved, now or when it is there, its options are read, its hooks run, and
 * `declaration` works it out. Comes from `api/model` and the decorators; changes the definitions of both models.
 * Docs: associations/has-one, associations/belongs-to.
 */
import type { ModelClass } from '../model/definition.js'
import type { AssociationContext } from './context.js'
import type { OneKind } from './declaration.js'
import { create, Declaration } from './declaration.js'
import { OneAssociation } from './one.js'
import type { Given } from './options.js'
import { describeCall, readOptions } from './options.js'
import { dropRelation } from './registry.js'
import { resolveTarget } from './target.js'

const METHOD = { HasOne: 'hasOne', BelongsTo: 'belongsTo' } as const

/**
 * Defines an association and returns it. `target` is a model, or a function that returns one (for modules that import each other); where
 * the function has no model to give yet, the association is completed by `settleAssociations`.
 * Throws AssociationError that names both models for anything that cannot be; nothing is defined then.
 */
export function defineAssociation(
  kind: OneKind,
  source: ModelClass,
  target: unknown,
  options: unknown,
  context: AssociationContext,
): OneAssociation {
  const describe = (name: string): string => describeCall(source.name, METHOD[kind], name, options)
  const resolve = (final: boolean) => resolveTarget({ source, method: METHOD[kind], describe }, target, context, final)
  const resolved = resolve(false)
  if ('model' in resolved) {
    const call = describe(resolved.model.name)
    return declare(kind, source, resolved.model, readOptions(kind, options, call), call, context)
  }
  const call = describe(resolved.waitingFor)
  const given = readOptions(kind, options, call)
  const association = create(kind, context, call)
  context.pending.push({
    source,
    description: call,
    settle(final) {
      const again = resolve(final)
      if (!('model' in again)) return false
      declare(kind, source, again.model, given, describe(again.model.name), context, association)
      return true
    },
  })
  return association
}

/**
 * Completes the associations that waited for their target. Call it after a model was defined; with `final` (before sync, and before the
 * first statement) what still waits throws, naming the pair of models.
 */
export function settleAssociations(context: AssociationContext, final = false): void {
  for (const pending of [...context.pending])
    if (pending.settle(final)) context.pending.splice(context.pending.indexOf(pending), 1)
}

/** Drops every association from and to a model: it was removed, or another model takes its name. */
export function forgetModel(model: ModelClass, context: AssociationContext): void {
  for (const association of [...model.modelDefinition.associations.values()]) {
    if (association instanceof OneAssociation) dropRelation(association.relation, context)
  }
}

function declare(
  kind: OneKind,
  source: ModelClass,
  target: ModelClass,
  given: Given,
  call: string,
  context: AssociationContext,
  made?: OneAssociation,
): OneAssociation {
  const { hooks } = source.modelDefinition
  const { sequelize } = source as unknown as { sequelize?: unknown }
  if (hooks.has('beforeAssociate'))
    hooks.runSync('beforeAssociate', { source, target, sequelize, type: kind }, given.raw)
  const association = new Declaration(kind, source, target, given, call, context).run(made)
  if (hooks.has('afterAssociate'))
    hooks.runSync('afterAssociate', { source, target, sequelize, type: kind, association }, given.raw)
  return association
}
