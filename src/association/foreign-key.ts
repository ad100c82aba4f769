/**
 * What follows for a foreign key from what was said about it: its names, its type, whether it can be null, what happens on delete,
 * its indexes. Options of a relation in, `KeyFacts` out; nothing is changed here (`relation` applies the facts).
 * Docs: associations/faq; models/naming-strategies.
 */
import { camelize, lowerFirst, suggestion } from '../base/names.js'
import { AssociationError } from '../errors/association.js'
import type { Attribute } from '../model/attribute.js'
import type { IndexOptions, ModelClass } from '../model/definition.js'
import type { ReferentialAction } from '../schema/snapshot.js'
import type { DataType } from '../types/data-type.js'
import { normalizeType } from '../types/index.js'
import type { ForeignKeyConstraint } from './association.js'
import type { AssociationContext } from './context.js'
import type { GivenKey } from './options.js'
import { quoted } from './options.js'

export interface KeyFacts {
  readonly foreignKeys: readonly string[]
  readonly referencedKeys: readonly string[]
  readonly constraint: ForeignKeyConstraint | null
  readonly onDelete: ReferentialAction
  readonly onUpdate: ReferentialAction
  /** What the user wrote; null: `onDelete` is the default. */
  readonly declaredOnDelete: ReferentialAction | null
  /** Options for each attribute of the key, for `definition.mergeAttribute`. */
  readonly attributes: readonly Readonly<Record<string, unknown>>[]
  readonly indexes: readonly IndexOptions[]
}

export interface KeyQuestion {
  readonly owner: ModelClass
  readonly referenced: ModelClass
  readonly said: GivenKey
  /** Who said an option, for messages. */
  readonly saidBy: (option: keyof GivenKey) => string
  /** The name that a default foreign key is made from: the belongsTo's, or the referenced model's. */
  readonly keyName: string
  /** Scopes of the associations that read the key: a unique index covers their attributes too. */
  readonly scopes: readonly Readonly<Record<string, unknown>>[]
  /** Attributes as they were before this relation completed them. */
  readonly declared: (name: string) => Attribute | undefined
  readonly context: AssociationContext
}

/** Name of a model inside associations: its singular; `associationNaming: 'camel'` is Sequelize 7's rule. */
export function nameInAssociations(model: ModelClass): string {
  const { settings } = model.modelDefinition
  return settings.associationNaming === 'camel' ? lowerFirst(camelize(settings.name.singular)) : settings.name.singular
}

/** `customer` + `uuid` → `customerUuid`; the case of the name is kept. */
export const defaultForeignKeys = (name: string, keys: readonly string[]): readonly string[] =>
  keys.map((key) => camelize(`${name}_${key}`))

/** The attributes that a key of `referenced` consists of when none are named: its primary key. */
export function primaryKeysOf(
  referenced: ModelClass,
  call: string,
  option: 'sourceKey' | 'targetKey',
): readonly string[] {
  const names = referenced.modelDefinition.shape.primaryKey.map((attribute) => attribute.attributeName)
  if (names.length === 0)
    throw new AssociationError(
      `${call}: ${referenced.name} has no primary key that a foreign key could refer to. Name a unique attribute in ${option}.`,
    )
  return names
}

