// Associations to many rows in the ways of reading beside the finders: load, streams, pages, filters, finds inside statements, explain.
import { col, DataTypes, Op, sql } from 'mortise'
import { expect, test } from 'vitest'
import type { Engine } from '../../support/databases.js'
import { describeEachEngine } from '../../support/databases.js'
import type { Row, Untyped } from '../../support/untyped.js'

/** Seven authors; author n has n % 4 books, each with n % 3 tags. */
async function library(engine: Engine, options: object = {}) {
  const sequelize = engine.script(await engine.connect({ define: { timestamps: false }, ...options }))
  const Author = sequelize.define('Author', { name: DataTypes.STRING })
  const Book = sequelize.define('Book', { title: DataTypes.STRING, pages: DataTypes.INTEGER })
  const Tag = sequelize.define('Tag', { word: DataTypes.STRING })
  Author.hasMany(Book, { as: 'books', foreignKey: 'authorId', inverse: { as: 'author' } })
  Book.belongsToMany(Tag, { as: 'tags', through: 'BookTag', inverse: { as: 'books' } })
  await sequelize.sync()
  await Author.bulkCreate(Array.from({ length: 7 }, (_, at) => ({ name: `a${at + 1}` })))
  const books = Array.from({ length: 7 }, (_, at) => at + 1).flatMap((authorId) =>
    Array.from({ length: authorId % 4 }, (_, at) => ({ title: `b${authorId}.${at}`, pages: at * 100, authorId })),
  )
  await Book.bulkCreate(books)
  await Tag.bulkCreate([{ word: 'x' }, { word: 'y' }])
  const [x, y] = await Tag.findAll({ order: ['id'] })
  for (const book of await Book.findAll({ order: ['id'] })) await book.setTags([x, y].slice(0, book.authorId % 3))
  return { sequelize, Author, Book, Tag, recorder: engine.recorder(sequelize) }
}
const json = (value: unknown): Untyped => JSON.parse(JSON.stringify(value))
const idsOf = (rows: readonly Row[]): number[] => rows.map((row) => row.id)

