/** W1 to W11: what is timed, how often at a time, and what the answer has to look like. */
import type { NewProfile, NewTask, NewUser, Session } from './contender.js'
import { FULL } from './dataset.js'

export interface Workload {
  readonly id: string
  readonly title: string
  /** The session's methods that it needs. */
  readonly needs: readonly (keyof Session)[]
  /** Called before each round, not timed; what it returns goes to `run`. */
  before?(session: Session, calls: number): Promise<unknown>
  /** The `index`-th call of a round. */
  run(session: Session, index: number, prepared: unknown): Promise<unknown>
  /** SQL that brings the tables back to what they were, after a round; not timed. */
  readonly restore?: readonly string[]
  /** Reads: what all contenders must agree on. */
  readonly compare?: (answer: unknown) => unknown
  /** Calls in flight at once (W11). */
  readonly parallel?: number
  /** Upper bound of calls in a round. */
  readonly most?: number
}

/** A sequence that looks random and is the same for everyone. */
const scattered = (index: number): number => ((index * 7_919) % FULL.users) + 1

const newUser = (n: number): NewUser => ({
  name: `New ${n}`,
  email: `new${n}@example.org`,
  age: 20 + (n % 50),
  active: n % 2 === 0,
  createdAt: new Date(Date.UTC(2024, 0, 1) + n * 1_000),
})
const newProfile = (n: number): NewProfile => ({
  bio: `Bio of new ${n}`,
  avatar: `/avatars/${n % 97}.png`,
  website: `https://example.org/~new${n}`,
  visits: n % 1_000,
})
const newTasks = (count: number): readonly NewTask[] =>
  Array.from({ length: count }, (_, n) => ({
    userId: (n % FULL.users) + 1,
    title: `New task ${n}`,
    done: n % 3 === 0,
  }))
const THOUSAND_TASKS = newTasks(1_000)

type Fields = Record<string, unknown>
const flag = (value: unknown): boolean => value === true || value === 1
const moment = (value: unknown): number =>
  value instanceof Date ? value.getTime() : new Date(value as string | number).getTime()

const user = (given: unknown): Fields | null => {
  if (given === null || given === undefined) return null
  const { id, name, email, age, active, createdAt } = given as Fields
  return { id: Number(id), name, email, age, active: flag(active), createdAt: moment(createdAt) }
}
const profile = (given: unknown): Fields | null => {
  if (given === null || given === undefined) return null
  const { id, bio, avatar, website, visits } = given as Fields
  return { id: Number(id), bio, avatar, website, visits }
}
const address = (given: unknown): Fields | null => {
  if (given === null || given === undefined) return null
  const { id, street, city, zip, country } = given as Fields
  return { id: Number(id), street, city, zip, country }
}
const task = (given: unknown): Fields => {
  const { id, title, done } = given as Fields
  return { id: Number(id), title, done: flag(done) }
}
const listOf = (value: unknown): readonly Fields[] => {
  const items = value as Iterable<Fields> & { getItems?: () => Fields[] }
  return typeof items.getItems === 'function' ? items.getItems() : [...items]
}
const withProfile = (given: unknown): unknown => ({ ...user(given), profile: profile((given as Fields).profile) })
const withAddress = (given: unknown): unknown => {
  const own = (given as Fields).profile as Fields | null
  return { ...user(given), profile: { ...profile(own), address: address(own?.address) } }
}
const withTasks = (given: unknown): unknown => ({
  ...user(given),
  tasks: listOf((given as Fields).tasks)
    .map(task)
    .sort((a, b) => (a.id as number) - (b.id as number)),
})
const each =
  (one: (given: unknown) => unknown) =>
  (answer: unknown): unknown =>
    (answer as readonly unknown[]).map(one)

const REMOVE_NEW = [
  `DELETE FROM profiles WHERE id > ${FULL.users + FULL.freeProfiles}`,
  `DELETE FROM users WHERE id > ${FULL.users}`,
]

export const WORKLOADS: readonly Workload[] = [
  {
    id: 'W1',
    title: 'find by primary key',
    needs: ['findByKey'],
    run: (session, index) => session.findByKey!(scattered(index)),
    compare: user,
  },
  {
    id: 'W2',
    title: 'find one with its one-to-one',
    needs: ['findWithProfile'],
    run: (session, index) => session.findWithProfile!(scattered(index)),
    compare: withProfile,
  },
  {
    id: 'W3',
    title: '1,000 users with profile',
    needs: ['listWithProfile'],
    run: (session) => session.listWithProfile!(1_000),
    compare: each(withProfile),
  },
  {
    id: 'W4',
    title: '10,000 users, profile, nested address',
    needs: ['listWithAddress'],
    run: (session) => session.listWithAddress!(10_000),
    compare: each(withAddress),
  },
  {
    id: 'W5',
    title: '200 users each with 10 tasks',
    needs: ['listWithTasks'],
    run: (session) => session.listWithTasks!(200),
    compare: each(withTasks),
  },
  {
    id: 'W6',
    title: 'create user + profile, one transaction',
    needs: ['createPair'],
    run: (session, index) => session.createPair!(newUser(index), newProfile(index)),
    restore: REMOVE_NEW,
  },
  {
    id: 'W7',
    title: 'insert 1,000 rows',
    needs: ['insertTasks'],
    run: (session) => session.insertTasks!(THOUSAND_TASKS),
    restore: [`DELETE FROM tasks WHERE id > ${FULL.users * FULL.tasksPerUser}`],
    most: 20,
  },
  {
    id: 'W8',
    title: 'update one field of a loaded row',
    needs: ['load', 'updateAge'],
    before: async (session, calls) => {
      turn++
      const loaded: unknown[] = []
      for (let index = 0; index < calls; index++) loaded.push(await session.load!(1 + (index % 2_000)))
      return loaded
    },
    // An age that no turn of the last hundreds had: every call changes something.
    run: (session, index, loaded) => session.updateAge!((loaded as unknown[])[index], 100 + (turn % 997)),
    most: 2_000,
  },
  {
    id: 'W9',
    title: 'replace the one-to-one (2 loads, set, one tx)',
    needs: ['replaceProfile'],
    run: (session, index) => {
      const id = 1 + (Math.floor(index / 2) % FULL.freeProfiles)
      return session.replaceProfile!(id, index % 2 === 0 ? FULL.users + id : id)
    },
    restore: [
      'UPDATE profiles SET user_id = NULL WHERE user_id IS NOT NULL AND user_id <> id',
      `UPDATE profiles SET user_id = id WHERE user_id IS NULL AND id <= ${FULL.users}`,
    ],
    most: 2 * FULL.freeProfiles,
  },
  {
    id: 'W10',
    title: "100 users, then each one's profile, lazily",
    needs: ['lazyProfiles'],
    run: (session) => session.lazyProfiles!(100),
    compare: each(profile),
  },
  {
    id: 'W11',
    title: '50 requests in flight, pool of 5',
    needs: ['findWithProfile'],
    run: (session, index) => session.findWithProfile!(scattered(index)),
    compare: withProfile,
    parallel: 50,
  },
]
let turn = 0