export function decideKey(question: KeyQuestion): KeyFacts {
  const { owner, referenced, said, saidBy, context } = question
  const option = saidBy('referencedKeys').includes('belongsTo') ? 'targetKey' : 'sourceKey'
  const referencedKeys = said.referencedKeys ?? primaryKeysOf(referenced, saidBy('foreignKeys'), option)
  const keyAttributes = referencedKeys.map((name) =>
    referencedAttribute(referenced, name, saidBy('referencedKeys'), option),
  )
  const foreignKeys = said.foreignKeys ?? defaultForeignKeys(question.keyName, referencedKeys)
  if (foreignKeys.length !== referencedKeys.length) {
    throw new AssociationError(
      `${saidBy('foreignKeys')}: the foreign key has ${count(foreignKeys)} (${foreignKeys.join(', ')}) but the key of ${referenced.name} that it refers to has ` +
        `${count(referencedKeys)} (${referencedKeys.join(', ')}). Name one attribute for each: foreignKey: [${referencedKeys.map((key) => `'…${key}'`).join(', ')}].`,
    )
  }
  const parts = foreignKeys.map((name, index) => decidePart(question, name, index, keyAttributes[index]!))
  const isNullable = parts.some((part) => part.allowNull)

  const wantsConstraint = said.constraints !== false
  if (said.required !== undefined) checkRequired(question, wantsConstraint)
  const declaredAction = (side: 'onDelete' | 'onUpdate'): ReferentialAction | null =>
    parts.find((part) => part.declared?.[side])?.declared?.[side] ?? null
  const onDelete =
    said.onDelete ??
    declaredAction('onDelete') ??
    (wantsConstraint ? (said.usualOnDelete ?? (isNullable ? 'SET NULL' : 'CASCADE')) : 'NO ACTION')
  const onUpdate = said.onUpdate ?? declaredAction('onUpdate') ?? (wantsConstraint ? 'CASCADE' : 'NO ACTION')
  if (wantsConstraint) {
    checkActions(question, { onDelete, onUpdate }, parts)
    checkReferencedKey(question, referencedKeys)
  } else if (said.onDelete !== undefined || said.onUpdate !== undefined) {
    const given = (['onDelete', 'onUpdate'] as const).filter((side) => said[side] !== undefined).join(' and ')
    context.warn(
      'MORTISE_W_ACTIONS_WITHOUT_CONSTRAINT',
      `${owner.name}.${foreignKeys.join()}`,
      `${saidBy('constraints')}: constraints are off, so the database does not get ${given}. ` +
        'It only tells Mortise what to do itself (hooks: true, soft deletes).',
    )
  }
  const deferrable = said.deferrable ?? parts[0]!.declared?.references?.deferrable ?? null
  const constraint: ForeignKeyConstraint | null = wantsConstraint
    ? Object.freeze({
        name: said.constraintName ?? null,
        attributes: foreignKeys,
        references: { model: referenced, attributes: referencedKeys },
        onDelete,
        onUpdate,
        deferrable,
      })
    : null
  return {
    foreignKeys,
    referencedKeys,
    constraint,
    onDelete,
    onUpdate,
    declaredOnDelete: said.onDelete ?? declaredAction('onDelete'),
    attributes: parts.map((part, index) =>
      constraint && parts.length === 1
        ? { ...part.options, ...referenceOptions(constraint, keyAttributes[index]!) }
        : part.options,
    ),
    indexes: decideIndexes(question, foreignKeys, constraint !== null),
  }
}

const count = (names: readonly string[]): string =>
  names.length === 1 ? 'one attribute' : `${names.length} attributes`

function referencedAttribute(model: ModelClass, name: string, call: string, option: string): Attribute {
  const { attributes } = model.modelDefinition.shape
  const attribute = attributes.get(name)
  if (!attribute || attribute.isVirtual) {
    throw new AssociationError(
      `${call}: ${option} is "${name}", but ${model.name} has no ${attribute ? 'column' : 'attribute'} of that name.${suggestion(name, attributes.keys())}`,
    )
  }
  return attribute
}

interface Part {
  readonly declared: Attribute | undefined
  readonly allowNull: boolean
  readonly options: Readonly<Record<string, unknown>>
}

function decidePart(question: KeyQuestion, name: string, index: number, key: Attribute): Part {
  const { owner, referenced, said, saidBy } = question
  const declared = question.declared(name)
  if (declared?.isVirtual)
    throw new AssociationError(
      `${saidBy('foreignKeys')}: the foreign key "${name}" is a virtual attribute of ${owner.name} and has no column.`,
    )
  const given = said.attributes?.[index] ?? {}
  const type =
    (declared && !isGeneratedKey(declared) ? declared.type : undefined) ??
    (given.type === undefined ? undefined : normalizeType(given.type)) ??
    key.type
  checkType(question, name, type, key, declared ? `${owner.name}.${name}` : saidBy('attributes'))
  if (said.constraints !== false && declared?.references) checkReferences(question, name, declared, key)
  const isPrimary = declared?.primaryKey === true || given.primaryKey === true
  const allowed = (declared?.raw.allowNull as boolean | undefined) ?? (given.allowNull as boolean | undefined)
  if (said.required !== undefined && allowed === true)
    throw new AssociationError(
      `${saidBy('required')}: required is "both", but the foreign key ${owner.name}.${name} allows null. Leave allowNull out, or leave \`required\` out.`,
    )
  const allowNull = !isPrimary && (allowed ?? said.required === undefined)
  const options: Record<string, unknown> = { ...given, type, allowNull }
  // A generated id that becomes a foreign key takes its values from the other row, not from a sequence.
  if (declared && isGeneratedKey(declared)) options.autoIncrement = false
  if (referenced === owner && isPrimary && question.said.foreignKeys?.[index] === key.attributeName) {
    throw new AssociationError(`${saidBy('foreignKeys')}: "${name}" of ${owner.name} cannot refer to itself.`)
  }
  return { declared, allowNull, options }
}

const isGeneratedKey = (attribute: Attribute): boolean => attribute.isGenerated && attribute.primaryKey

function referenceOptions(constraint: ForeignKeyConstraint, key: Attribute): Record<string, unknown> {
  const { schema, name } = constraint.references.model.modelDefinition.table
  return {
    references: {
      table: { tableName: name, schema, name },
      key: key.columnName,
      deferrable: constraint.deferrable,
      constraintName: constraint.name,
    },
    onDelete: constraint.onDelete,
    onUpdate: constraint.onUpdate,
  }
}

