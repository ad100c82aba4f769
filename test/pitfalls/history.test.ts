// Random histories of one one-to-one, against a model in memory: after every step the rows are what the model says, and the relation that
// the acting instance holds is what the database has (P01, P02, P04–P06, P10, P34 in every order).
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeEachEngine } from '../support/databases.js'
import type { Row } from '../support/untyped.js'
import type { Pair } from './models.js'
import { KEYS, pairOf } from './models.js'

const USERS = 3
const PROFILES = 4

type Step =
  | { readonly kind: 'set' | 'set by key'; readonly user: number; readonly profile: number; readonly rollback: boolean }
  | { readonly kind: 'unset' | 'create' | 'replace with new'; readonly user: number; readonly rollback: boolean }
  | { readonly kind: 'destroy profile'; readonly profile: number; readonly rollback: boolean }
  | { readonly kind: 'owner'; readonly profile: number; readonly user: number | null; readonly rollback: boolean }

const user = fc.integer({ min: 1, max: USERS })
const profile = fc.integer({ min: 1, max: PROFILES + 3 })
const rollback = fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom('set' as const, 'set by key' as const), user, profile, rollback }),
  fc.record({
    kind: fc.constantFrom('unset' as const, 'create' as const, 'replace with new' as const),
    user,
    rollback,
  }),
  fc.record({ kind: fc.constant('destroy profile' as const), profile, rollback }),
  fc.record({ kind: fc.constant('owner' as const), profile, user: fc.option(user, { freq: 4 }), rollback }),
)

describeEachEngine('histories', (engine) => {
  const policies = KEYS.flatMap((key) =>
    [undefined, ...(key.required ? ['delete'] : ['nullify', 'delete'])].map((onReplace) => ({ ...key, onReplace })),
  )

  for (const { title, onReplace, ...key } of policies) {
    describe(`${title}, onReplace: ${onReplace ?? 'not said'}`, () => {
      test('rows and relations agree with the model after every step', async () => {
        const pair = await pairOf(engine, { ...key, hasOne: onReplace ? { onReplace } : {} })
        await fc.assert(
          fc.asyncProperty(fc.array(step, { maxLength: 12 }), (steps) =>
            play(pair, steps, key, onReplace === 'delete' || key.required),
          ),
          { numRuns: 25 },
        )
      })
    })
  }

  async function play(
    pair: Pair,
    steps: readonly Step[],
    key: { required: boolean; unique: boolean },
    deletes: boolean,
  ): Promise<void> {
    const { sequelize, User, Profile } = pair
    await Profile.destroy({ where: {} })
    await User.destroy({ where: {} })
    await User.bulkCreate(
      Array.from({ length: USERS + PROFILES }, (_, index) => ({ id: index + 1, name: `user ${index + 1}` })),
    )
    // Where the key is required, each profile begins with a keeper of its own.
    const owners = new Map<number, number | null>(
      Array.from({ length: PROFILES }, (_, index) => [index + 1, key.required ? USERS + index + 1 : null]),
    )
    await Profile.bulkCreate([...owners].map(([id, userId]) => ({ id, bio: `profile ${id}`, userId })))
    let next = PROFILES + 1
    const users: Row[] = await User.findAll({
      where: { id: Array.from({ length: USERS }, (_, index) => index + 1) },
      include: 'profile',
      order: ['id'],
    })

    for (const action of steps) {
      const before = new Map(owners)
      const release = (owner: number, except?: number): void => {
        for (const [id, current] of [...owners]) {
          if (current !== owner || id === except) continue
          if (deletes) owners.delete(id)
          else owners.set(id, null)
        }
      }
      /** Does the step; what it returns says whether it has to succeed. */
      const run = async (): Promise<void> => {
        if (action.kind === 'destroy profile') {
          const row = await Profile.findByPk(action.profile)
          if (row) await row.destroy()
          owners.delete(action.profile)
          return
        }
        if (action.kind === 'owner') {
          const row = await Profile.findByPk(action.profile)
          if (!row || (key.required && action.user === null)) return
          // The other side writes one key and looks at nothing else: leave out what a unique index refuses.
          if (action.user !== null && [...owners].some(([id, owner]) => owner === action.user && id !== action.profile))
            return
          expect((await row.setUser(action.user))?.id ?? null).toBe(action.user)
          owners.set(action.profile, action.user)
          return
        }
        const acting = users[action.user - 1] as Row
        if (action.kind === 'unset') {
          expect(await acting.setProfile(null)).toBeNull()
          release(action.user)
        } else if (!('profile' in action)) {
          const values = { id: next, bio: `profile ${next}` }
          const created =
            action.kind === 'create'
              ? await acting.createProfile(values)
              : await acting.setProfile(Profile.build(values))
          expect([created.id, created.userId]).toEqual([next, action.user])
          release(action.user)
          owners.set(next, action.user)
          next += 1
        } else if (owners.has(action.profile)) {
          const target = action.kind === 'set' ? await Profile.findByPk(action.profile) : action.profile
          expect((await acting.setProfile(target)).id).toBe(action.profile)
          release(action.user, action.profile)
          owners.set(action.profile, action.user)
        } else {
          await expect(acting.setProfile(action.profile)).rejects.toMatchObject({ name: 'SequelizeEmptyResultError' })
        }
      }
      if (action.rollback) {
        await expect(
          sequelize.transaction(async () => {
            await run()
            throw new RangeError('back')
          }),
        ).rejects.toBeInstanceOf(RangeError)
        owners.clear()
        for (const [id, owner] of before) owners.set(id, owner)
      } else await run()

      const rows: Row[] = await Profile.findAll({ order: ['id'] })
      expect(rows.map((row) => [row.id, row.userId])).toEqual([...owners].sort(([a], [b]) => a - b))
      if (action.rollback || !('user' in action) || action.kind === 'owner') continue
      const acting = users[action.user - 1] as Row
      const held = [...owners].find(([, owner]) => owner === action.user)?.[0] ?? null
      // A set that was refused changed nothing, not even a relation that had become stale by other hands.
      if ('profile' in action && !owners.has(action.profile)) continue
      expect(acting.profile?.id ?? null).toBe(held)
      expect((await acting.getProfile())?.id ?? null).toBe(held)
    }
  }
})
