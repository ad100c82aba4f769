/**
 * A schema of `count` models and `queries` reads and writes of it, as data: each contender's writer spells the same program.
 * Models come in pairs with a one-to-one (`detail`, `owner`), and all of them make a tree with one-to-many (`lefts`, `rights`, `parent`).
 */
export type ColumnKind = 'string' | 'integer' | 'boolean' | 'double' | 'date' | 'text' | 'role'

export interface Column {
  readonly name: string
  readonly kind: ColumnKind
  readonly nullable: boolean
  readonly hasDefault: boolean
}
export interface Association {
  readonly kind: 'hasOne' | 'belongsTo' | 'hasMany'
  readonly name: string
  readonly target: string
  readonly foreignKey: string
  /** The association's name on the other side. */
  readonly inverse: string
}
export interface ModelSketch {
  readonly name: string
  readonly columns: readonly Column[]
  readonly foreignKeys: readonly string[]
  readonly associations: readonly Association[]
}
export const QUERY_KINDS = ['list', 'tree', 'detail', 'narrow', 'create', 'update', 'children', 'count'] as const
export interface QuerySketch {
  readonly kind: (typeof QUERY_KINDS)[number]
  readonly model: ModelSketch
  /** A to-many association to include. */
  readonly many: Association
  /** A to-one association to include. */
  readonly one: Association
  /** A to-one association of what `many` leads to. */
  readonly nested: Association
}
export interface Schema {
  readonly models: readonly ModelSketch[]
  readonly queries: readonly QuerySketch[]
}

const column = (name: string, kind: ColumnKind, nullable: boolean, hasDefault = false): Column => ({
  name,
  kind,
  nullable,
  hasDefault,
})
const COLUMNS: readonly Column[] = [
  column('name', 'string', false),
  column('code', 'string', false),
  column('age', 'integer', true),
  column('active', 'boolean', false, true),
  column('score', 'double', true),
  column('bornAt', 'date', true),
  column('role', 'role', false, true),
  column('notes', 'text', true),
]

const nameOf = (index: number): string => `Item${index}`
const parentOf = (index: number): number => Math.floor((index - 1) / 2)

function associationsOf(index: number, count: number): Association[] {
  const associations: Association[] = []
  const even = index % 2 === 0
  if (even && index + 1 < count)
    associations.push({
      kind: 'hasOne',
      name: 'detail',
      target: nameOf(index + 1),
      foreignKey: 'ownerId',
      inverse: 'owner',
    })
  if (!even)
    associations.push({
      kind: 'belongsTo',
      name: 'owner',
      target: nameOf(index - 1),
      foreignKey: 'ownerId',
      inverse: 'detail',
    })
  if (index > 0)
    associations.push({
      kind: 'belongsTo',
      name: 'parent',
      target: nameOf(parentOf(index)),
      foreignKey: 'parentId',
      inverse: even ? 'rights' : 'lefts',
    })
  const children = [['lefts', 2 * index + 1] as const, ['rights', 2 * index + 2] as const]
  for (const [name, child] of children)
    if (child < count)
      associations.push({ kind: 'hasMany', name, target: nameOf(child), foreignKey: 'parentId', inverse: 'parent' })
  return associations
}

function modelAt(index: number, count: number): ModelSketch {
  const associations = associationsOf(index, count)
  const foreignKeys = associations.filter((each) => each.kind === 'belongsTo').map((each) => each.foreignKey)
  return { name: nameOf(index), columns: COLUMNS, foreignKeys, associations }
}

export function makeSchema(count: number, queries: number): Schema {
  const models = Array.from({ length: count }, (_, index) => modelAt(index, count))
  const byName = new Map(models.map((model) => [model.name, model]))
  // Inner nodes of the tree only: each has a to-many and a to-one association.
  const inner = Math.max(1, Math.floor((count - 2) / 2))
  return {
    models,
    queries: Array.from({ length: queries }, (_, index) => {
      const model = models[1 + ((index * 7) % (inner - 1))]!
      const many = model.associations.find((each) => each.kind === 'hasMany')!
      const one = model.associations.find((each) => each.kind !== 'hasMany')!
      const nested = byName.get(many.target)!.associations.find((each) => each.kind !== 'hasMany')!
      return { kind: QUERY_KINDS[index % QUERY_KINDS.length]!, model, many, one, nested }
    }),
  }
}

/** What a writer gives: the files of a program, and the place in one of them where completions are asked for. */
export interface Program {
  readonly files: { readonly [name: string]: string }
  /** The text after which the cursor stands, in `queries.ts`. */
  readonly cursor: string
  readonly compilerOptions?: { readonly experimentalDecorators?: boolean }
}
export type Writer = (schema: Schema) => Program
export const indent = (lines: readonly string[], depth = 1): string =>
  lines.map((line) => `${'  '.repeat(depth)}${line}\n`).join('')
