/**
 * Instances that hold other instances: what one's key depends on is written first, what depends on its key after it, all in one atomic
 * step, each object once. Comes from `save` (and so from `create` with `include`, and from `save({ cascade: true })`).
 * Docs: querying/insert ("Inserting Associated Records").
 */
import type { Association } from '../association/association.js'
import { inSchemaOf } from '../association/schema.js'
import { isPlainObject } from '../base/freeze.js'
import type { Steps } from '../base/steps.js'
import { carryOut, promised, wait } from '../base/steps.js'
import type { Runtime } from '../dialect/runtime.js'
import type { ModelDefinition } from '../model/definition.js'
import { ModelState, setRelation } from '../model/state.js'
import { agree } from './agree.js'
import { setPair } from './link-pair.js'
import type { WriteOptions } from './options.js'
import { execOf, stepOptions } from './options.js'
import { plainRows, savePlainRows } from './plain-graph.js'
import { saveRow } from './plain-save.js'
import { asModel } from './public.js'
import { changedOf, definitionOf, EXPECT_ROW } from './row.js'
import type { Snapshot } from './snapshot.js'
import { restore, setKey, snapshot } from './snapshot.js'
import type { ToSave } from './together.js'
import { saveTogether } from './together.js'

/** True when the instance holds an instance of an association. */
export function hasRelations(instance: ModelState, definition: ModelDefinition): boolean {
  const { dataValues } = instance
  for (const as of definition.associations.keys()) {
    const value = dataValues[as]
    if (typeof value === 'object' && value !== null) return true
  }
  return false
}

