import { describe, expect, it } from 'vitest'
import { InstanceError } from '../../../src/errors/index.js'
import { hydrate, hydrator } from '../../../src/model/rows.js'
import { build, ModelState, markPersisted, setRelation } from '../../../src/model/state.js'
import { literal } from '../../../src/sql/fragments.js'
import { DataTypes } from '../../../src/types/index.js'
import type { Instance, TestModel } from './models.js'
import { Base, define, init } from './models.js'

const User = define(
  'User',
  {
    name: DataTypes.STRING,
    age: DataTypes.INTEGER,
    born: DataTypes.DATE,
    meta: DataTypes.JSON,
    role: { type: DataTypes.STRING, defaultValue: 'guest' },
  },
  { timestamps: true, paranoid: true, version: true },
)
const make = (values: object = {}, options: object = {}): Instance =>
  build(User, values as never, options as never) as Instance
const load = (values: object, model: TestModel = User): Instance => hydrate(model, values as never) as Instance

describe('an instance', () => {
  it('reads and writes attributes as properties', () => {
    const user = make({ name: 'Ada' })
    expect(user.name).toBe('Ada')
    user.name = 'Grace'
    expect(user.dataValues.name).toBe('Grace')
    expect(user.get('name')).toBe('Grace')
    expect(user.getDataValue('name')).toBe('Grace')
    expect(Object.keys(user)).not.toContain('name')
    expect(user).toBeInstanceOf(User)
    expect(user).toBeInstanceOf(ModelState)
  })

  it('starts with defaults, a null key, and is new', () => {
    const user = make()
    expect(user.dataValues).toEqual({ id: null, role: 'guest', version: 0 })
    expect(user.isNewRecord).toBe(true)
    expect(user.changed()).toBe(false)
    expect(make({ role: 'admin' }).role).toBe('admin')
    expect(make({ role: undefined }).role).toBe('guest')
    expect(make({ role: null }).role).toBe(null)
    expect(make({ name: 'x', role: 'y' }).changed()).toEqual(['name', 'role'])
    expect(make({ id: 1, name: 'x' }, { isNewRecord: false }).isNewRecord).toBe(false)
    expect(make({ id: 1 }, { isNewRecord: false }).dataValues).toEqual({ id: 1 })
    expect(new User({ name: 'x' }).dataValues).toMatchObject({ name: 'x', role: 'guest' })
  })

  it('leaves out what is no attribute, unless raw', () => {
    expect(make({ nope: 1 }).dataValues).not.toHaveProperty('nope')
    expect(make().set({ nope: 1, name: 'x' }).dataValues).toMatchObject({ name: 'x' })
    expect(make({ count: 5 }, { raw: true }).get('count')).toBe(5)
  })

  it('around a row takes the values as they are and knows no changes', () => {
    const values = { id: 1, name: 'Ada' }
    const user = load(values)
    expect(user.dataValues).toBe(values)
    expect(user.isNewRecord).toBe(false)
    expect(user.changed()).toBe(false)
    expect(user).toBeInstanceOf(User)
    expect(user.constructor).toBe(User)
    expect(user._options).toEqual({})
  })

  it('holds values in the form of their type', () => {
    const user = make({ born: '2020-01-01' })
    expect(user.born).toEqual(new Date('2020-01-01'))
    user.born = 0
    expect(user.born).toEqual(new Date(0))
    const age = literal('age + 1')
    user.age = age
    expect(user.age).toBe(age)
    expect(user.changed('age')).toBe(true)
  })
})

