// Rows one by one: the same as findAll, a batch in memory at a time, and a connection that comes back.
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Row, Table, Untyped } from '../../support/untyped.js'
import { PEOPLE, peopleOf } from './world.js'

async function collected(rows: AsyncIterable<Untyped>): Promise<Untyped[]> {
  const found: Untyped[] = []
  for await (const row of rows) found.push(row)
  return found
}
const stream = (model: Table, options?: object): AsyncGenerator<Untyped> => model.stream(options)
const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const OPTIONS: readonly object[] = [
  {},
  {
    order: [
      ['rank', 'DESC NULLS LAST'],
      ['name', 'ASC'],
    ],
  },
  { include: ['passport', 'team'], order: ['id'] },
  { include: [{ association: 'passport', required: true, include: 'stamp' }], where: { rank: [1, 2, 3, 4] } },
  { include: { association: 'passport', strategy: 'query', include: 'stamp' }, order: [['name', 'DESC']] },
  { limit: 9, offset: 2, order: ['name'] },
  { raw: true, order: ['rank'] },
  { raw: true, nest: true, include: 'team' },
  { attributes: ['name'], order: ['name'] },
  { attributes: ['rank'], group: ['rank'], raw: true, order: ['rank'] },
]

for (const file of [false, true])
  describeEachEngine(`streams (${file ? 'several connections' : 'as it comes'})`, (engine) => {
    test('give what findAll gives', async () => {
      const { Person } = await peopleOf(engine, { file })
      for (const options of OPTIONS) {
        const { order } = options as { order?: readonly unknown[] }
        const complete = { ...options, ...('group' in options ? {} : { order: [...(order ?? []), 'id'] }) }
        const all = json(await Person.findAll(complete))
        for (const batchSize of [1, 4, 100]) {
          const found = json(await collected(stream(Person, { ...complete, batchSize })))
          expect(found, `${JSON.stringify(options)}, ${batchSize}`).toEqual(all)
        }
      }
    })
    test('one statement, or one for each batch; includes by keys one more for each batch', async () => {
      const { Person, recorder } = await peopleOf(engine, { file, pool: { max: 2 } })
      const holds = engine.traits.rowLocks === true
      const batches = Math.ceil((PEOPLE + 1) / 8)
      expect(await recorder.count(() => collected(stream(Person, { include: 'passport', batchSize: 8 })))).toBe(
        holds ? 1 : batches,
      )
      const byKeys = { include: { association: 'passport', strategy: 'query' }, batchSize: 8 }
      expect(await recorder.count(() => collected(stream(Person, byKeys)))).toBe(
        (holds ? 1 : batches) + Math.ceil(PEOPLE / 8),
      )
    })
    test('nothing is sent before the first row is asked for; leaving early gives the connection back', async () => {
      const { Person, sequelize, recorder } = await peopleOf(engine, { file, pool: { max: 3 } })
      const rows = stream(Person, { batchSize: 2 })
      expect(recorder.statements.at(-1)).not.toMatch(/^SELECT/)
      for await (const person of rows) {
        expect(person.id).toBe(1)
        break
      }
      for (let round = 0; round < 5; round += 1)
        for await (const person of stream(Person, { batchSize: 2, order: ['id'] })) if (person.id === 3) break
      await expect(
        (async () => {
          for await (const _ of stream(Person, { batchSize: 2 })) throw new Error('of the loop')
        })(),
      ).rejects.toThrow('of the loop')
      expect(sequelize.pool.using).toBe(0)
      expect(await Person.count()).toBe(PEOPLE)
    })
    test('the loop may write meanwhile', async () => {
      const { Person } = await peopleOf(engine, { file })
      for await (const person of stream(Person, { batchSize: 5, order: ['id'] }))
        await person.update({ rank: person.id })
      expect((await Person.findAll({ order: ['id'] })).map((person) => person.rank)).toEqual(
        Array.from({ length: PEOPLE }, (_, at) => at + 1),
      )
    })
    test('inside a transaction it sees what the transaction wrote, also when the loop runs outside of it', async () => {
      const { Person, sequelize } = await peopleOf(engine, { file })
      await expect(
        sequelize.transaction(async () => {
          await Person.update({ name: 'inside' }, { where: {} })
          const names = new Set<string>()
          for await (const person of stream(Person, { batchSize: 6 })) {
            names.add(person.name)
            await person.update({ rank: 1 })
          }
          expect([...names]).toEqual(['inside'])
          throw new Error('back')
        }),
      ).rejects.toThrow('back')
      expect(await Person.count({ where: { name: 'inside' } })).toBe(0)
    })
    test('a signal ends it', async () => {
      const { Person, sequelize } = await peopleOf(engine, { file })
      const controller = new AbortController()
      const seen: Row[] = []
      await expect(
        (async () => {
          for await (const person of stream(Person, { batchSize: 2, signal: controller.signal })) {
            seen.push(person)
            if (seen.length === 4) controller.abort()
          }
        })(),
      ).rejects.toThrow(/abort/i)
      expect(seen.length).toBeLessThan(8)
      expect(sequelize.pool.using).toBe(0)
      expect(await Person.count()).toBe(PEOPLE)
    })
    test('errors of the statement and of the options come from the loop, or from the call', async () => {
      const { Person, sequelize } = await peopleOf(engine, { file })
      await expect(collected(stream(Person, { where: { nothing: 1 } }))).rejects.toThrow(/nothing/)
      expect(() => stream(Person, { batchSize: 0 })).toThrow(/batchSize is a whole number from 1/)
      expect(() => stream(Person, { plain: true })).toThrow(/does not take plain/)
      await sequelize.query(engine.quoted('DROP TABLE "Stamps"'))
      await expect(
        collected(stream(Person, { include: { association: 'passport', include: 'stamp' } })),
      ).rejects.toThrow(/Stamps/)
      expect(sequelize.pool.using).toBe(0)
    })
  })