type Relation = readonly [Association, ModelState]
function relationsOf(instance: ModelState, definition: ModelDefinition): readonly Relation[] {
  const found: Relation[] = []
  for (const association of definition.associations.values())
    for (const target of targetsOf(instance, association)) found.push([association, target])
  return found
}
const NOBODY: readonly ModelState[] = []
/** The instances that an instance holds of an association. */
function targetsOf({ dataValues }: ModelState, { as }: Association): readonly ModelState[] {
  const value = dataValues[as]
  if (value instanceof ModelState) return [value]
  return Array.isArray(value) ? (value as unknown[]).filter((one) => one instanceof ModelState) : NOBODY
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

/** Two rows that an association is to link. */
interface Link {
  readonly source: ModelState
  readonly association: Association
  readonly target: ModelState
}
interface Graph {
  readonly runtime: Runtime
  /** Options of the steps below the roots. */
  readonly options: WriteOptions
  /** What each step inherits of them. */
  readonly step: WriteOptions
  /** The instances that the call is for, each with its own options. */
  readonly roots: ReadonlyMap<ModelState, WriteOptions>
  readonly visited: Set<ModelState>
  /** Visited instances whose rows wait for those of others, and what writes them. */
  readonly waiting: Map<ModelState, () => Steps<void>>
  /** What the instances held, for the case that something fails. */
  readonly before: Map<ModelState, Snapshot>
  readonly pairs: Link[]
  /** Keys that point forward, to a row that did not exist yet: set when everything is there. */
  readonly later: Link[]
  /** Pairs that a row between is to link, when both are there. */
  readonly links: Link[]
}

/** An instance of the graph, with the root that it was reached from. */
interface Held {
  readonly instance: ModelState
  readonly root: ModelState
}

/**
 * Saves an instance with everything new (with `cascade`: everything changed) that it holds. On failure the instances are as they were.
 * Without a promise where nothing has to be waited for.
 */
export function saveGraph(
  runtime: Runtime,
  root: ModelState,
  options: WriteOptions | undefined,
): ModelState | Promise<ModelState> {
  const plain = plainRows(runtime, root, options)
  if (plain !== null && plain.length > 1) {
    const written = savePlainRows(runtime, plain, options)
    return written instanceof Promise ? written.then(() => root) : root
  }
  const definition = definitionOf(root)
  const isAll = root.isNewRecord || options?.cascade === true
  const isWork = relationsOf(root, definition).some(([, held]) => isAll || held.isNewRecord)
  const saved = isWork
    ? carryOut(savingGraphs(runtime, new Map([[root, options ?? {}]]), options))
    : saveRow(runtime, root, definition, options)
  return saved instanceof Promise ? saved.then(() => root) : root
}

/** Saves several instances with what they hold, all or nothing. `options` are those of the call, the roots may have others. */
export function saveGraphs(
  runtime: Runtime,
  roots: ReadonlyMap<ModelState, WriteOptions>,
  options: WriteOptions | undefined,
): Promise<void> {
  return promised(() => carryOut(savingGraphs(runtime, roots, options)))
}

function* savingGraphs(
  runtime: Runtime,
  roots: ReadonlyMap<ModelState, WriteOptions>,
  options: WriteOptions | undefined,
): Steps<void> {
  const before = new Map<ModelState, Snapshot>()
  try {
    yield* wait(
      runtime.executor.atomicNow(execOf(options) ?? {}, (transaction) =>
        carryOut(writing(graphOf(runtime, roots, { ...options, transaction }, before))),
      ),
    )
  } catch (error) {
    for (const [instance, state] of before) restore(instance, state)
    throw error
  }
}

function graphOf(
  runtime: Runtime,
  roots: ReadonlyMap<ModelState, WriteOptions>,
  options: WriteOptions,
  before: Map<ModelState, Snapshot>,
): Graph {
  const { transaction } = options
  return {
    runtime,
    options,
    step: stepOptions(options),
    roots: new Map([...roots].map(([root, own]) => [root, { ...own, transaction }])),
    visited: new Set(),
    waiting: new Map(),
    before,
    pairs: [],
    later: [],
    links: [],
  }
}

function* writing(graph: Graph): Steps<void> {
  const { runtime, roots, step, later, links, pairs } = graph
  yield* visit(
    graph,
    [...roots.keys()].map((root) => ({ instance: root, root })),
  )
  for (const { source, association, target } of later) {
    const { values } = association.link(source, target)
    setKey(source, values)
    yield* wait(saveKey(graph, source, association, Object.keys(values)))
  }
  if (links.length > 0) yield* wait(insertLinks(graph))
  for (const { source, association, target } of pairs) {
    const name = `${association.source.name}.${association.as}`
    yield* wait(setPair(runtime, association, source, { instance: target }, step, name))
  }
}

/** Writes the key that an association has given to a row that is there. */
function saveKey(
  { runtime, step }: Graph,
  row: ModelState,
  association: Association,
  fields: readonly string[],
): unknown {
  return saveRow(runtime, row, definitionOf(row), {
    ...step,
    fields,
    association,
    reason: 'assign',
    [EXPECT_ROW]: true,
  })
}

/** All rows between of an association in one statement. */
async function insertLinks({ links, step, before }: Graph): Promise<void> {
  const byAssociation = new Map<Association, Link[]>()
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
    await own.bulkCreate(rows, { validate: true, ...step, association, reason: 'assign' })
  }
}

/**
 * Writes instances that are held side by side, with everything that they hold: what their keys depend on, then their own rows, together
 * where that can be, then what depends on theirs, association by association.
 */
function* visit(graph: Graph, held: readonly Held[]): Steps<void> {
  const done: Held[] = []
  const isNew = new Set<ModelState>()
  let ready: ToSave[] = []
  const write = function* (): Steps<void> {
    const saves = ready
    ready = []
    for (const { instance } of saves) graph.waiting.delete(instance)
    yield* saveTogether(graph.runtime, saves)
  }
  for (const one of held) {
    const { instance } = one
    if (graph.visited.has(instance) || !isWork(graph, instance)) continue
    graph.visited.add(instance)
    remember(graph, instance)
    if (instance.isNewRecord) isNew.add(instance)
    const linked = yield* visitBefore(graph, one)
    done.push(one)
    // An instance that only leads to others has nothing to save; its hooks would tell of a change that there is not.
    if (!graph.roots.has(instance) && !instance.isNewRecord && changedOf(instance).length === 0) continue
    ready.push({ instance, options: optionsOf(graph, one, linked) })
    graph.waiting.set(instance, write)
  }
  yield* write()
  for (const definition of new Set(done.map(({ instance }) => definitionOf(instance)))) {
    const own = done.filter(({ instance }) => definitionOf(instance) === definition)
    for (const association of definition.associations.values()) yield* visitBelow(graph, association, own)
    for (const association of definition.associations.values())
      if (association.saveOrder === 'between') yield* visitLinked(graph, association, own, isNew)
  }
}

