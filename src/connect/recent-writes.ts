/**
 * Who has just written reads from the primary: replicas lag behind. Each public call that may write is led through `call`: it leaves a mark
 * in the asynchronous context of its caller, and a write inside it sets the mark's time. What the caller does next, and everything that it
 * calls, finds the mark. Only where there are replicas; otherwise no call gets here.
 */
import type { Executor } from './executor.js'
import type { Scope } from './transaction.js'
import { scopes } from './transaction.js'

/** Until when (`performance.now`) reads go to the primary. */
export interface Mark {
  until: number
}

export class RecentWrites {
  readonly #executor: Executor
  readonly #window: number

  /** `window`: milliseconds. */
  constructor(executor: Executor, window: number) {
    this.#executor = executor
    this.#window = window
  }

  /** Runs a call that may write. Calls inside it, hooks and callbacks set the same mark. */
  call<T>(work: () => T): T {
    const found = this.#find()
    if (found?.isShared === true) return work()
    const mark: Mark = { until: found?.mark?.until ?? 0 }
    const scope = this.#scope(mark, false, this.#withoutMark(scopes.getStore()))
    // The caller goes on in this scope: what it awaits, and what follows, knows of the write.
    scopes.enterWith(scope)
    return scopes.run({ ...scope, isShared: true }, work)
  }

  /** Everything in the callback shares one mark, whichever function of it writes. */
  share<T>(work: () => T): T {
    return scopes.run(this.#scope({ until: this.#find()?.mark?.until ?? 0 }, true, scopes.getStore()), work)
  }

  note(): void {
    const mark = this.#find()?.mark
    if (mark !== undefined) mark.until = performance.now() + this.#window
  }

  /** A write of this context is so recent that replicas may not have it. */
  get isRecent(): boolean {
    const mark = this.#find()?.mark
    return mark !== undefined && mark.until > performance.now()
  }

  #scope(mark: Mark, isShared: boolean, outer: Scope | undefined): Scope {
    return { executor: this.#executor, transaction: null, lease: null, isAmbient: false, mark, isShared, outer }
  }

  #find(): Scope | undefined {
    for (let scope = scopes.getStore(); scope; scope = scope.outer)
      if (scope.mark !== undefined && scope.executor === this.#executor) return scope
    return undefined
  }

  /** The scopes around the caller without the mark of an earlier call: a loop of writes must not make a chain of them. */
  #withoutMark(scope: Scope | undefined): Scope | undefined {
    if (scope?.mark === undefined || scope.isShared) return scope
    return scope.executor === this.#executor ? scope.outer : { ...scope, outer: this.#withoutMark(scope.outer) }
  }
}