describe('changes', () => {
  it('are kept with the value before, until the value comes back', () => {
    const user = load({ id: 1, name: 'Ada', age: 30, born: new Date(0), meta: { a: 1 } })
    user.name = 'Ada'
    user.age = '30'
    user.born = new Date(0)
    user.meta = { a: 1 }
    expect(user.changed()).toBe(false)
    user.name = 'Grace'
    user.name = 'Edith'
    expect(user.changed()).toEqual(['name'])
    expect(user.changed('name')).toBe(true)
    expect(user.changed('age')).toBe(false)
    expect(user.changed(['age', 'name'])).toBe(true)
    expect(user.previous('name')).toBe('Ada')
    expect(user.previous('age')).toBe(30)
    expect(user.previous()).toEqual({ name: 'Ada' })
    expect(user._previousDataValues).toMatchObject({ id: 1, name: 'Ada', age: 30 })
    user.name = 'Ada'
    expect(user.changed()).toBe(false)
    user.name = null
    expect(user.changed('name')).toBe(true)
  })

  it('can be forced and taken back', () => {
    const user = load({ id: 1, meta: { a: 1 } })
    ;(user.meta as { a: number }).a = 2
    expect(user.changed()).toBe(false)
    user.changed('meta', true)
    expect(user.changed()).toEqual(['meta'])
    user.changed('meta', false)
    expect(user.changed()).toBe(false)
  })

  it('setDataValue notes a change past setter and type', () => {
    const user = load({ id: 1, name: 'Ada' })
    user.setDataValue('name', 'Ada')
    expect(user.changed()).toBe(false)
    user.setDataValue('name', 'Grace')
    expect(user.changed()).toEqual(['name'])
  })

  it('set: several, raw, reset, inside JSON', () => {
    const user = load({ id: 1, name: 'Ada', meta: { a: { b: 1 }, c: 1 } })
    const { meta } = user
    user.set({ name: 'Grace', age: 5 })
    expect(user.changed()).toEqual(['name', 'age'])
    user.set({ name: 'Raw' }, { raw: true })
    expect(user.changed()).toEqual(['age'])
    expect(user.name).toBe('Raw')
    user.set('meta.a.b', 2)
    expect(user.meta).toEqual({ a: { b: 2 }, c: 1 })
    expect(meta).toEqual({ a: { b: 1 }, c: 1 })
    expect(user.previous('meta')).toEqual({ a: { b: 1 }, c: 1 })
    user.set('meta.x.y', 1)
    expect(user.meta).toMatchObject({ x: { y: 1 } })
    user.set('name.x', 1)
    expect(user.name).toBe('Raw')
    user.set({ id: 2 }, { raw: true, reset: true })
    expect(user.dataValues).toEqual({ id: 2 })
    expect(user.changed()).toBe(false)
  })

  it("times of a row that exists are Mortise's", () => {
    const at = new Date(5)
    const user = load({ id: 1, createdAt: at, updatedAt: at, deletedAt: null })
    user.set({ createdAt: new Date(), updatedAt: new Date(), deletedAt: new Date() })
    expect(user.changed()).toBe(false)
    expect(make({ createdAt: at }).createdAt).toEqual(at)
    user.set('updatedAt', new Date(7), { raw: true })
    expect(user.updatedAt).toEqual(new Date(7))
  })

  it('markPersisted takes the answer of the database and forgets them', () => {
    const user = make({ name: 'Ada', age: 5 })
    markPersisted(user, { id: 7 })
    expect(user).toMatchObject({ isNewRecord: false, id: 7 })
    expect(user.changed()).toBe(false)
    user.set({ name: 'x', age: 6 })
    markPersisted(user, null, ['name'])
    expect(user.changed()).toEqual(['age'])
  })
})

describe('identity', () => {
  it('where is the key as the database has it', () => {
    const user = load({ id: 1, name: 'x', version: 3 })
    expect(user.where()).toEqual({ id: 1 })
    expect(user.where(true)).toEqual({ id: 1, version: 3 })
    user.id = 2
    expect(user.where()).toEqual({ id: 1 })
    expect(user.changed()).toEqual(['id'])
    expect(() => make().where()).toThrow(InstanceError)
    expect(() => make().where()).toThrow(/no value for its primary key "id"; save it first/)
    expect(() => load({ name: 'x' }).where()).toThrow(/load it with the instance/)
    expect(hydrate(User, { name: 'x' }, { hiddenKeys: { id: 9 } }).where()).toEqual({ id: 9 })
    const Log = define('Log', { text: DataTypes.STRING }, { noPrimaryKey: true })
    expect(() => load({ text: 'x' }, Log).where()).toThrow(/Log has no primary key/)
    expect(make({ id: 4 }, { isNewRecord: false }).where()).toEqual({ id: 4 })
  })

  it('equals: same model, same key', () => {
    expect(load({ id: 1 }).equals(load({ id: '1' }))).toBe(true)
    expect(load({ id: 1 }).equals(load({ id: 2 }))).toBe(false)
    expect(make().equals(make())).toBe(false)
    expect(load({ id: 1 }).equals(load({ id: 1 }, define('Other', {})))).toBe(false)
    expect(load({ id: 1 }).equals(null)).toBe(false)
    expect(load({ id: 1 }).equalsOneOf([load({ id: 3 }), load({ id: 1 })])).toBe(true)
  })

  it('isSoftDeleted', () => {
    expect(load({ id: 1, deletedAt: new Date() }).isSoftDeleted()).toBe(true)
    expect(load({ id: 1, deletedAt: null }).isSoftDeleted()).toBe(false)
    expect(() => load({ id: 1 }, define('Log', {})).isSoftDeleted()).toThrow(/Log is not paranoid/)
  })
})