/** What the instance's own key depends on. Returns the attributes that this gives a value. */
function* visitBefore(graph: Graph, { instance, root }: Held): Steps<string[]> {
  const linked: string[] = []
  for (const [association, target] of relationsOf(instance, definitionOf(instance))) {
    if (association.saveOrder !== 'before' || association.isSymmetric) continue
    yield* visit(graph, [{ instance: target, root }])
    const write = graph.waiting.get(target)
    if (write !== undefined) yield* write()
    if (target.isNewRecord) graph.later.push({ source: instance, association, target })
    else linked.push(...agree(instance, association.link(instance, target).values, association, instance, true))
  }
  return linked
}

function optionsOf(graph: Graph, { instance, root }: Held, linked: readonly string[]): WriteOptions {
  const options: WriteOptions = graph.roots.get(instance) ?? {
    ...graph.step,
    ...(graph.options.validate === undefined ? {} : { validate: graph.options.validate }),
    parentRecord: root,
  }
  // The other end's key belongs to the row, whatever `fields` says.
  return Array.isArray(options.fields) ? { ...options, fields: [...(options.fields as string[]), ...linked] } : options
}

/** What depends on the instances' keys, of one association of all of them. */
function* visitBelow(graph: Graph, association: Association, own: readonly Held[]): Steps<void> {
  const below: Held[] = []
  for (const { instance, root } of own) {
    for (const target of targetsOf(instance, association)) {
      if (association.isSymmetric) yield* visitPartner(graph, association, instance, { instance: target, root })
      if (association.saveOrder !== 'after' || association.isSymmetric) continue
      const { values } = association.link(instance, target)
      remember(graph, target)
      const keys = agree(target, values, association, instance, target.isNewRecord)
      if (!graph.visited.has(target) && isWork(graph, target)) below.push({ instance: target, root })
      else if (!target.isNewRecord && keys.length > 0) {
        yield* wait(saveKey(graph, target, association, keys))
      }
    }
  }
  yield* visit(graph, below)
}

/** Rows on the other side of a table between; the rows between follow when all are there. */
function* visitLinked(
  graph: Graph,
  association: Association,
  own: readonly Held[],
  isNew: ReadonlySet<ModelState>,
): Steps<void> {
  const beyond: Held[] = []
  for (const { instance, root } of own) {
    for (const target of targetsOf(instance, association)) {
      const link = target.dataValues[association.between!.as]
      const isLinked = link instanceof ModelState && !link.isNewRecord
      if (!isLinked && (isNew.has(instance) || target.isNewRecord))
        graph.links.push({ source: instance, association, target })
      remember(graph, target)
      beyond.push({ instance: target, root })
    }
  }
  yield* visit(graph, beyond)
}

/** The partner's own row first; the two are linked when the whole graph is written. */
function* visitPartner(graph: Graph, association: Association, source: ModelState, held: Held): Steps<void> {
  const target = held.instance
  remember(graph, target)
  const isKnown = graph.pairs.some(
    (pair) => pair.association === association && pair.source === target && pair.target === source,
  )
  if (!isKnown) graph.pairs.push({ association, source, target })
  yield* visit(graph, [held])
}

/** How an instance was before anything of it changed, the key that its holder gives it included. */
function remember({ before }: Graph, instance: ModelState): void {
  if (!before.has(instance)) before.set(instance, snapshot(instance))
}

/** What the call is for and new instances are written; existing ones only with `cascade`. */
const isWork = ({ roots, options }: Graph, instance: ModelState): boolean =>
  roots.has(instance) || instance.isNewRecord || options.cascade === true
