// "Querying JSON" (version 7) and the JSON parts of "SELECT Queries: In Depth".
import { DataTypes, Op, or, sql } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'

describeEachEngine('querying JSON, as the guide does it', (engine) => {
  async function users() {
    const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
    const User = sequelize.define('User', {
      name: DataTypes.STRING,
      jsonAttribute: DataTypes.JSONB,
      gameData: DataTypes.JSONB,
    })
    await sequelize.sync()
    const make = async (name: string, jsonAttribute: unknown, gameData: unknown = {}): Promise<unknown> =>
      await User.create({ name, jsonAttribute, gameData })
    await make(
      'ann',
      { address: { country: 'Belgium', street: 'Rue de la Loi' }, age: 30, name: 'Ann' },
      { passwords: [451, 7] },
    )
    await make('bob', { address: { country: 'France' }, age: 9, name: null }, { passwords: [7, 451] })
    await make('cid', { 'address.country': 'Belgium', 'address."country': 'Belgium', '0': 'zero' })
    await make('dan', ['1', '2'])
    const names = async (where: unknown): Promise<unknown[]> =>
      (await User.findAll({ where, order: ['id'] })).map(({ name }) => name)
    return { User, names }
  }

  test('sql.jsonPath compares as a path in a key does', async () => {
    const { names } = await users()
    const at = (...path: (string | number)[]) => sql.jsonPath(sql.attribute('jsonAttribute'), path)
    expect(await names(sql.where(at('address', 'country'), 'Belgium'))).toEqual(['ann'])
    expect(await names(sql.where(at('address', 'country'), Op.ne, 'Belgium'))).toEqual(['bob'])
    expect(await names(sql.where(at('age'), Op.eq, 9))).toEqual(['bob'])
    expect(await names(sql.where(at('age'), Op.in, [9, 30]))).toEqual(['ann', 'bob'])
    expect(await names(sql.where(at('age'), { [Op.gt]: 9 }))).toEqual(['ann'])
    expect(await names(sql.where(at('address'), Op.eq, { country: 'France' }))).toEqual(['bob'])
    expect(await names(sql.where(at(1), '2'))).toEqual(['dan'])
    expect(await names(sql.where(sql.unquote(at('address', 'country')), Op.like, 'B%'))).toEqual(['ann'])
    expect(await names(sql.where(sql.jsonPath(at('address'), ['street']), Op.is, null))).toEqual(['bob', 'cid', 'dan'])
  })
  test('nested properties, with dots or as objects', async () => {
    const { names } = await users()
    expect(await names({ 'jsonAttribute.address.country': 'Belgium' })).toEqual(['ann'])
    expect(await names({ jsonAttribute: { address: { country: 'Belgium', street: 'Rue de la Loi' } } })).toEqual([
      'ann',
    ])
    expect(
      await names({ 'jsonAttribute.address.country': 'Belgium', 'jsonAttribute.address.street': 'Rue de la Loi' }),
    ).toEqual(['ann'])
    expect(await names({ 'jsonAttribute.address': { country: 'France' } })).toEqual(['bob'])
  })
  test('items of arrays have brackets', async () => {
    const { names } = await users()
    expect(await names({ 'gameData.passwords[0]': 0o703 })).toEqual(['ann'])
    expect(await names({ 'jsonAttribute[0]': '1' })).toEqual(['dan'])
    expect(await names({ jsonAttribute: { '[0]': '1', '[1]': '2' } })).toEqual(['dan'])
    expect(await names({ 'jsonAttribute[1]': '1' })).toEqual([])
  })
  test('casting what is extracted', async () => {
    const { names } = await users()
    expect(await names({ 'jsonAttribute.age::integer': { [Op.gt]: 18 } })).toEqual(['ann'])
    expect(await names({ jsonAttribute: { address: { country: 'France' }, 'age::integer': { [Op.lt]: 10 } } })).toEqual(
      ['bob'],
    )
    expect(await names({ 'gameData.passwords[0]:unquote::integer': { [Op.lt]: 18 } })).toEqual(['bob'])
  })
  test('unquoting what is extracted, to compare it as text', async () => {
    const { names } = await users()
    expect(await names({ 'jsonAttribute.address.country:unquote': 'Belgium' })).toEqual(['ann'])
    expect(await names({ 'jsonAttribute.address.country:unquote': { [Op.like]: '%an%' } })).toEqual(['bob'])
  })
  test('names with signs that mean something stand in double quotes', async () => {
    const { names } = await users()
    expect(await names({ 'jsonAttribute."address.country"': 'Belgium' })).toEqual(['cid'])
    expect(await names({ 'jsonAttribute."address.\\"country"': 'Belgium' })).toEqual(['cid'])
    expect(await names({ 'jsonAttribute."0"': 'zero' })).toEqual(['cid'])
  })
  test('JSON null and SQL NULL are two things', async () => {
    const { User, names } = await users()
    expect(await names({ 'jsonAttribute.name': null })).toEqual(['bob'])
    expect(await names({ 'jsonAttribute.name': { [Op.is]: null } })).toEqual(['cid', 'dan'])
    expect(
      await names(or({ 'jsonAttribute.name': { [Op.eq]: null } }, { 'jsonAttribute.name': { [Op.is]: null } })),
    ).toEqual(['bob', 'cid', 'dan'])
    await User.destroy({ where: {} })
    await User.create({ name: 'json', jsonAttribute: null })
    await User.create({ name: 'sql', jsonAttribute: sql`NULL` })
    expect(await names({ jsonAttribute: null })).toEqual(['json'])
    expect(await names({ jsonAttribute: { [Op.is]: null } })).toEqual(['sql'])
    expect((await User.findAll({ order: ['id'] })).map(({ jsonAttribute }) => jsonAttribute)).toEqual([null, null])
  })
  test('three ways to look into a document', async () => {
    const sequelize = engine.script(await engine.connect())
    const Foo = sequelize.define('foo', { meta: DataTypes.JSONB })
    await sequelize.sync()
    await Foo.create({
      meta: { video: { url: 'x' }, audio: { length: 21 }, site: { url: 'https://google.com', n: 1 } },
    })
    await Foo.create({ meta: { audio: { length: 3 }, site: { url: 'https://example.org' } } })
    const ids = async (where: object): Promise<unknown[]> =>
      (await Foo.findAll({ where, order: ['id'] })).map(({ id }) => id)
    expect(await ids({ meta: { video: { url: { [Op.ne]: null } } } })).toEqual([1])
    expect(await ids({ 'meta.audio.length': { [Op.gt]: 20 } })).toEqual([1])
    const contains = ids({ meta: { [Op.contains]: { site: { url: 'https://google.com' } } } })
    if (engine.features.has('postgresTypes')) expect(await contains).toEqual([1])
    else await expect(contains).rejects.toThrow(/contains/)
  })
})
