/**
 * The options of a table: one spelling on both sides, and their text. `engine`, `charset`, `collate`, `comment` and `rowFormat` are kept by
 * the server and compared; a changed character set or collation is that of columns that are added later, as the servers have it. The counter's
 * start (`initialAutoIncrement`) is for new tables only. Names of engines and collations cannot be quoted, so they have to be words.
 * Neighbours: `canonical` and `introspect` use the spelling, `changes` the text.
 */
import { DefinitionError, UnsupportedFeatureError } from '../../errors/index.js'
import type { TableOptions, TableSnapshot } from '../../schema/snapshot.js'
import { tableKey } from '../../schema/snapshot.js'
import { text } from './text.js'

const WORDS = ['engine', 'charset', 'collate', 'rowFormat'] as const
/** `utf8` is what the servers call `utf8mb3` today. */
const ofToday = (name: string): string => name.replace(/^utf8(?=_|$)/, 'utf8mb3')
/** Engines that read foreign keys and forget them. */
const WITHOUT_KEYS: ReadonlySet<string> = new Set(['myisam', 'memory', 'heap', 'csv', 'archive', 'aria', 'merge'])

export function canonicalOptions({ table, options, foreignKeys }: TableSnapshot): TableOptions {
  for (const name of WORDS) {
    const value = options[name]
    if (value !== undefined && !/^\w+$/.test(value))
      throw new DefinitionError(
        `The option \`${name}\` of the table "${tableKey(table)}" must be a name of one word, got ${JSON.stringify(value)}.`,
      )
  }
  const { engine, charset, collate, rowFormat, initialAutoIncrement: start } = options
  if (engine !== undefined && foreignKeys.length > 0 && WITHOUT_KEYS.has(engine.toLowerCase()))
    throw new UnsupportedFeatureError(
      `The option \`engine\` of the table "${tableKey(table)}" is ${engine}, which keeps no foreign keys, but the table has some. Use InnoDB, or define the associations with \`foreignKeyConstraints: false\`.`,
    )
  if (start !== undefined && !(Number.isSafeInteger(start) && start > 0))
    throw new DefinitionError(
      `The option \`initialAutoIncrement\` of the table "${tableKey(table)}" must be a whole number above 0, got ${String(start)}.`,
    )
  return {
    ...options,
    ...(engine !== undefined && { engine: engine.toLowerCase() }),
    ...(charset !== undefined && { charset: ofToday(charset.toLowerCase()) }),
    ...(collate !== undefined && { collate: ofToday(collate.toLowerCase()) }),
    ...(rowFormat !== undefined && { rowFormat: rowFormat.toUpperCase() }),
  }
}

export function optionsText({
  engine,
  charset,
  collate,
  rowFormat,
  comment,
  initialAutoIncrement,
}: TableOptions): string {
  return [
    engine === undefined ? '' : `ENGINE=${engine}`,
    initialAutoIncrement === undefined ? '' : `AUTO_INCREMENT=${initialAutoIncrement}`,
    charset === undefined ? '' : `DEFAULT CHARSET=${charset}`,
    collate === undefined ? '' : `COLLATE=${collate}`,
    rowFormat === undefined ? '' : `ROW_FORMAT=${rowFormat}`,
    comment === undefined ? '' : `COMMENT=${text(comment)}`,
  ]
    .filter(Boolean)
    .join(' ')
}