describe('getters and setters', () => {
  const Person = define('Person', {
    firstName: DataTypes.STRING,
    lastName: {
      type: DataTypes.STRING,
      set(this: Instance, value: string) {
        this.setDataValue('lastName', value.toUpperCase())
      },
    },
    email: {
      type: DataTypes.STRING,
      get(this: Instance) {
        return `<${String(this.getDataValue('email'))}>`
      },
    },
    fullName: {
      type: DataTypes.VIRTUAL(DataTypes.STRING, ['firstName', 'lastName']),
      get(this: Instance) {
        return `${String(this.firstName)} ${String(this.lastName)}`
      },
      set(this: Instance, value: string) {
        this.set({ firstName: value.split(' ')[0], lastName: value.split(' ')[1] })
      },
    },
  })
  const person = (values: object): Instance => build(Person, values as never) as Instance

  it('run on properties, get and set; raw passes them', () => {
    const ada = person({ firstName: 'Ada', lastName: 'Lovelace', email: 'a@b' })
    expect(ada.lastName).toBe('LOVELACE')
    expect(ada.email).toBe('<a@b>')
    expect(ada.get('email', { raw: true })).toBe('a@b')
    expect(ada.fullName).toBe('Ada LOVELACE')
    ada.fullName = 'Grace Hopper'
    expect(ada.dataValues).toMatchObject({ firstName: 'Grace', lastName: 'HOPPER' })
    expect(ada.changed()).toContain('firstName')
    expect(person({ fullName: 'Alan Turing' }).dataValues).toMatchObject({ firstName: 'Alan', lastName: 'TURING' })
    ada.set('lastName', 'x', { raw: true })
    expect(ada.lastName).toBe('x')
  })

  it('all values: in the order of the definition, virtual ones where they were selected', () => {
    const ada = person({ email: 'a@b', firstName: 'Ada', lastName: 'L' })
    expect(Object.entries(ada.get() as object)).toEqual([
      ['id', null],
      ['firstName', 'Ada'],
      ['lastName', 'L'],
      ['email', '<a@b>'],
      ['fullName', 'Ada L'],
    ])
    expect(ada.get({ raw: true })).toEqual({ id: null, firstName: 'Ada', lastName: 'L', email: 'a@b' })
    const part = hydrate(Person, { id: 1, firstName: 'Ada' }, { attributes: ['id', 'firstName'] })
    expect(part.get()).toEqual({ id: 1, firstName: 'Ada' })
    const chosen = hydrate(Person, { firstName: 'Ada', lastName: 'L' }, { attributes: ['fullName'] })
    expect(chosen.get()).toEqual({ firstName: 'Ada', lastName: 'L', fullName: 'Ada L' })
  })

  it('a setter that writes to dataValues is seen', () => {
    const Direct = define('Direct', {
      x: {
        type: DataTypes.STRING,
        set(this: Instance, value: unknown) {
          this.dataValues.x = value
        },
      },
    })
    const one = load({ id: 1, x: 'a' }, Direct)
    one.x = 'b'
    expect(one.changed()).toEqual(['x'])
    expect(one.previous('x')).toBe('a')
  })

  it('accessors and methods of the class stay', () => {
    class Custom extends Base {
      get name(): string {
        return `:${String(this.getDataValue('name'))}`
      }
      describe(): string {
        return 'method'
      }
    }
    const Model = init(Custom, { name: DataTypes.STRING, describe: DataTypes.STRING, save: DataTypes.STRING })
    const one = build(Model, { name: 'x', describe: 'y', save: 'z' }) as Instance
    expect(one.name).toBe(':x')
    one.set('name', 'changed')
    expect(one.name).toBe(':changed')
    ;(one as unknown as { name: string }).name = 'assigned'
    expect(one.name).toBe(':assigned')
    expect((one.describe as () => string)()).toBe('method')
    expect((one.save as () => string)()).toBe('saved')
    expect(one.get('save')).toBe('z')
  })
})

