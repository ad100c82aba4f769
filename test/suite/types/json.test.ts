// JSON is searched alike on every engine: the same documents, the same conditions, the same rows. Docs: querying/json.
import {
  cast,
  col,
  DataTypes,
  fn,
  JSON_NULL,
  json,
  Op,
  or,
  SQL_NULL,
  sql,
  UnsupportedFeatureError,
  where,
} from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Database, Row, Table } from '../../support/untyped.js'

const DOCUMENTS: Readonly<Record<string, unknown>> = {
  belgian: {
    name: 'Ann',
    age: 20,
    address: { country: 'Belgium', street: 'Rue de la Loi', 'postal.code': 1040 },
    tags: ['a', 'b'],
    active: true,
    score: 1.5,
    passwords: [451, 'x'],
  },
  french: {
    name: 'Ben "le petit"',
    age: 9,
    address: { country: 'France', street: "L'avenue" },
    tags: [],
    active: false,
    nothing: null,
  },
  text: { name: 'null', age: '20', address: 'nowhere', 'say "hi"': 1, '': 'empty', $: 'dollar', "it's": 2 },
  list: [10, { age: 30 }, [1, [2]]],
  number: 5,
  string: 'Belgium',
  truth: true,
  nil: null,
  big: { age: 9007199254740991, units: '9007199254740993', name: '日本 😀' },
}

