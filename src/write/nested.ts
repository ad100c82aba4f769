/**
 * Instances that hold other instances: what one's key depends on is written first, what depends on its key after it, all in one atomic
 * step, each object once. Comes from `save` (and so from `create` with `include`, and from `save({ cascade: true })`).
 * Docs: querying/insert ("Inserting Associated Records").
 */
import type { Association } from '../association/association.js'
import { compositeKeyText } from '../association/key-text.js'
import { inSchemaOf } from '../association/schema.js'
import { isPlainObject } from '../base/freeze.js'
import type { Runtime } from '../dialect/runtime.js'
import { AssociationError } from '../errors/association.js'
import type { ModelDefinition } from '../model/definition.js'
import { ModelState, setRelation } from '../model/state.js'
import { setPair } from './link-pair.js'
import type { WriteOptions } from './options.js'
import { execOf, stepOptions } from './options.js'
import { asModel } from './public.js'
import { changedOf, definitionOf, EXPECT_ROW, saveOne } from './row.js'
import type { Snapshot } from './snapshot.js'
import { restore, setKey, snapshot } from './snapshot.js'

/** True when the instance holds an instance of an association. */
export function hasRelations(instance: ModelState, definition: ModelDefinition): boolean {
  const { dataValues } = instance
  for (const as of definition.associations.keys()) {
    const value = dataValues[as]
    if (typeof value === 'object' && value !== null) return true
  }
  return false
}

function* relationsOf(instance: ModelState, definition: ModelDefinition): Iterable<readonly [Association, ModelState]> {
  for (const [as, association] of definition.associations) {
    const value = instance.dataValues[as]
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value])
      if (one instanceof ModelState) yield [association, one]
  }
}

/** A change of an included instance would be lost without a word. */
export function warnOfDirtyRelations(runtime: Runtime, instance: ModelState, definition: ModelDefinition): void {
  for (const [association, held] of relationsOf(instance, definition)) {
    if (!held.isNewRecord && changedOf(held).length === 0) continue
    runtime.warn(
      'MORTISE_W_RELATION_NOT_SAVED',
      `${definition.modelName}.${association.as}`,
      `${definition.modelName}.save() does not save "${association.as}", which has ${held.isNewRecord ? 'never been saved' : `changed (${changedOf(held).join(', ')})`}. ` +
        `Save it itself, or use save({ cascade: true }).`,
    )
  }
}

/** Two rows of a symmetric association: linked when both are there. */
interface Pair {
  readonly association: Association
  readonly source: ModelState
  readonly target: ModelState
}
interface Graph {
  readonly runtime: Runtime
  readonly options: WriteOptions | undefined
  readonly root: ModelState
  readonly visited: Set<ModelState>
  /** What the instances held, for the case that something fails. */
  readonly before: Map<ModelState, Snapshot>
  readonly pairs: Pair[]
  /** Keys that point forward, to a row that did not exist yet: set when everything is there. */
  readonly later: { readonly source: ModelState; readonly association: Association; readonly target: ModelState }[]
  /** Pairs that a row between is to link, when both are there. */
  readonly links: { readonly source: ModelState; readonly association: Association; readonly target: ModelState }[]
}

/** Saves an instance with everything new (with `cascade`: everything changed) that it holds. On failure the instances are as they were. */
export async function saveGraph(
  runtime: Runtime,
  root: ModelState,
  options: WriteOptions | undefined,
): Promise<ModelState> {
  const definition = definitionOf(root)
  const isCascade = options?.cascade === true
  const work = [...relationsOf(root, definition)].some(([, held]) => held.isNewRecord || isCascade || root.isNewRecord)
  if (!work) {
    await saveOne(runtime, root, definition, options)
    return root
  }
  const before = new Map<ModelState, Snapshot>()
  try {
    await runtime.executor.atomic(execOf(options) ?? {}, async (transaction) => {
      const graph: Graph = {
        runtime,
        options: { ...options, transaction },
        root,
        visited: new Set(),
        before,
        pairs: [],
        later: [],
        links: [],
      }
      await visit(graph, root)
      for (const { source, association, target } of graph.later) {
        const { values } = association.link(source, target)
        setKey(source, values)
        await saveOne(runtime, source, definitionOf(source), {
          ...stepOptions(graph.options),
          fields: Object.keys(values),
          association,
          reason: 'assign',
          [EXPECT_ROW]: true,
        })
      }
      await insertLinks(graph)
      for (const { source, association, target } of graph.pairs)
        await setPair(
          runtime,
          association,
          source,
          { instance: target },
          stepOptions(graph.options),
          `${association.source.name}.${association.as}`,
        )
    })
  } catch (error) {
    for (const [instance, state] of before) restore(instance, state)
    throw error
  }
  return root
}