describe('associations and JSON', () => {
  const Profile = define('Profile', { bio: DataTypes.STRING })
  const Owner = define('Owner', { name: DataTypes.STRING })
  Owner.modelDefinition.addAssociation({ as: 'profile' } as never)
  Profile.modelDefinition.addAssociation({ as: 'owner' } as never)
  const pair = (): [Instance, Instance] => {
    const owner = load({ id: 1, name: 'Ada' }, Owner)
    const profile = load({ id: 2, bio: 'x' }, Profile)
    setRelation(owner, 'profile', profile)
    setRelation(profile, 'owner', owner)
    return [owner, profile]
  }

  it('P30: not loaded is undefined and absent, missing is null', () => {
    const owner = load({ id: 1, name: 'Ada' }, Owner)
    expect(owner.profile).toBe(undefined)
    expect(JSON.stringify(owner)).toBe('{"id":1,"name":"Ada"}')
    setRelation(owner, 'profile', null)
    expect(owner.profile).toBe(null)
    expect(JSON.stringify(owner)).toBe('{"id":1,"name":"Ada","profile":null}')
    setRelation(owner, 'profile', undefined)
    expect('profile' in owner.dataValues).toBe(false)
    expect(owner.changed()).toBe(false)
  })

  it('P78: JSON never leads back', () => {
    const [owner, profile] = pair()
    expect(owner.profile).toBe(profile)
    expect(JSON.stringify(owner)).toBe('{"id":1,"name":"Ada","profile":{"id":2,"bio":"x"}}')
    expect(JSON.stringify(profile)).toBe('{"id":2,"bio":"x","owner":{"id":1,"name":"Ada"}}')
    expect(owner.get({ plain: true })).toEqual({ id: 1, name: 'Ada', profile: { id: 2, bio: 'x' } })
    expect((owner.get() as Instance).profile).toBe(profile)
    setRelation(owner, 'friends', [owner, profile])
    expect(owner.toJSON()).toEqual({ id: 1, name: 'Ada', profile: { id: 2, bio: 'x' }, friends: [{ id: 2, bio: 'x' }] })
  })

  it('the property can be assigned; build takes instances', () => {
    const [, profile] = pair()
    const owner = build(Owner, { name: 'x', profile }) as Instance
    expect(owner.profile).toBe(profile)
    owner.profile = null
    expect(owner.dataValues.profile).toBe(null)
    expect((build(Owner, { profile: { bio: 'plain' } }) as Instance).profile).toBe(undefined)
  })

  it('toJSON shares nothing with the instance', () => {
    const user = load({ id: 1, meta: { list: [1] }, born: new Date(0) })
    const json = user.toJSON() as { meta: { list: number[] }; born: Date }
    json.meta.list.push(2)
    json.born.setTime(5)
    expect(user.meta).toEqual({ list: [1] })
    expect(user.born).toEqual(new Date(0))
  })
})

