/**
 * What plain links of an association need: texts and binders, made once. For `plain-link`, which takes the place without looking, and
 * `plain-link-look`, which looks first.
 */
import type { Association, KeyPair } from '../association/association.js'
import { isBound } from '../association/bound.js'
import type { Origin } from '../connect/driver.js'
import { originOf } from '../connect/driver.js'
import type { Runtime } from '../dialect/runtime.js'
import type { Attribute } from '../model/attribute.js'
import type { ModelShape } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import { all, call, column, compare, NULL, param, raw } from '../sql/expr.js'
import type { LockClause, QueryNode, SelectNode, UpdateNode } from '../sql/query.js'
import { select } from '../sql/query.js'
import { lockNode } from './link-step.js'
import type { WriteOptions } from './options.js'
import type { Memory } from './remember.js'
import { conditionOf, returningOf } from './statements.js'

type Bind = (value: unknown) => unknown

export interface Plan {
  readonly shape: ModelShape
  readonly sourceShape: ModelShape
  readonly keys: readonly KeyPair[]
  readonly origin: Origin
  /** Attribute of the source that the key refers to. */
  readonly from: string
  readonly foreignKey: Attribute
  readonly primaryKey: Attribute
  readonly sourceKey: Attribute
  readonly updatedAt: Attribute | null
  readonly bindKey: Bind
  readonly bindPrimary: Bind
  readonly bindSource: Bind
  readonly bindTime: Bind
  /** Gives the place to the instance. */
  readonly attach: string
  /** Takes the place from whoever has it, without a look. Null: this engine locks what such an UPDATE does not find. */
  readonly blind: Blind | null
  /** Where it does: what looks. */
  readonly looking: Looking | null
}

export interface Blind {
  /** Null: the engine locks no rows. */
  readonly lock: string | null
  readonly release: string
  /** The same, answering with the keys of the rows that were released. */
  readonly releaseTelling: string
  /** Release and attach in one, answering with `[HOLDER, key]` for each row that was released and `[TARGET, key]`; null: the engine, or the table, is not fit for it. */
  replace: string | null
}

/** Answers with `[SOURCE, null]`, `[HOLDER, key]` for each other row that has the place, and `[TARGET, key]`. */
export interface Looking {
  /** Locks the source and the target. */
  readonly look: string
  /** Locks the holders, too: in a transaction that may have begun to read before the source was locked. */
  readonly lookLocking: string
  /** Takes the place from so many holders and gives it to the target, in this order. */
  replace(holders: number): string
}
export const SOURCE = 0
export const HOLDER = 1
export const TARGET = 2

/** Names of what `replace` has done. */
const RELEASED = '_released'
const ATTACHED = '_attached'

/** What a link in progress knows. */
export interface Link {
  readonly runtime: Runtime
  readonly association: Association
  readonly source: ModelState
  readonly target: ModelState
  readonly plan: Plan
  readonly options: WriteOptions
  /** What the place is worth, and the instance's primary key. */
  readonly key: unknown
  readonly id: unknown
  /** It is part of the program's transaction. */
  readonly isInside: boolean
  readonly memory: Memory
}

/** Null: links of the association are never plain, as long as its models and its key are what they are. */
interface Kept {
  readonly shape: ModelShape
  readonly sourceShape: ModelShape
  readonly keys: readonly KeyPair[]
  readonly plan: Plan | null
}
const kept = new WeakMap<Association, Kept>()

export function planOf(runtime: Runtime, association: Association): Plan | null {
  const { shape } = association.target.modelDefinition
  const { shape: sourceShape } = association.source.modelDefinition
  const { keys } = association
  let found = kept.get(association)
  if (found === undefined || found.shape !== shape || found.sourceShape !== sourceShape || found.keys !== keys) {
    found = { shape, sourceShape, keys, plan: makePlan(runtime, association, shape, sourceShape) }
    kept.set(association, found)
  }
  return found.plan
}

