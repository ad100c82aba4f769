/**
 * What every contender has to do. One that has no honest way to do a thing leaves the method out, and the table shows a dash.
 * Names of properties are the same for all (`createdAt`, `profile`, `tasks` …), so that results can be compared before anything is timed.
 */
import type { Target } from './target.js'

export interface NewUser {
  readonly name: string
  readonly email: string
  readonly age: number
  readonly active: boolean
  readonly createdAt: Date
}
export interface NewProfile {
  readonly bio: string
  readonly avatar: string
  readonly website: string
  readonly visits: number
}
export interface NewTask {
  readonly userId: number
  readonly title: string
  readonly done: boolean
}

/** An open contender. Reads return whatever the library gives: instances, entities or plain objects. */
export interface Session {
  /** W1: a user by primary key. */
  findByKey?(id: number): Promise<unknown>
  /** W2, W11: a user by primary key with its profile. */
  findWithProfile?(id: number): Promise<unknown>
  /** W3: the first users by id, each with its profile. */
  listWithProfile?(limit: number): Promise<readonly unknown[]>
  /** W4: the same with each profile's address. */
  listWithAddress?(limit: number): Promise<readonly unknown[]>
  /** W5: the first users by id, each with its tasks. */
  listWithTasks?(limit: number): Promise<readonly unknown[]>
  /** W6: a user and its profile in one transaction. */
  createPair?(user: NewUser, profile: NewProfile): Promise<unknown>
  /** W7: many rows of one table. */
  insertTasks?(tasks: readonly NewTask[]): Promise<unknown>
  /** W8: one field of a row that was loaded before (`load` is not timed). */
  load?(id: number): Promise<unknown>
  updateAge?(loaded: unknown, age: number): Promise<unknown>
  /** W9: in one transaction loads a user and a free profile, and makes this the user's; the former profile becomes free. */
  replaceProfile?(userId: number, profileId: number): Promise<unknown>
  /** W10: the first users, then each one's profile by a call of its own; all profiles at once where the library gains by it. */
  lazyProfiles?(limit: number): Promise<readonly unknown[]>
  /** `--streams`: calls `each` with every user with its profile, without holding them all. */
  streamWithProfile?(each: (user: unknown) => void): Promise<void>
  /** SQL of the bench's own, never timed: brings tables back to what they were. */
  send(sql: string): Promise<unknown>
  close(): Promise<unknown>
}

export interface Contender {
  readonly name: string
  /** Which engines it can speak to. */
  readonly engines: readonly Target['engine'][]
  open(target: Target): Promise<Session>
}
