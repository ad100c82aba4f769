/**
 * Between Kysely's queries and the tables: names of models and attributes become those of tables and columns, and what comes back gets the
 * names and the values of the attributes. Only plain columns are known by their table; what is calculated is left as it comes.
 */
import type {
  KyselyPlugin,
  OperationNode,
  PluginTransformQueryArgs,
  PluginTransformResultArgs,
  QueryId,
  QueryResult,
  RootOperationNode,
  UnknownRow,
} from 'kysely'
import {
  AliasNode,
  ColumnNode,
  IdentifierNode,
  OperationNodeTransformer,
  ReferenceNode,
  SchemableIdentifierNode,
  SelectAllNode,
  TableNode,
} from 'kysely'
import type { KnownColumn, KnownTable, KyselySchema } from './schema.js'

/** By the name in a row: the attribute that it is, and how its values are read. */
type Output = ReadonlyMap<string, { readonly name: string; readonly fromRow: KnownColumn['fromRow'] }>

export class ModelsPlugin implements KyselyPlugin {
  readonly #schema: KyselySchema
  readonly #outputs = new WeakMap<QueryId, Output>()

  constructor(schema: KyselySchema) {
    this.#schema = schema
  }

  transformQuery({ node, queryId }: PluginTransformQueryArgs): RootOperationNode {
    const output = outputOf(this.#schema, node)
    if (output.size > 0) this.#outputs.set(queryId, output)
    return new Renamer(this.#schema, aliasesOf(node)).transformNode(node, queryId)
  }

  async transformResult({ result, queryId }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    const output = this.#outputs.get(queryId)
    if (output === undefined || result.rows.length === 0) return result
    return { ...result, rows: result.rows.map((row) => read(row, output)) }
  }
}

function read(row: UnknownRow, output: Output): UnknownRow {
  const values: UnknownRow = {}
  for (const key of Object.keys(row)) {
    const known = output.get(key)
    const value = row[key]
    values[known?.name ?? key] = known?.fromRow && value !== null ? known.fromRow(value) : value
  }
  return values
}

/** Names of tables and columns, wherever they stand. An alias of a query means itself, also where a model has that name. */
class Renamer extends OperationNodeTransformer {
  readonly #schema: KyselySchema
  readonly #aliases: ReadonlySet<string>

  constructor(schema: KyselySchema, aliases: ReadonlySet<string>) {
    super()
    this.#schema = schema
    this.#aliases = aliases
  }

  protected override transformTable(node: TableNode, queryId?: QueryId): TableNode {
    const { schema, identifier } = node.table
    const known = schema === undefined ? this.#schema.tables.get(identifier.name) : undefined
    if (known === undefined || this.#aliases.has(identifier.name)) return super.transformTable(node, queryId)
    const { name } = known
    return TableNode.create(name.name).table.identifier.name === identifier.name && name.schema === null
      ? super.transformTable(node, queryId)
      : {
          ...TableNode.create(name.name),
          table:
            name.schema === null
              ? SchemableIdentifierNode.create(name.name)
              : SchemableIdentifierNode.createWithSchema(name.schema, name.name),
        }
  }

  protected override transformColumn(node: ColumnNode, queryId?: QueryId): ColumnNode {
    const column = this.#schema.columnOf.get(node.column.name)
    return column === undefined || column === node.column.name
      ? super.transformColumn(node, queryId)
      : ColumnNode.create(column)
  }
}

function aliasesOf(node: OperationNode): ReadonlySet<string> {
  const found = new Set<string>()
  const collector = new (class extends OperationNodeTransformer {
    protected override transformAlias(alias: AliasNode, queryId?: QueryId): AliasNode {
      if (IdentifierNode.is(alias.alias) && TableNode.is(alias.node)) found.add(alias.alias.name)
      return super.transformAlias(alias, queryId)
    }
  })()
  collector.transformNode(node)
  return found
}

// ---------------------------------------------------------------- what comes back
interface Source {
  readonly alias: string
  readonly table: KnownTable | null
}

function outputOf(schema: KyselySchema, node: RootOperationNode): Output {
  const output = new Map<string, { name: string; fromRow: KnownColumn['fromRow'] }>()
  const selections = selectionsOf(node)
  if (selections.length === 0) return output
  const sources = sourcesOf(schema, node)
  const put = (key: string, name: string, { fromRow }: KnownColumn): void => {
    // Two columns of one name: only the last is in the row, and which that is, the driver knows.
    if (output.has(key) && output.get(key)!.fromRow !== fromRow) output.set(key, { name, fromRow: null })
    else output.set(key, { name, fromRow })
  }
  for (const { selection } of selections) {
    const named = AliasNode.is(selection) && IdentifierNode.is(selection.alias) ? selection.alias.name : null
    const inner = AliasNode.is(selection) ? selection.node : selection
    const column = ReferenceNode.is(inner) ? inner.column : inner
    const from = ReferenceNode.is(inner) ? inner.table?.table.identifier.name : undefined
    const candidates = sources.filter((source) => from === undefined || source.alias === from)
    // A source that nothing is known of may be where it comes from.
    if (candidates.some((source) => source.table === null)) continue
    if (SelectAllNode.is(column)) {
      for (const { table } of candidates)
        for (const known of table!.columns.values()) put(known.column, known.attribute, known)
    } else if (ColumnNode.is(column)) {
      const wanted = schema.columnOf.get(column.column.name) ?? column.column.name
      const found = candidates.flatMap(({ table }) => table!.columns.get(wanted) ?? [])
      if (found.length === 1) put(named ?? found[0]!.column, named ?? found[0]!.attribute, found[0]!)
    }
  }
  return output
}

interface Selecting {
  readonly selections?: readonly { readonly selection: OperationNode }[]
  readonly returning?: { readonly selections: readonly { readonly selection: OperationNode }[] }
  readonly from?: { readonly froms: readonly OperationNode[] }
  readonly joins?: readonly { readonly table: OperationNode }[]
  readonly table?: OperationNode
  readonly into?: OperationNode
}

const selectionsOf = (node: RootOperationNode): readonly { readonly selection: OperationNode }[] => {
  const { selections, returning } = node as Selecting
  return selections ?? returning?.selections ?? []
}

function sourcesOf(schema: KyselySchema, node: RootOperationNode): readonly Source[] {
  const { from, joins = [], table, into } = node as Selecting
  const nodes = [...(from?.froms ?? []), ...joins.map((join) => join.table), table, into]
  return nodes.flatMap((one) => (one === undefined ? [] : [sourceOf(schema, one)]))
}

function sourceOf({ tables }: KyselySchema, node: OperationNode): Source {
  if (AliasNode.is(node)) {
    const alias = IdentifierNode.is(node.alias) ? node.alias.name : ''
    return { alias, table: TableNode.is(node.node) ? (tables.get(node.node.table.identifier.name) ?? null) : null }
  }
  if (!TableNode.is(node)) return { alias: '', table: null }
  const { name } = node.table.identifier
  return { alias: name, table: tables.get(name) ?? null }
}
