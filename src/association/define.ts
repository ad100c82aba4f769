/**
 * A call such as `User.hasOne(Task, options)`: its target is resolved, now or when it is there, its options are read, its hooks run, and
 * `declaration` works it out. Comes from `api/model` and the decorators; changes the definitions of both models.
 * Docs: associations/has-one, associations/has-many, associations/belongs-to,
 * associations/belongs-to-many.
 */
import type { ModelClass } from '../model/definition.js'
import type { Association, AssociationType } from './association.js'
import { BelongsToManyAssociation } from './belongs-to-many.js'
import type { AssociationContext } from './context.js'
import type { AssociationOfKind, KeyKind } from './declaration.js'
import { create, Declaration } from './declaration.js'
import { ManyDeclaration } from './many-declaration.js'
import { readManyOptions } from './many-options.js'
import { describeCall, readOptions } from './options.js'
import { dropRelation, unregister } from './registry.js'
import { KeyAssociation } from './side.js'
import type { TargetCall } from './target.js'
import { resolveTarget } from './target.js'

const METHOD = { HasOne: 'hasOne', HasMany: 'hasMany', BelongsTo: 'belongsTo', BelongsToMany: 'belongsToMany' } as const

export type AssociationOf<K extends AssociationType> = K extends KeyKind
  ? AssociationOfKind<K>
  : BelongsToManyAssociation

/**
 * Defines an association and returns it. `target` is a model, or a function that returns one (for modules that import each other); where
 * the function has no model to give yet, the association is completed by `settleAssociations`.
 * Throws AssociationError that names both models for anything that cannot be; nothing is defined then.
 */
export function defineAssociation<K extends AssociationType>(
  kind: K,
  source: ModelClass,
  target: unknown,
  options: unknown,
  context: AssociationContext,
): AssociationOf<K> {
  const describe = (name: string): string => describeCall(source.name, METHOD[kind], name, options)
  const calling = { source, method: METHOD[kind], describe }
  const work =
    kind === 'BelongsToMany' ? throughWork(calling, options, context) : keyWork(kind, calling, options, context)
  const resolve = (final: boolean) => {
    const resolved = resolveTarget(calling, target, context, final)
    return 'model' in resolved ? work.begin(resolved.model, final) : resolved
  }
  const resolved = resolve(false)
  if ('finish' in resolved) return resolved.finish() as AssociationOf<K>
  const association = work.waiting(describe(resolved.waitingFor))
  context.pending.push({
    source,
    description: describe(resolved.waitingFor),
    settle(final) {
      const again = resolve(final)
      if (!('finish' in again)) return false
      again.finish(association)
      return true
    },
  })
  return association as AssociationOf<K>
}

/** What is to be done for a kind of association, once the models are there. */
interface Work {
  /** The rest of the work, or what it waits for. */
  begin(
    target: ModelClass,
    final: boolean,
  ): { finish(made?: Association): Association } | { readonly waitingFor: string }
  /** The association of a call whose models are not there. The options are read at once all the same. */
  waiting(call: string): Association
}

function keyWork(kind: KeyKind, { source, describe }: TargetCall, options: unknown, context: AssociationContext): Work {
  return {
    begin(target) {
      const call = describe(target.name)
      const given = readOptions(kind, options, call)
      const declaration = new Declaration(kind, source, target, given, call, context)
      return {
        finish: (made) =>
          declare(kind, source, target, given.raw, () => declaration.run(made as KeyAssociation | undefined)),
      }
    },
    waiting(call) {
      readOptions(kind, options, call)
      return create(kind, context, call)
    },
  }
}

function throughWork(calling: TargetCall, options: unknown, context: AssociationContext): Work {
  const { source, describe } = calling
  return {
    begin(target, final) {
      const call = describe(target.name)
      const given = readManyOptions(options, call)
      const { model, settings } = given.through
      const between =
        typeof model === 'string'
          ? null
          : resolveTarget({ ...calling, describe: () => `${call}, through` }, model, context, final)
      if (between !== null && !('model' in between)) return between
      return {
        finish: (made) =>
          declare('BelongsToMany', source, target, given.raw, () => {
            const through = between?.model ?? context.throughModel(source, model as string, settings)
            return new ManyDeclaration(source, target, through, given, call, context).run(
              made as BelongsToManyAssociation | undefined,
            )
          }),
      }
    },
    waiting(call) {
      readManyOptions(options, call)
      return new BelongsToManyAssociation(context, call)
    },
  }
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
    if (association instanceof KeyAssociation) dropRelation(association.relation, context)
    if (association instanceof BelongsToManyAssociation)
      for (const side of [...association.facts.pair.sides]) unregister(side, context)
  }
}

function declare(
  type: AssociationType,
  source: ModelClass,
  target: ModelClass,
  options: object,
  run: () => Association,
): Association {
  const { hooks } = source.modelDefinition
  const { sequelize } = source as unknown as { sequelize?: unknown }
  if (hooks.has('beforeAssociate')) hooks.runSync('beforeAssociate', { source, target, sequelize, type }, options)
  const association = run()
  if (hooks.has('afterAssociate'))
    hooks.runSync('afterAssociate', { source, target, sequelize, type, association }, options)
  return association
}