const CONDITIONS: readonly (readonly [title: string, where: object, found: readonly string[]])[] = [
  // Paths
  ['a path', { 'data.address.country': 'Belgium' }, ['belgian']],
  ['a nested object', { data: { address: { country: 'Belgium', street: 'Rue de la Loi' } } }, ['belgian']],
  ['a number', { 'data.age': 20 }, ['belgian']],
  ['text that looks like a number', { 'data.age': '20' }, ['text']],
  ['a fraction', { 'data.score': 1.5 }, ['belgian']],
  ['true', { 'data.active': true }, ['belgian']],
  ['false', { 'data.active': false }, ['french']],
  ['the word null', { 'data.name': 'null' }, ['text']],
  ['quotes in a value', { 'data.name': 'Ben "le petit"' }, ['french']],
  ['an apostrophe in a value', { 'data.address.street': "L'avenue" }, ['french']],
  ['characters of four bytes', { 'data.name': '日本 😀' }, ['big']],
  ['a place in a list', { 'data.tags[1]': 'b' }, ['belgian']],
  ['a place in a list of numbers', { 'data.passwords[0]': 451 }, ['belgian']],
  ['a list at the root', { 'data[0]': 10 }, ['list']],
  ['a place at the start of a nested key', { data: { '[0]': 10 } }, ['list']],
  ['a list in a list', { 'data[2][1][0]': 2 }, ['list']],
  ['an object in a list', { 'data[1].age': 30 }, ['list']],
  ['a key with a point', { 'data.address."postal.code"': 1040 }, ['belgian']],
  ['a key with quotes', { 'data."say \\"hi\\""': 1 }, ['text']],
  ['a key that is a dollar', { 'data.$': 'dollar' }, ['text']],
  ['a key with an apostrophe', { 'data."it\'s"': 2 }, ['text']],
  ['an integer of 53 bits', { 'data.age': 9007199254740991 }, ['big']],
  // Whole values
  ['an object', { 'data.address': { [Op.eq]: { country: 'France', street: "L'avenue" } } }, ['french']],
  ['an empty list', { 'data.tags': { [Op.eq]: [] } }, ['french']],
  ['a list', { 'data.tags': { [Op.eq]: ['a', 'b'] } }, ['belgian']],
  ['a number as the document', { data: { [Op.eq]: 5 } }, ['number']],
  ['text as the document', { data: { [Op.eq]: 'Belgium' } }, ['string']],
  ['true as the document', { data: true }, ['truth']],
  ['one of several', { 'data.age': { [Op.in]: [20, 9] } }, ['belgian', 'french']],
  ['one of a list', { 'data.name': ['Ann', 'null'] }, ['belgian', 'text']],
  ['none of several', { 'data.age': { [Op.notIn]: [20, 9] } }, ['text', 'big']],
  ['not equal', { 'data.age': { [Op.ne]: 20 } }, ['french', 'text', 'big']],
  // Null
  ['JSON null', { 'data.nothing': null }, ['french']],
  ['JSON null by its name', { 'data.nothing': JSON_NULL }, ['french']],
  ['JSON null as the document', { data: null }, ['nil']],
  ['SQL NULL as the document', { data: { [Op.is]: null } }, ['none']],
  ['SQL NULL by its name', { data: SQL_NULL }, ['none']],
  [
    'a missing key',
    { 'data.age': { [Op.is]: null } },
    ['french', 'list', 'number', 'string', 'truth', 'nil', 'none'].filter((name) => name !== 'french'),
  ],
  ['a key that is there', { 'data.nothing': { [Op.isNot]: null } }, ['french']],
  ['either null', or({ 'data.nothing': { [Op.eq]: null } }, { data: { [Op.is]: null } }), ['french', 'none']],
  // Unquoted and cast
  ['unquoted text', { 'data.address.country:unquote': 'Belgium' }, ['belgian']],
  ['unquoted text in a nested object', { data: { 'name:unquote': 'Ann' } }, ['belgian']],
  ['a pattern on unquoted text', { 'data.name:unquote': { [Op.like]: 'Ben%' } }, ['french']],
  ['a pattern', { 'data.name': { [Op.startsWith]: 'An' } }, ['belgian']],
  ['a part of a text', { 'data.name': { [Op.substring]: 'le petit' } }, ['french']],
  ['a cast', { 'data.age::decimal': { [Op.gt]: 18 }, 'data.name': { [Op.ne]: 'x' } }, ['belgian', 'text', 'big']],
  ['a nested cast', { data: { 'score::decimal(10,2)': 1.5 } }, ['belgian']],
  // Order
  ['greater', { 'data.score': { [Op.gt]: 1 } }, ['belgian']],
  ['between', { 'data.score': { [Op.between]: [1, 2] } }, ['belgian']],
  ['text in order', { 'data.address.country': { [Op.lt]: 'C' } }, ['belgian']],
  // Fragments
  [
    'sql.jsonPath',
    where(sql.unquote(sql.jsonPath(sql.attribute('data'), ['address', 'country'])), 'France'),
    ['french'],
  ],
  ['sql.jsonPath into a list', where(sql.unquote(sql.jsonPath(sql.attribute('data'), ['tags', 0])), 'a'), ['belgian']],
  ['sql.attribute with a path', where(sql.attribute('data.address.country:unquote'), Op.eq, 'France'), ['french']],
  ['json() with a value', json('data.address.country', 'Belgium'), ['belgian']],
  ['json() with a number', json('data.age', 20 as never), ['belgian']],
  ['json() with a boolean', json('data.active', false as never), ['french']],
  ['json() with conditions', json({ data: { address: { country: 'France' } } }), ['french']],
  ['where(json())', where(json('data.name'), 'Ann'), ['belgian']],
  ['a function of a path', where(fn('upper', json('data.address.country')), 'FRANCE'), ['french']],
  ['a cast of a path', where(cast(json('data.score'), 'decimal(10,2)'), { [Op.gt]: 1 }), ['belgian']],
  ['Op.not', { [Op.not]: { 'data.age': 20 }, 'data.tags': { [Op.isNot]: null } }, ['french']],
  ['Op.or', { 'data.name': { [Op.or]: ['Ann', 'null'] } }, ['belgian', 'text']],
]

