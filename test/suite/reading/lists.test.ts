// Lists of values: any length finds what the values find one by one, and a thousand lengths are a few statements.
import { DataTypes, Op } from 'mortise'
import { expect, test } from 'vitest'
import type { Engine } from '../../support/databases.js'
import { describeEachEngine } from '../../support/databases.js'
import type { Row } from '../../support/untyped.js'

const ROWS = 60
const LENGTHS = [0, 1, 2, 7, 8, 9, 10, 12, 13, 31, 32, 33, 60]
const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const values = (n: number) => ({
  id: n,
  number: n * 3,
  big: String(9_007_199_254_740_000n + BigInt(n) * 1_000n),
  text: `Ünit "${n}", {a\\b}`,
  code: uuid(n),
  day: `2024-${String(1 + (n % 12)).padStart(2, '0')}-${String(1 + (n % 28)).padStart(2, '0')}`,
  moment: new Date(Date.UTC(2024, 0, n, 12, 30, 15, 250)),
  price: (n * 1.25).toFixed(2),
  kind: n % 2 === 0 ? 'even' : 'odd',
})
const NAMES = ['id', 'number', 'big', 'text', 'code', 'day', 'moment', 'price', 'kind'] as const

async function filled(engine: Engine) {
  const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
  const Thing = sequelize.define('Thing', {
    number: DataTypes.INTEGER,
    big: DataTypes.BIGINT,
    text: DataTypes.STRING,
    code: DataTypes.UUID,
    day: DataTypes.DATEONLY,
    moment: DataTypes.DATE(3),
    price: DataTypes.DECIMAL(10, 2),
    kind: DataTypes.ENUM('even', 'odd'),
  })
  await sequelize.sync()
  await Thing.bulkCreate(Array.from({ length: ROWS }, (_, at) => values(at + 1)))
  return { Thing, recorder: engine.recorder(sequelize) }
}
const range = (length: number, first = 1): number[] => Array.from({ length }, (_, at) => first + at)

describeEachEngine('lists of values', (engine) => {
  test('of every type and length find the rows that the values find one by one', async () => {
    const { Thing } = await filled(engine)
    const idsOf = async (where: object): Promise<number[]> =>
      (await Thing.findAll({ where, order: ['id'] } as never)).map((row: Row) => row.id as number)
    for (const name of NAMES) {
      for (const length of LENGTHS) {
        const list = range(length).map((n) => values(n)[name])
        const expected = range(ROWS).filter((n) => list.some((one) => String(one) === String(values(n)[name])))
        for (let times = 0; times < 2; times += 1) {
          expect(await idsOf({ [name]: list }), `${name}: ${length}`).toEqual(expected)
          expect(await idsOf({ [name]: { [Op.in]: list } }), `${name}: ${length}`).toEqual(expected)
        }
        expect(await idsOf({ [name]: { [Op.notIn]: list } }), `${name}: not ${length}`).toEqual(
          range(ROWS).filter((n) => !expected.includes(n)),
        )
      }
    }
  })
  test('take values as the type takes them, and refuse those that it refuses', async () => {
    const { Thing } = await filled(engine)
    const written = range(20).map((n) => (n % 2 === 0 ? String(n) : BigInt(n)))
    expect(await Thing.count({ where: { id: written } } as never)).toBe(20)
    expect(await Thing.count({ where: { text: range(20) } } as never)).toBe(0)
    expect(await Thing.count({ where: { id: [...range(10), ...range(10)] } } as never)).toBe(10)
    expect(await Thing.findAll({ where: { id: [...range(10), ...range(10)] } } as never)).toHaveLength(10)
    for (let times = 0; times < 2; times += 1)
      await expect(Thing.findAll({ where: { id: [...range(12), 'x'] } } as never)).rejects.toThrow(
        /Thing\.id is compared with a value of another type/,
      )
    await expect(Thing.findAll({ where: { id: [...range(12), undefined] } } as never)).rejects.toThrow(/undefined/)
  })
  test('choose rows that are written and deleted', async () => {
    const { Thing } = await filled(engine)
    const [changed] = await Thing.update({ number: 0 }, { where: { id: range(25) } } as never)
    expect(changed).toBe(25)
    expect(await Thing.count({ where: { number: 0 } } as never)).toBe(25)
    expect(await Thing.destroy({ where: { id: { [Op.notIn]: range(11) } } } as never)).toBe(ROWS - 11)
    expect(await Thing.count()).toBe(11)
  })
  test('of a thousand lengths are a few statements', async () => {
    const { Thing, recorder } = await filled(engine)
    const texts = new Set<string>()
    for (const statement of await recorder.during(async () => {
      for (let length = 1; length <= 1_000; length += 7)
        await Thing.findAll({ where: { id: range(length), kind: 'odd' }, attributes: ['id'] } as never)
    }))
      texts.add(statement)
    expect(texts.size).toBeLessThanOrEqual(40)
  })
})