describeEachEngine('many rows', (engine) => {
  test('load: a statement for each to-many, as an include gives them', async () => {
    const { Author, Book, recorder } = await library(engine)
    const include = { association: 'books', order: [['id', 'DESC']] }
    const expected = json(await Author.findAll({ include, order: ['id', ['books', 'id', 'DESC']] }))
    const authors = await Author.findAll({ order: ['id'] })
    expect(await recorder.count(() => Author.load(authors, include))).toBe(1)
    expect(json(authors)).toEqual(expected)
    const books = authors.flatMap((author) => author.books)
    expect(await recorder.count(() => Author.load(authors, { association: 'books', include: 'tags' }))).toBe(1)
    expect(authors.flatMap((author) => author.books)).toEqual(books)
    const some = await Book.findAll({ include: 'tags', order: ['id', ['tags', 'id', 'ASC']] })
    expect(books.map((book) => [book.id, book.tags.map((tag: Row) => tag.word).sort()]).sort()).toEqual(
      some.map((book) => [book.id, book.tags.map((tag: Row) => tag.word).sort()]).sort(),
    )
  })
  test('getX of one tick', async () => {
    const { Author, recorder } = await library(engine)
    const authors = await Author.findAll({ order: ['id'] })
    const statements = await recorder.during(async () => {
      const lists = await Promise.all(authors.map((author) => author.getBooks({ order: [['id', 'DESC']] })))
      expect(lists.map((list) => list.map((book: Row) => book.title))).toEqual(
        authors.map(({ id }) => Array.from({ length: id % 4 }, (_, at) => `b${id}.${(id % 4) - 1 - at}`)),
      )
    })
    expect(statements).toHaveLength(1)
  })
  for (const file of [false, true])
    test(`streams: what is many comes by keys, once for each batch${file ? ' (several connections)' : ''}`, async () => {
      const { Author, recorder } = await library(engine, { file, pool: { max: 2 } })
      const include = [{ association: 'books', include: ['tags'] }]
      const sorted = (rows: Untyped[]): unknown =>
        json(rows).map((author: Row) => ({
          ...author,
          books: author.books
            .map((book: Row) => ({ ...book, tags: book.tags.map((tag: Row) => tag.word).sort() }))
            .sort((a: Row, b: Row) => a.id - b.id),
        }))
      const expected = sorted(await Author.findAll({ include, order: ['id'] }))
      const found: Row[] = []
      const sent = await recorder.during(async () => {
        for await (const author of Author.stream({ include, order: ['id'], batchSize: 4 })) found.push(author)
      })
      expect(sorted(found)).toEqual(expected)
      // Two batches: each with its books and their tags, and on engines that stream one statement for all authors.
      expect(sent).toHaveLength(engine.traits.rowLocks === true ? 5 : 6)
      expect(sent.filter((text) => /FROM .Books/.test(text))).toHaveLength(2)
    })
  test('pages count parents', async () => {
    const { Author } = await library(engine)
    const found: number[] = []
    let after: string | null = null
    do {
      const page: Untyped = await Author.findPage({ include: 'books', order: [['name', 'DESC']], first: 3, after })
      for (const author of page.items) expect(author.books).toHaveLength(author.id % 4)
      found.push(...idsOf(page.items))
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
    } while (after !== null)
    expect(found).toEqual([7, 6, 5, 4, 3, 2, 1])
    await expect(Author.findPage({ include: 'books', order: [['books', 'title', 'ASC']], first: 3 })).rejects.toThrow(
      /cannot be ordered by "books"/,
    )
  })
  test('some, none, every', async () => {
    const { Author, Book } = await library(engine)
    const ids = async (where: object): Promise<number[]> => idsOf(await Author.findAll({ where, order: ['id'] }))
    expect(await ids({ books: { some: {} } })).toEqual([1, 2, 3, 5, 6, 7])
    expect(await ids({ books: { none: {} } })).toEqual([4])
    expect(await ids({ books: { some: { pages: 200 } } })).toEqual([3, 7])
    expect(await ids({ books: { none: { pages: 200 } } })).toEqual([1, 2, 4, 5, 6])
    expect(await ids({ books: { every: { pages: { [Op.lt]: 100 } } } })).toEqual([1, 4, 5])
    expect(await ids({ books: { some: { pages: 0 }, none: { pages: 100 } } })).toEqual([1, 5])
    // What is not known is not so.
    await Book.update({ pages: null }, { where: { authorId: 1 } })
    expect(await ids({ books: { every: { pages: { [Op.lt]: 100 } } } })).toEqual([4, 5])
    expect(await ids({ books: { some: { tags: { some: { word: 'y' } } } } })).toEqual([2, 5])
    await expect(ids({ books: { is: null } })).rejects.toThrow(/"?is"? is no filter on the association.*some/)
    await expect(ids({ books: { some: null } })).rejects.toThrow(/"some" on Author.books is null/)
  })
  test('finds inside statements', async () => {
    const { Author, Book } = await library(engine)
    const thick = Book.select({ attributes: ['authorId'], where: { pages: { [Op.gte]: 200 } }, distinct: true })
    expect(idsOf(await Author.findAll({ where: { id: { [Op.in]: thick } }, order: ['id'] }))).toEqual([3, 7])
    const several = Book.select({
      attributes: ['authorId'],
      group: ['authorId'],
      having: sql`COUNT(*) > ${1}`,
    })
    expect(idsOf(await Author.findAll({ where: { id: { [Op.in]: several } }, order: ['id'] }))).toEqual([2, 3, 6, 7])
    const own = Book.select({
      where: { authorId: col('Author.id') },
      include: { association: 'tags', where: { word: 'y' } },
    })
    expect(idsOf(await Author.findAll({ where: sql.exists(own), order: ['id'] }))).toEqual([2, 5])
  })
  test('explain tells how many statements there are', async () => {
    const { Author, recorder } = await library(engine)
    for (const include of [
      'books',
      { association: 'books', separate: true },
      { association: 'books', include: 'tags' },
    ]) {
      const told: Untyped = await Author.explain({ include, order: ['id'] })
      const sent = await recorder.during(() => Author.findAll({ include, order: ['id'] }))
      expect(sent).toHaveLength(told.statements)
      expect(told.sql).toBe(sent[0])
    }
  })
})