describeEachEngine('JSON', (engine) => {
  async function filled(
    type: unknown,
  ): Promise<{ db: Database; Thing: Table; names: (where: object) => Promise<string[]> }> {
    const db = engine.script(await engine.connect())
    const Thing = db.define('Thing', { name: DataTypes.STRING, data: { type } }, { timestamps: false })
    await db.sync()
    await Thing.bulkCreate(Object.entries(DOCUMENTS).map(([name, data]) => ({ name, data })))
    await Thing.create({ name: 'none', data: sql`NULL` })
    const names = async (condition: object): Promise<string[]> =>
      (await Thing.findAll({ where: condition, order: ['id'] })).map((row) => row.name)
    return { db, Thing, names }
  }

  for (const [title, type] of Object.entries({ JSON: DataTypes.JSON, JSONB: DataTypes.JSONB })) {
    test(`${title}: the same rows for every condition`, async () => {
      const { names } = await filled(type)
      const wrong: unknown[] = []
      for (const [condition, given, expected] of CONDITIONS) {
        const found = await names(given).catch((error: Error) => `${error.name}: ${error.message}`)
        if (JSON.stringify(found) !== JSON.stringify(expected)) wrong.push({ condition, found, expected })
      }
      expect(wrong).toEqual([])
    })

    test(`${title}: selected, ordered and grouped by a path`, async () => {
      const { Thing } = await filled(type)
      const rows = await Thing.findAll({
        attributes: [
          'name',
          [sql.attribute('data.address.country:unquote'), 'country'],
          [sql.attribute('data.tags'), 'tags'],
        ],
        where: { 'data.address.country': { [Op.isNot]: null } },
        order: [[sql.attribute('data.address.country:unquote'), 'DESC']],
        raw: true,
      })
      expect(rows.map(({ name, country }) => [name, country])).toEqual([
        ['french', 'France'],
        ['belgian', 'Belgium'],
      ])
      const selected = await Thing.findOne({ attributes: [['data.address', 'address']], where: { name: 'french' } })
      expect(selected.get('address')).toEqual({ country: 'France', street: "L'avenue" })
    })

    test(`${title}: ordered by what a path finds, in pages, too`, async () => {
      const { Thing } = await filled(type)
      await Thing.destroy({ where: {} })
      const word = ['B', 'a', 'x', 'z']
      await Thing.bulkCreate([10, 2, 33, 9].map((n, at) => ({ name: `n${n}`, data: { n, word: word[at] } })))
      const names = (rows: readonly Row[]): string[] => rows.map(({ name }) => name as string)
      const byNumber = ['n2', 'n9', 'n10', 'n33']
      expect(names(await Thing.findAll({ order: [['data.n', 'ASC']] }))).toEqual(byNumber)
      expect(names(await Thing.findAll({ order: [[sql.attribute('data.n'), 'DESC']] }))).toEqual(
        [...byNumber].reverse(),
      )
      // B, a, x, z, or a, B, x, z: the collation decides.
      const words = names(await Thing.findAll({ order: [['data.word', 'DESC']] }))
      expect(words.slice(0, 2)).toEqual(['n9', 'n33'])
      const first = await Thing.findPage({ order: [['data.n', 'ASC']], first: 2 })
      const second = await Thing.findPage({ order: [['data.n', 'ASC']], first: 2, after: first.pageInfo.endCursor })
      expect(names([...first.items, ...second.items])).toEqual(byNumber)
    })
    test(`${title}: null is JSON null, and SQL NULL where it is said`, async () => {
      const { Thing, names } = await filled(type)
      const thing = await Thing.create({ name: 'new', data: null })
      expect(await names({ data: null })).toEqual(['nil', 'new'])
      await thing.update({ data: SQL_NULL })
      expect(await names({ data: { [Op.is]: null } })).toEqual(['none', 'new'])
      await thing.update({ data: JSON_NULL })
      expect(await names({ data: null })).toEqual(['nil', 'new'])
      expect((await thing.reload()).data).toBeNull()
    })
  }

  engine.requires('postgresTypes')('containment and keys of JSONB', async () => {
    const { names } = await filled(DataTypes.JSONB)
    for (const [given, expected] of [
      [{ data: { [Op.contains]: { age: 20 } } }, ['belgian']],
      [{ data: { address: { [Op.contains]: { country: 'France' } } } }, ['french']],
      [{ 'data.tags': { [Op.contains]: ['a'] } }, ['belgian']],
      [{ 'data.address': { [Op.contained]: { country: 'France', street: "L'avenue", more: 1 } } }, ['french']],
      [{ data: { [Op.anyKeyExists]: ['score', 'nothing'] } }, ['belgian', 'french']],
      [{ data: { [Op.allKeysExist]: ['age', 'address'] } }, ['belgian', 'french', 'text']],
      [{ 'data.address': { [Op.anyKeyExists]: ['street', 'x'] } }, ['belgian', 'french']],
    ] as const)
      expect(await names(given)).toEqual(expected)
  })

  test('operators of JSONB that an engine lacks are refused by name', async () => {
    if (engine.features.has('postgresTypes')) return
    const { names } = await filled(DataTypes.JSON)
    for (const name of ['anyKeyExists', 'allKeysExist'] as const) {
      const error: Row = await names({ data: { [Op[name]]: ['a'] } }).catch((failure: Row) => failure)
      expect(error).toBeInstanceOf(UnsupportedFeatureError)
    }
  })

  test('col and literal reach into documents, too', async () => {
    const { names } = await filled(DataTypes.JSON)
    expect(await names(where(sql.unquote(sql.jsonPath(col('data'), ['name'])), { [Op.in]: ['Ann'] }))).toEqual([
      'belgian',
    ])
  })
})
