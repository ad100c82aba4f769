// "Operators" (versions 6 and 7) and what the guides say on combining conditions.
import { and, col, DataTypes, fn, Op, or, sql, where } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'

describeEachEngine('operators', (engine) => {
  async function posts() {
    const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
    const Post = sequelize.define('post', {
      title: DataTypes.STRING,
      rank: DataTypes.INTEGER,
      hats: DataTypes.INTEGER,
      isOpen: DataTypes.BOOLEAN,
    })
    await sequelize.sync()
    await Post.bulkCreate([
      { title: 'the hat', rank: 1, hats: 1, isOpen: true },
      { title: 'Boat', rank: 20, hats: 3, isOpen: null },
      { title: 'hatter', rank: null, hats: 3, isOpen: false },
    ])
    const find = async (condition: unknown): Promise<unknown[]> =>
      (await Post.findAll({ where: condition, order: ['id'] })).map(({ id }) => id)
    return { Post, find }
  }

  test('comparisons', async () => {
    const { find } = await posts()
    for (const [condition, expected] of [
      [{ [Op.eq]: 1 }, [1]],
      [{ [Op.ne]: 1 }, [2]],
      [{ [Op.is]: null }, [3]],
      [{ [Op.isNot]: null }, [1, 2]],
      [{ [Op.not]: null }, [1, 2]],
      [{ [Op.gt]: 1 }, [2]],
      [{ [Op.gte]: 1, [Op.lt]: 20 }, [1]],
      [{ [Op.lte]: 20 }, [1, 2]],
      [{ [Op.between]: [1, 10] }, [1]],
      [{ [Op.notBetween]: [1, 10] }, [2]],
      [{ [Op.in]: [1, 2] }, [1]],
      [{ [Op.notIn]: [1, 2] }, [2]],
      [{ [Op.col]: 'hats' }, [1]],
      [{ [Op.gt]: col('hats') }, [2]],
      [sql.attribute('hats'), [1]],
      [{ [Op.or]: [1, null] }, [1, 3]],
      [{ [Op.or]: { [Op.lt]: 5, [Op.eq]: null } }, [1, 3]],
      [{ [Op.and]: [{ [Op.gt]: 0 }, { [Op.lt]: 10 }] }, [1]],
      [{ [Op.not]: { [Op.gt]: 10 } }, [1]],
      [
        [1, 20],
        [1, 2],
      ],
      [[], []],
      [{ [Op.notIn]: [] }, [1, 2, 3]],
    ] as const)
      expect(await find({ rank: condition }), JSON.stringify(condition)).toEqual(expected)
  })
  test('text', async () => {
    const { find } = await posts()
    for (const [condition, expected] of [
      [{ [Op.like]: '%hat' }, [1]],
      [{ [Op.notLike]: '%hat' }, [2, 3]],
      [{ [Op.startsWith]: 'hat' }, [3]],
      [{ [Op.endsWith]: 'hat' }, [1]],
      [{ [Op.substring]: 'hat' }, [1, 3]],
      [{ [Op.notStartsWith]: 'hat' }, [1, 2]],
      [{ [Op.notEndsWith]: 'hat' }, [2, 3]],
      [{ [Op.notSubstring]: 'hat' }, [2]],
    ] as const)
      expect(await find({ title: condition })).toEqual(expected)
  })
  test('groups of conditions', async () => {
    const { find } = await posts()
    expect(await find({ [Op.and]: [{ rank: 1 }, { hats: 1 }] })).toEqual([1])
    expect(await find({ [Op.or]: [{ rank: 1 }, { title: { [Op.like]: 'Boat%' } }] })).toEqual([1, 2])
    expect(await find({ [Op.or]: { rank: 1, title: 'Boat' } })).toEqual([1, 2])
    expect(await find({ hats: 3, [Op.not]: [{ id: [2, 5] }, { title: { [Op.like]: 'Boat%' } }] })).toEqual([3])
    expect(await find([{ hats: 3 }, { isOpen: false }])).toEqual([3])
    expect(await find({ [Op.and]: [] })).toEqual([1, 2, 3])
  })
  test('or() of one object is true where any of its conditions is; of several, where any of these is', async () => {
    const { find } = await posts()
    expect(await find(or({ rank: 1, title: 'Boat' }))).toEqual([1, 2])
    expect(await find(or({ rank: 1, title: 'Boat' }, { title: 'hatter' }))).toEqual([3])
    expect(await find(or([{ rank: 1 }, { title: 'Boat' }]))).toEqual([1, 2])
    expect(await find(and({ hats: 3 }, or({ title: 'Boat' }, { title: 'nothing' })))).toEqual([2])
  })
  test('functions on the left', async () => {
    const { find } = await posts()
    expect(await find(where(fn('lower', col('title')), 'boat'))).toEqual([2])
    expect(await find(where(fn('length', col('title')), { [Op.gt]: 6 }))).toEqual([1])
    expect(await find(where(fn('length', col('title')), Op.gt, 6))).toEqual([1])
    expect(await find(sql.where(sql.attribute('rank'), Op.gt, 6))).toEqual([2])
    expect(await find({ [Op.or]: [where(fn('length', col('title')), 4), { title: 'hatter' }] })).toEqual([2, 3])
  })
  test('what cannot be meant is refused, with its name', async () => {
    const { find } = await posts()
    await expect(find({ rank: undefined })).rejects.toThrow(/rank/)
    await expect(find({ rnk: 1 })).rejects.toThrow(/"rnk".*"rank"/s)
    await expect(find({ rank: { gt: 1 } })).rejects.toThrow(/rank/)
    await expect(find('rank = 1')).rejects.toThrow()
    await expect(find({ rank: { [Op.between]: [1] } })).rejects.toThrow(/between/)
    await expect(find({ rank: { [Symbol('gt')]: 1 } })).rejects.toThrow(/rank/)
  })
})