function makePlan(
  { dialect }: Runtime,
  association: Association,
  shape: ModelShape,
  sourceShape: ModelShape,
): Plan | null {
  const definition = association.target.modelDefinition
  const { keys, target, source } = association
  const [primaryKey, sourceKey] = [shape.primaryKey[0], sourceShape.primaryKey[0]]
  const foreignKey = keys.length === 1 ? shape.attributes.get(keys[0]!.to) : undefined
  const { rowLocks, gapLocks, returning, updateLimit } = dialect.traits
  // An UPDATE that finds no row would lock the gap where it could stand.
  const looks = rowLocks && gapLocks === true
  if (
    foreignKey === undefined ||
    primaryKey === undefined ||
    sourceKey === undefined ||
    shape.primaryKey.length !== 1 ||
    sourceShape.primaryKey.length !== 1 ||
    foreignKey === primaryKey ||
    foreignKey.validate !== null ||
    shape.deletedAt !== null ||
    association.scope !== null ||
    association.isSymmetric === true ||
    association.isOneOfMany === true ||
    isBound(target.modelDefinition) ||
    isBound(source.modelDefinition) ||
    !association.unlink().possible ||
    (looks ? !updateLimit : returning !== 'statement') ||
    // Their validators run on every save, and may look at anything.
    Object.keys(definition.settings.validate).length > 0 ||
    shape.all.some(({ isVirtual, validate }) => isVirtual && validate !== null)
  )
    return null
  const updatedAt = shape.updatedAt === null ? null : definition.attribute(shape.updatedAt)
  const { table } = definition
  const times = updatedAt === null ? [] : [{ column: updatedAt.columnName, value: param(undefined, updatedAt.type) }]
  const update = (clauses: Pick<UpdateNode, 'where'> & Partial<UpdateNode>): UpdateNode => ({
    kind: 'update',
    table,
    set: [{ column: foreignKey.columnName, value: param(undefined, foreignKey.type) }, ...times],
    orderBy: [],
    limit: null,
    returning: [],
    ...clauses,
  })
  const others = conditionOf([
    { attribute: foreignKey, op: '=', value: undefined },
    { attribute: primaryKey, op: '<>', value: undefined },
  ])
  const id = column(null, primaryKey.columnName)
  const itself = compare(id, '=', param(undefined, primaryKey.type))
  const print = (node: QueryNode): string => dialect.print(node).text
  const bindOf = ({ type }: Attribute): Bind => dialect.codec(type).toBind ?? ((value) => value)
  const lock = lockNode(source.modelDefinition, [{ attribute: sourceKey, value: undefined }])

  /** The link reads what the release returns, so it comes after it: a unique key is looked at when a row is written. */
  const replaceAtOnce = (): string => {
    const from = (name: string): SelectNode['from'] => ({ kind: 'table', table: { schema: null, name }, alias: null })
    const keysOf = (tag: number, name: string): SelectNode =>
      select({
        columns: [
          { expr: raw(String(tag)), alias: null },
          { expr: id, alias: null },
        ],
        from: from(name),
      })
    const count = select({
      columns: [{ expr: call('COUNT', [{ kind: 'star', table: null }]), alias: null }],
      from: from(RELEASED),
    })
    const isReleased = compare({ kind: 'subquery', select: count }, '>=', raw('0'))
    const returning = returningOf([primaryKey])
    return dialect.print({
      kind: 'with',
      parts: [
        { name: RELEASED, node: update({ where: others, returning }) },
        { name: ATTACHED, node: update({ where: all([itself, isReleased]), returning }) },
      ],
      body: { kind: 'union', selects: [keysOf(HOLDER, RELEASED), keysOf(TARGET, ATTACHED)] },
    }).text
  }

  const looking = (): Looking => {
    const found = (tag: number, where: SelectNode['where'], locking: LockClause | null): SelectNode =>
      select({
        columns: [
          { expr: raw(String(tag)), alias: null },
          { expr: id, alias: null },
        ],
        from: { kind: 'table', table, alias: null },
        where,
        lock: locking,
      })
    const look = (locking: LockClause | null): string =>
      dialect.print({
        kind: 'union',
        selects: [
          {
            ...lock,
            columns: [
              { expr: raw(String(SOURCE)), alias: null },
              { expr: NULL, alias: null },
            ],
          },
          found(HOLDER, others, locking),
          found(TARGET, itself, lock.lock),
        ],
      }).text
    const texts: string[] = []
    const replace = (holders: number): string =>
      print(
        update({
          set: [
            {
              column: foreignKey.columnName,
              value: {
                kind: 'case',
                // biome-ignore lint/suspicious/noThenProperty: the THEN of a CASE
                whens: [{ when: itself, then: param(undefined, foreignKey.type) }],
                otherwise: NULL,
              },
            },
            ...times,
          ],
          where: {
            kind: 'logic',
            op: 'or',
            items: [
              itself,
              {
                kind: 'logic',
                op: 'and',
                items: [
                  {
                    kind: 'in',
                    left: id,
                    items: Array.from({ length: holders }, () => param(undefined, primaryKey.type)),
                    negated: false,
                  },
                  compare(column(null, foreignKey.columnName), '=', param(undefined, foreignKey.type)),
                ],
              },
            ],
          },
          // A unique key is looked at row by row: who has the place goes first.
          orderBy: [{ expr: itself, direction: null, nulls: null }],
        }),
      )
    return {
      look: look(null),
      lookLocking: look(lock.lock),
      replace: (holders) => (texts[holders] ??= replace(holders)),
    }
  }

  return {
    shape,
    sourceShape,
    keys,
    origin: originOf(definition),
    from: keys[0]!.from,
    foreignKey,
    primaryKey,
    sourceKey,
    updatedAt,
    bindKey: bindOf(foreignKey),
    bindPrimary: bindOf(primaryKey),
    bindSource: bindOf(sourceKey),
    bindTime: updatedAt === null ? (value) => value : bindOf(updatedAt),
    attach: print(update({ where: itself })),
    blind: looks
      ? null
      : {
          lock: rowLocks ? print(lock) : null,
          release: print(update({ where: others })),
          releaseTelling: print(update({ where: others, returning: returningOf([primaryKey]) })),
          replace: rowLocks && dialect.traits.writesInWith !== undefined ? replaceAtOnce() : null,
        },
    looking: looks ? looking() : null,
  }
}
