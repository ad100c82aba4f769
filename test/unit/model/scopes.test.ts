import { describe, expect, it } from 'vitest'
import { DefinitionError, SequelizeScopeError } from '../../../src/errors/index.js'
import { Scopes } from '../../../src/model/scopes.js'
import { Op } from '../../../src/sql/op.js'

const scopes = (): Scopes =>
  new Scopes(
    'Project',
    Object.entries({
      defaultScope: { where: { active: true } },
      deleted: { where: { deleted: true } },
      young: { where: { age: { [Op.lt]: 30 } }, limit: 10, order: [['name', 'ASC']] },
      adult: { where: { firstName: 'bob', age: { [Op.gt]: 20 } }, limit: 2, order: [['id', 'DESC']] },
      accessLevel: (value: number) => ({ where: { accessLevel: { [Op.gte]: value } } }),
    }),
  )

describe('scopes', () => {
  it('apply the default one until others are selected', () => {
    const all = scopes()
    expect(all.resolve()).toEqual({ where: { active: true } })
    expect(all.select('deleted').resolve()).toEqual({ where: { deleted: true } })
    expect(all.select('defaultScope', 'deleted').resolve()).toEqual({ where: { active: true, deleted: true } })
    expect(all.select().resolve()).toEqual({})
    expect(all.select(null).resolve()).toEqual({})
  })

  it('without a scope the options come back as they are', () => {
    const options = { where: { id: 1 } }
    expect(new Scopes('User').resolve(options)).toBe(options)
    expect(scopes().select(null).resolve(options)).toBe(options)
  })

  it('are called with arguments', () => {
    expect(
      scopes()
        .select({ method: ['accessLevel', 19] })
        .resolve(),
    ).toEqual({ where: { accessLevel: { [Op.gte]: 19 } } })
    expect(
      scopes()
        .select('deleted', { method: ['accessLevel', 1] })
        .resolve(),
    ).toEqual({ where: { deleted: true, accessLevel: { [Op.gte]: 1 } } })
  })

  it('may be options instead of names, and nested lists', () => {
    expect(
      scopes()
        .select(['deleted', [{ limit: 3 }]])
        .resolve(),
    ).toEqual({ where: { deleted: true }, limit: 3 })
  })

  it('conditions are joined with AND, the rest is overwritten', () => {
    expect(scopes().select('adult', 'young').resolve()).toEqual({
      where: { [Op.and]: [{ firstName: 'bob', age: { [Op.gt]: 20 } }, { age: { [Op.lt]: 30 } }] },
      limit: 10,
      order: [['name', 'ASC']],
    })
  })

  it("the finder's options come last", () => {
    expect(
      scopes()
        .select('deleted')
        .resolve({ where: { firstName: 'john' }, limit: 1 }),
    ).toEqual({ where: { deleted: true, firstName: 'john' }, limit: 1 })
    expect(
      scopes()
        .select('deleted')
        .resolve({ where: { deleted: false } }),
    ).toEqual({ where: { [Op.and]: [{ deleted: true }, { deleted: false }] } })
    expect(scopes().select('deleted').resolve({ where: undefined })).toEqual({ where: { deleted: true } })
  })

  it('v6 merge: the later condition on an attribute replaces the earlier', () => {
    const all = new Scopes(
      'Project',
      Object.entries({ a: { where: { age: 1, name: 'x' } }, b: { where: { age: 2 } } }),
      'overwrite',
    )
    expect(all.select('a', 'b').resolve()).toEqual({ where: { age: 2, name: 'x' } })
  })

  it('excluded attributes stay excluded', () => {
    const all = new Scopes(
      'User',
      Object.entries({ safe: { attributes: { exclude: ['password'] } }, slim: { attributes: { exclude: ['bio'] } } }),
    )
    expect(all.select('safe', 'slim').resolve()).toEqual({ attributes: { exclude: ['password', 'bio'] } })
    expect(all.select('safe').resolve({ attributes: ['id', 'password'] })).toEqual({ attributes: ['id'] })
    expect(all.select('safe').resolve({ attributes: { include: ['extra'] } })).toEqual({
      attributes: { include: ['extra'], exclude: ['password'] },
    })
    expect(all.select({ attributes: ['id', 'password'] }, 'safe').resolve()).toEqual({ attributes: ['id'] })
  })

  it('includes are merged per association, recursively, in any order', () => {
    const [Bar, Baz, Qux] = [class Bar {}, class Baz {}, class Qux {}]
    const named = Object.entries({
      everything: { include: { model: Bar, include: [{ model: Baz, include: Qux }] } },
      limitedBars: { include: [{ model: Bar, limit: 2 }] },
      limitedBazs: { include: [{ model: Bar, include: [{ model: Baz, limit: 2 }] }] },
      noName: { include: [{ model: Bar, include: [{ model: Baz, attributes: { exclude: ['name'] } }] }] },
    })
    const merged = {
      include: [
        { model: Bar, limit: 2, include: [{ model: Baz, limit: 2, attributes: { exclude: ['name'] }, include: Qux }] },
      ],
    }
    const all = new Scopes('Foo', named)
    expect(all.select('everything', 'limitedBars', 'limitedBazs', 'noName').resolve()).toEqual(merged)
    expect(all.select('noName', 'limitedBazs', 'limitedBars', 'everything').resolve().include).toMatchObject([
      { model: Bar, limit: 2, include: [{ model: Baz, limit: 2, attributes: { exclude: ['name'] } }] },
    ])
    expect(all.select('limitedBars').resolve({ include: [Bar, { model: Baz }] })).toEqual({
      include: [{ model: Bar, limit: 2 }, { model: Baz }],
    })
    expect(
      all.select({ include: ['bar'] }).resolve({ include: [{ association: 'bar', where: { x: 1 } }, 'other'] }),
    ).toEqual({ include: [{ association: 'bar', where: { x: 1 } }, 'other'] })
  })

  it('nothing given is written to', () => {
    const frozen = (value: unknown): unknown => {
      if (typeof value === 'object' && value !== null) {
        Object.freeze(value)
        for (const key of Reflect.ownKeys(value)) frozen((value as Record<PropertyKey, unknown>)[key])
      }
      return value
    }
    const all = new Scopes(
      'User',
      Object.entries({
        a: { where: { x: 1 }, include: [{ association: 'p' }] },
        b: { where: { x: 2 }, include: [{ association: 'p', limit: 1 }] },
      }).map(([name, value]) => [name, frozen(value) as object] as never),
    )
    expect(() => all.select('a', 'b').resolve(frozen({ where: { y: 1 } }) as never)).not.toThrow()
  })

  it('an unknown scope throws when it is selected', () => {
    expect(() => scopes().select('delete')).toThrow(SequelizeScopeError)
    expect(() => scopes().select('delete')).toThrow('Project has no scope "delete". Did you mean "deleted"?')
    expect(() => scopes().select({ method: ['nope', 1] })).toThrow(SequelizeScopeError)
  })

  it('are added later, for every selection; a name twice needs override', () => {
    const all = scopes()
    const variant = all.select('deleted')
    all.add('late', { limit: 5 })
    expect(variant.select('late').resolve()).toEqual({ limit: 5 })
    expect(() => all.add('late', {})).toThrow(DefinitionError)
    all.add('late', { limit: 6 }, { override: true })
    expect(all.select('late').resolve()).toEqual({ limit: 6 })
    expect(() => all.add('defaultScope', { limit: 1 })).toThrow(/override/)
    all.add('defaultScope', { limit: 1 }, { override: true })
    expect(all.resolve()).toEqual({ limit: 1 })
    const empty = new Scopes('User')
    empty.add('defaultScope', { limit: 1 })
    expect(empty.resolve()).toEqual({ limit: 1 })
    expect(() => all.add('x', 5 as never)).toThrow(/must be finder options/)
  })
})