/** All rows between of an association in one statement. */
async function insertLinks({ links, options, before }: Graph): Promise<void> {
  const byAssociation = new Map<Association, typeof links>()
  for (const link of links) byAssociation.set(link.association, [...(byAssociation.get(link.association) ?? []), link])
  for (const [association, list] of byAssociation) {
    const { as, model } = association.between!
    const rows = list.map(({ source, target }) => {
      const given = target.dataValues[as]
      const own = asModel(inSchemaOf(model, definitionOf(source)))
      const row = given instanceof ModelState ? given : own.build(isPlainObject(given) ? given : {})
      if (!before.has(row)) before.set(row, snapshot(row))
      setKey(row, association.link(source, target).values)
      setRelation(target, as, row)
      return row
    })
    const own = asModel(inSchemaOf(model, definitionOf(list[0]!.source)))
    await own.bulkCreate(rows, { validate: true, ...stepOptions(options), association, reason: 'assign' })
  }
}

async function visit(graph: Graph, instance: ModelState): Promise<void> {
  graph.visited.add(instance)
  remember(graph, instance)
  const definition = definitionOf(instance)
  const relations = [...relationsOf(instance, definition)]
  const linked: string[] = []
  const isNew = instance.isNewRecord
  for (const [association, target] of relations) {
    if (association.saveOrder !== 'before' || association.isSymmetric) continue
    if (!graph.visited.has(target) && isWork(graph, target)) await visit(graph, target)
    if (target.isNewRecord) graph.later.push({ source: instance, association, target })
    else linked.push(...agree(instance, association.link(instance, target).values, association, instance, true))
  }
  const isRoot = instance === graph.root
  const options = isRoot
    ? graph.options
    : {
        ...stepOptions(graph.options),
        ...(graph.options?.validate === undefined ? {} : { validate: graph.options.validate }),
        parentRecord: graph.root,
      }
  // The other end's key belongs to the row, whatever `fields` says.
  const fields =
    options && 'fields' in options && Array.isArray(options.fields)
      ? { fields: [...(options.fields as string[]), ...linked] }
      : {}
  // An instance that only leads to others has nothing to save; its hooks would tell of a change that there is not.
  if (isRoot || instance.isNewRecord || changedOf(instance).length > 0)
    await saveOne(graph.runtime, instance, definition, { ...options, ...fields })

  for (const [association, target] of relations) {
    if (association.isSymmetric) await visitPartner(graph, association, instance, target)
    if (association.saveOrder !== 'after' || association.isSymmetric) continue
    const { values } = association.link(instance, target)
    const wasNew = target.isNewRecord
    remember(graph, target)
    const keys = agree(target, values, association, instance, wasNew)
    if (!graph.visited.has(target) && isWork(graph, target)) await visit(graph, target)
    else if (!target.isNewRecord && keys.length > 0) {
      await saveOne(graph.runtime, target, definitionOf(target), {
        ...stepOptions(graph.options),
        fields: keys,
        association,
        reason: 'assign',
        [EXPECT_ROW]: true,
      })
    }
  }

  for (const [association, target] of relations) {
    if (association.saveOrder !== 'between') continue
    const link = target.dataValues[association.between!.as]
    const isLinked = link instanceof ModelState && !link.isNewRecord
    if (!isLinked && (isNew || target.isNewRecord)) graph.links.push({ source: instance, association, target })
    remember(graph, target)
    if (!graph.visited.has(target) && isWork(graph, target)) await visit(graph, target)
  }
}

/** The partner's own row first; the two are linked when the whole graph is written. */
async function visitPartner(
  graph: Graph,
  association: Association,
  source: ModelState,
  target: ModelState,
): Promise<void> {
  remember(graph, target)
  const isKnown = graph.pairs.some(
    (pair) => pair.association === association && pair.source === target && pair.target === source,
  )
  if (!isKnown) graph.pairs.push({ association, source, target })
  if (!graph.visited.has(target) && isWork(graph, target)) await visit(graph, target)
}

/** How an instance was before anything of it changed, the key that its holder gives it included. */
function remember({ before }: Graph, instance: ModelState): void {
  if (!before.has(instance)) before.set(instance, snapshot(instance))
}

/** New instances are written; existing ones only with `cascade`. */
const isWork = (graph: Graph, instance: ModelState): boolean => instance.isNewRecord || graph.options?.cascade === true

/**
 * Sets the key of a relation. Where the instance has a value for it already, that must be the same one: a program that gives both a key
 * and an instance, and not the same, means something that cannot be guessed. Returns the attributes that changed.
 */
function agree(
  owner: ModelState,
  values: Readonly<Record<string, unknown>>,
  association: Association,
  holder: ModelState,
  isStrict: boolean,
): string[] {
  const definition = definitionOf(owner)
  const changed: string[] = []
  for (const [name, value] of Object.entries(values)) {
    const type = definition.attribute(name).type
    const before = owner.dataValues[name]
    const isSame = compositeKeyText([before], [type]) === compositeKeyText([value], [type])
    if (isSame) continue
    if (isStrict && before !== null && before !== undefined && association.foreignKeys.includes(name)) {
      throw new AssociationError(
        `${definition.modelName}.${name} is ${String(before)}, but "${association.as}" of ${definitionOf(holder).modelName} is a ${association.target.name} whose key makes it ${String(value)}. Give the foreign key or the instance, not both.`,
      )
    }
    setKey(owner, { [name]: value })
    changed.push(name)
  }
  return changed
}