describe('class fields do not hide attributes, whatever the compiler made of them', () => {
  const attributes = { name: DataTypes.STRING, role: { type: DataTypes.STRING, defaultValue: 'option' } }
  /** `class X extends Model { id; name; role = 'field'; other = 1 }` as compilers emit it. */
  const emitted: Record<string, () => unknown> = {
    'native fields': () =>
      class extends Base {
        id: unknown
        name: unknown
        role = 'field'
        other = 1
        friend: unknown
      },
    'defined in the constructor': () =>
      class extends Base {
        constructor(...args: never[]) {
          super(...args)
          for (const [name, value] of [
            ['id', undefined],
            ['name', undefined],
            ['role', 'field'],
            ['other', 1],
            ['friend', undefined],
          ] as const) {
            Object.defineProperty(this, name, { value, enumerable: true, configurable: true, writable: true })
          }
        }
      },
    'assigned in the constructor': () =>
      class extends Base {
        constructor(...args: never[]) {
          super(...args)
          const self = this as unknown as Record<string, unknown>
          self.id = undefined
          self.name = undefined
          self.role = 'field'
          self.other = 1
          self.friend = undefined
        }
      },
    'a constructor that drops its arguments': () =>
      class extends Base {
        id: unknown
        name: unknown
        role = 'field'
        other = 1
        friend: unknown
        constructor(values: never) {
          super(values)
        }
      },
    'private names beside them': () =>
      class extends Base {
        #secret = 1
        id: unknown
        name: unknown
        role = 'field'
        other = 1
        friend: unknown
        get secret(): number {
          return this.#secret
        }
      },
    'a class that derives from another with fields': () =>
      class extends class extends Base {
        id: unknown
        name: unknown
        friend: unknown
      } {
        role = 'field'
        other = 1
      },
  }

  for (const [form, emit] of Object.entries(emitted)) {
    const model = (): TestModel => {
      const made = init(emit(), attributes, { timestamps: false, modelName: 'Fielded' })
      made.modelDefinition.addAssociation({ as: 'friend' } as never)
      return made
    }
    const makers: Record<string, (made: TestModel, values: object) => Instance> = {
      build: (made, values) => build(made, values as never) as Instance,
      new: (made, values) => new made(values),
    }

    for (const [way, create] of Object.entries(makers)) {
      it(`${form}: ${way}`, () => {
        const Fielded = model()
        const one = create(Fielded, { name: 'Ada' })
        expect(one).toBeInstanceOf(Fielded)
        expect(one.name).toBe('Ada')
        expect(one.role).toBe('field')
        expect(one.id).toBe(null)
        expect(one.other).toBe(1)
        expect(one.friend).toBe(undefined)
        one.name = 'Grace'
        one.id = 5
        one.role = 'changed'
        expect(one.dataValues).toMatchObject({ id: 5, name: 'Grace', role: 'changed' })
        expect(one.get()).toMatchObject({ id: 5, name: 'Grace', role: 'changed' })
        const friend = create(Fielded, {})
        one.friend = friend
        expect(one.dataValues.friend).toBe(friend)
        expect(create(Fielded, { role: 'given' }).role).toBe('given')
        expect(create(Fielded, { role: null }).role).toBe(null)
        expect(one.secret).toBe(form === 'private names beside them' ? 1 : undefined)
      })
    }

    it(`${form}: rows`, () => {
      const Fielded = model()
      const from = hydrator(Fielded)
      for (const one of [from({ id: 1, name: 'Ada', role: null }), from({ id: 2, name: 'Grace' })] as Instance[]) {
        expect(one.isNewRecord).toBe(false)
        expect(one.changed()).toBe(false)
        expect(one.name).toBe(one.dataValues.name)
        expect(one.other).toBe(1)
        one.role = 'changed'
        expect(one.dataValues.role).toBe('changed')
        expect(one.changed()).toEqual(['role'])
        expect(one.friend).toBe(undefined)
        expect(one.secret).toBe(form === 'private names beside them' ? 1 : undefined)
      }
      expect((from({ id: 3, name: 'x' }) as Instance).role).toBe(undefined)
    })
  }

  it('fields that are attributes only cost a row no constructor call', () => {
    let made = 0
    class Counted extends Base {
      name = this.count()
      count(): string {
        made += 1
        return `made ${made}`
      }
    }
    const Model = init(Counted, attributes, { timestamps: false })
    const from = hydrator(Model)
    const before = made
    from({ id: 1 })
    from({ id: 2 })
    expect(made).toBe(before)
  })

  it('a constructor with work to do is called for rows, with the values', () => {
    const seen: unknown[] = []
    class Working extends Base {
      note: string
      constructor(values?: never, options?: never) {
        super(values, options)
        this.note = `note of ${String((values as { name?: unknown } | undefined)?.name)}`
        seen.push(values)
      }
    }
    const Model = init(Working, attributes, { timestamps: false })
    const row = { id: 1, name: 'Ada' }
    expect((hydrate(Model, row) as Instance).note).toBe('note of Ada')
    expect(seen.at(-1)).toBe(row)
  })

  it('a field initialiser may use what is defined after the model', () => {
    const late: { value?: string } = {}
    class Lazy extends Base {
      name = (late.value as string).toUpperCase()
    }
    const Model = init(Lazy, attributes, { timestamps: false })
    late.value = 'x'
    expect((build(Model) as Instance).name).toBe('X')
  })
})