/** The user declared the attribute with `references` of its own: they must say the same. */
function checkReferences(question: KeyQuestion, name: string, declared: Attribute, key: Attribute): void {
  const there = declared.references!
  const { table } = question.referenced.modelDefinition
  const column = key.columnName
  if (
    there.table.name === table.name &&
    (there.table.schema ?? null) === (table.schema ?? null) &&
    there.key === column
  )
    return
  throw new AssociationError(
    `${question.saidBy('foreignKeys')}: the attribute ${question.owner.name}.${name} is declared with references to ${there.table.name}.${there.key}, but this association refers to ` +
      `${table.name}.${column}. Remove \`references\` from the attribute, or give the association another foreignKey (or constraints: false).`,
  )
}

const FAMILY: Readonly<Record<string, string>> = {
  TINYINT: 'integer',
  SMALLINT: 'integer',
  MEDIUMINT: 'integer',
  INTEGER: 'integer',
  BIGINT: 'integer',
  STRING: 'text',
  TEXT: 'text',
  CHAR: 'text',
  CITEXT: 'text',
  ENUM: 'text',
  UUID: 'uuid',
  DATE: 'date',
  DATEONLY: 'dateonly',
  BLOB: 'blob',
  BOOLEAN: 'boolean',
  DECIMAL: 'number',
  FLOAT: 'number',
  REAL: 'number',
  DOUBLE: 'number',
}

function checkType(question: KeyQuestion, name: string, type: DataType, key: Attribute, place: string): void {
  if (type === key.type) return
  const mine = FAMILY[type.key]
  const theirs = FAMILY[key.type.key]
  if (mine === undefined || theirs === undefined) return
  const referred = `${question.referenced.name}.${key.attributeName}`
  if (mine !== theirs) {
    throw new AssociationError(
      `${question.saidBy('foreignKeys')}: the foreign key ${question.owner.name}.${name} is ${type.key} (${place}), but ${referred} that it refers to is ${key.type.key}. Give both the same type, or leave the type of the foreign key out.`,
    )
  }
  if (
    mine === 'integer' &&
    (type.key !== key.type.key || Boolean(type.options.unsigned) !== Boolean(key.type.options.unsigned))
  ) {
    question.context.warn(
      'MORTISE_W_FOREIGN_KEY_TYPE',
      `${question.owner.name}.${name}`,
      `${question.owner.name}.${name} is ${describeType(type)}, but ${referred} that it refers to is ` +
        `${describeType(key.type)}. Some engines refuse such a foreign key: give both the same type, or leave the type of the foreign key out.`,
    )
  }
}

const describeType = (type: DataType): string => `${type.key}${type.options.unsigned ? ' UNSIGNED' : ''}`

/** What `required: 'both'` rests on. */
function checkRequired({ owner, referenced, saidBy, scopes }: KeyQuestion, wantsConstraint: boolean): void {
  const fail = (reason: string): never => {
    throw new AssociationError(`${saidBy('required')}: required is "both", ${reason}`)
  }
  if (owner === referenced)
    fail(
      `but ${owner.name} is associated with itself: the first row would need another one before it. Leave \`required\` out.`,
    )
  if (!wantsConstraint)
    fail(`which needs the foreign key constraint, and constraints are off. Leave one of the two out.`)
  if (scopes.length > 0)
    fail(
      'but another association over the same key has a scope, so several rows may have it. Leave one of the two out.',
    )
  if (owner.modelDefinition.settings.paranoid)
    fail(
      `but ${owner.name} is paranoid: a row that was only marked as deleted would leave its ${referenced.name} alone. Leave \`required\` or \`paranoid\` out.`,
    )
}

function checkActions(
  question: KeyQuestion,
  actions: { readonly onDelete: ReferentialAction; readonly onUpdate: ReferentialAction },
  parts: readonly Part[],
): void {
  const { owner, saidBy, context } = question
  for (const side of ['onDelete', 'onUpdate'] as const) {
    const action = actions[side]
    if (action === 'SET NULL' && parts.every((part) => !part.allowNull)) {
      throw new AssociationError(
        `${saidBy(side)}: ${side} is SET NULL, but the foreign key of ${owner.name} cannot be null. Allow null, or use CASCADE or RESTRICT.`,
      )
    }
    if (action === 'SET DEFAULT' && !context.traits.setDefaultAction) {
      throw new AssociationError(
        `${saidBy(side)}: ${side} is SET DEFAULT, which this database engine does not have. Use SET NULL, CASCADE or RESTRICT, or constraints: false.`,
      )
    }
  }
}

function checkReferencedKey(question: KeyQuestion, keys: readonly string[]): void {
  const { referenced, said, saidBy } = question
  if (said.allowNonUniqueKey === true || said.referencedKeys === undefined || isUniqueKey(referenced, keys)) return
  throw new AssociationError(
    `${saidBy('referencedKeys')}: ${keys.map((key) => `${referenced.name}.${key}`).join(' + ')} is neither the primary key nor unique, so a foreign key cannot refer to it. ` +
      `Make it unique (\`unique: true\`${keys.length > 1 ? ' with one name for all' : ''}), or turn the constraint off with constraints: false.`,
  )
}

/** True where the database keeps two rows from having equal values in these attributes. */
export function isUniqueKey(model: ModelClass, attributes: readonly string[]): boolean {
  const covered = new Set(attributes)
  return uniqueKeysOf(model).some((key) => key.every((name) => covered.has(name)))
}

/** Attribute names of the primary key and of each full (not partial) unique index over plain columns. */
export function uniqueKeysOf(model: ModelClass): readonly (readonly string[])[] {
  const { modelDefinition } = model
  const keys: string[][] = []
  const { primaryKey, attributes, byColumn } = modelDefinition.shape
  if (primaryKey.length > 0) keys.push(primaryKey.map((attribute) => attribute.attributeName))
  for (const index of modelDefinition.getIndexes()) {
    if (!(index.unique === true || index.type?.toUpperCase() === 'UNIQUE') || index.where !== undefined) continue
    const names = index.fields.map((field) => {
      const given =
        typeof field === 'string'
          ? field
          : ((field as { name?: unknown }).name ?? (field as { attribute?: unknown }).attribute)
      return typeof given !== 'string' ? undefined : attributes.has(given) ? given : byColumn.get(given)?.attributeName
    })
    if (names.length > 0 && names.every((name) => name !== undefined)) keys.push(names as string[])
  }
  return keys
}

function decideIndexes(
  question: KeyQuestion,
  foreignKeys: readonly string[],
  hasConstraint: boolean,
): readonly IndexOptions[] {
  const { owner, said } = question
  const indexes: IndexOptions[] = []
  const { deletedAt, primaryKey } = owner.modelDefinition.shape
  if (said.unique) {
    const name = typeof said.unique === 'string' ? said.unique : undefined
    // Soft-deleted rows keep their foreign key: they must not stand in the way of a new one.
    const where = deletedAt === null || !owner.modelDefinition.settings.paranoid ? {} : { where: { [deletedAt]: null } }
    const keys = new Set(question.scopes.map((scope) => Object.keys(scope).join('\0')))
    for (const scope of keys.size === 0 ? [''] : keys) {
      indexes.push({
        ...(name === undefined ? {} : { name }),
        fields: [
          ...foreignKeys,
          ...(scope === '' ? [] : scope.split('\0').filter((key) => !foreignKeys.includes(key))),
        ],
        unique: true,
        ...where,
        purpose: 'one-to-one',
      })
    }
    if (Object.keys(where).length === 0) return indexes
  }
  const leadsPrimaryKey = foreignKeys.every((name, index) => primaryKey[index]?.attributeName === name)
  if (
    said.index !== false &&
    !leadsPrimaryKey &&
    !(said.unique && indexes.every((index) => index.where === undefined))
  ) {
    indexes.push({
      ...(typeof said.index === 'string' ? { name: said.index } : {}),
      fields: [...foreignKeys],
      ...(hasConstraint ? { purpose: 'foreign-key' } : {}),
    })
  }
  return indexes
}

/** Says where two calls contradict each other, option by option. */
export function contradictions(before: GivenKey, now: GivenKey): string[] {
  const found: string[] = []
  const compare = (option: string, a: unknown, b: unknown): void => {
    if (a !== undefined && b !== undefined && text(a) !== text(b))
      found.push(`${option} is ${text(a)} there and ${text(b)} here`)
  }
  for (const option of [
    'foreignKeys',
    'constraints',
    'constraintName',
    'onDelete',
    'onUpdate',
    'deferrable',
    'unique',
    'index',
  ] as const) {
    compare(option === 'foreignKeys' ? 'foreignKey' : option, before[option], now[option])
  }
  compare('the key referred to', before.referencedKeys, now.referencedKeys)
  now.attributes?.forEach((attributes, index) => {
    for (const [name, value] of Object.entries(attributes))
      compare(`foreignKey.${name}`, before.attributes?.[index]?.[name], value)
  })
  return found
}

function text(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => text(item)).join(', ')
  if (typeof value === 'object' && value !== null)
    return 'key' in value ? String((value as DataType).key) : JSON.stringify(value)
  if (typeof value === 'function') return String((value as { key?: unknown }).key ?? value.name)
  return quoted(value)
}
