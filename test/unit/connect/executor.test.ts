import { expect, test } from 'vitest'
import type { Transaction } from '../../../src/connect/transaction.js'
import { DatabaseError, UniqueConstraintError } from '../../../src/errors/index.js'
import { count, log, open, openFile, pause, read, write } from './support.js'

test('logging, benchmark and parameters', async () => {
  const lines: unknown[][] = []
  const executor = open({ logging: (...args) => void lines.push(args) })
  await executor.execute({ text: 'SELECT ?', params: [1], mode: 'rows' }, 'read')
  expect(lines.pop()![0]).toBe('Executing (default): SELECT ?')
  await executor.execute({ text: 'SELECT ?', params: ['a', 2n].slice(0, 1), mode: 'rows' }, 'read', {
    benchmark: true,
    logQueryParameters: true,
  })
  const [text, ms] = lines.pop()!
  expect(text).toBe('Executed (default): SELECT ?; ["a"]')
  expect(ms).toBeTypeOf('number')
  await executor.execute({ text: 'SELECT 1', params: [], mode: 'rows' }, 'read', { logging: false })
  expect(lines).toHaveLength(0)
  await executor.transaction({}, async (transaction) => {
    await read(executor, 'SELECT 1')
    expect(lines.pop()![0]).toBe(`Executing (${transaction.id}): SELECT 1`)
  })
})

test('parameters in the log: bytes are counted, long text is cut', async () => {
  const lines: string[] = []
  const executor = open({ logging: (text) => void lines.push(text), logQueryParameters: true })
  await executor.execute(
    { text: 'SELECT ?, ?, ?', params: [Buffer.alloc(5), 'x'.repeat(500), 5n], mode: 'rows' },
    'read',
  )
  expect(lines[0]).toContain('"<5 bytes>"')
  expect(lines[0]!.length).toBeLessThan(300)
})

test('errors carry the statement and the driver error, and reject rather than throw', async () => {
  const executor = open()
  const failing = executor.execute({ text: 'SELECT * FROM nowhere', params: [1], mode: 'rows' }, 'read')
  const error = await failing.catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(DatabaseError)
  expect(error).toMatchObject({ name: 'SequelizeUnknownTableError', sql: 'SELECT * FROM nowhere', parameters: [1] })
  expect((error as Error).cause).toMatchObject({ message: 'no such table: nowhere' })
  expect(JSON.stringify(error)).not.toContain('parameters')
})

test('the first frame outside the library is the one that asked', async () => {
  const executor = open()
  const error = await read(executor, 'SELECT nope').catch((caught: unknown) => caught)
  expect((error as Error).stack).toContain('executor.test.ts')
})

test('query hooks see the same object before and after; acquire hooks see every connection', async () => {
  const seen: unknown[] = []
  const events: string[] = []
  const executor = open({
    hooks: {
      query: {
        isActive: true,
        before: (_options, query) => void seen.push(query),
        after: (_options, query) => void seen.push(query),
      },
      acquire: { isActive: true, before: () => void events.push('before'), after: () => void events.push('after') },
      beforeConnect: async (options) => {
        options.busyTimeout = 10
      },
      afterConnect: (connection) => void events.push(`connected ${connection.isOpen}`),
      beforeDisconnect: () => void events.push('closing'),
    },
  })
  await read(executor, 'SELECT 1')
  expect(seen).toHaveLength(2)
  expect(seen[0]).toBe(seen[1])
  expect(seen[0]).toMatchObject({ sql: 'SELECT 1', uuid: 'default' })
  await executor.close()
  expect(events).toEqual(['before', 'connected true', 'after', 'closing'])
})

test('statements go through the door when there is one', async () => {
  const executor = open()
  const texts: string[] = []
  executor.door = (statement, _kind, _options, send) => {
    texts.push(statement.text)
    return send()
  }
  expect(await read(executor, 'SELECT 1')).toEqual([[1]])
  expect(texts).toEqual(['SELECT 1'])
})

test('a managed transaction commits, or rolls back and rethrows', async () => {
  const executor = open()
  await write(executor, 'CREATE TABLE t (a)')
  expect(
    await executor.transaction({}, async () => (await write(executor, 'INSERT INTO t VALUES (1)')).affectedRows),
  ).toBe(1)
  const failure = new Error('no')
  await expect(
    executor.transaction({}, async () => {
      await write(executor, 'INSERT INTO t VALUES (2)')
      throw failure
    }),
  ).rejects.toBe(failure)
  expect(await read(executor, 'SELECT a FROM t')).toEqual([[1]])
  expect(log.filter((text) => /^(BEGIN|COMMIT|ROLLBACK)/.test(text))).toEqual([
    'BEGIN DEFERRED TRANSACTION',
    'COMMIT',
    'BEGIN DEFERRED TRANSACTION',
    'ROLLBACK',
  ])
})

test('parallel transactions queue, and each is whole', async () => {
  for (const executor of [open(), openFile()]) {
    await write(executor, 'CREATE TABLE t (a)')
    let inside = 0
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        executor
          .transaction({}, async () => {
            inside += 1
            expect(inside).toBe(1)
            const before = (await count(executor)) as number
            await pause(0)
            await write(executor, 'INSERT INTO t VALUES (?)', [before])
            inside -= 1
            if (index % 3 === 0) throw new Error('taken back')
          })
          .catch((error: Error) => {
            if (error.message !== 'taken back') throw error
          }),
      ),
    )
    expect(await read(executor, 'SELECT a FROM t ORDER BY a')).toEqual(
      Array.from({ length: 13 }, (_, index) => [index]),
    )
  }
})

test('memory: a read outside runs at once and sees what is uncommitted; a write waits for the end', async () => {
  const executor = open()
  await write(executor, 'CREATE TABLE t (a)')
  const order: string[] = []
  let outside: Promise<unknown> = Promise.resolve()
  const release: { now?: () => void } = {}
  const started = new Promise<void>((resolve) => {
    outside = executor.transaction({}, async () => {
      await write(executor, 'INSERT INTO t VALUES (1)')
      resolve()
      await new Promise<void>((go) => {
        release.now = go
      })
      order.push('transaction')
    })
  })
  await started
  expect(await count(executor)).toBe(1)
  const waiting = write(executor, 'INSERT INTO t VALUES (2)').then(() => order.push('write'))
  await pause()
  expect(executor.pool.write.waiting).toBe(1)
  release.now!()
  await Promise.all([outside, waiting])
  expect(order).toEqual(['transaction', 'write'])
})

test('file: reads outside a transaction see what is committed, on a connection of their own', async () => {
  const executor = openFile()
  await write(executor, 'CREATE TABLE t (a)')
  await executor.transaction({}, async () => {
    await write(executor, 'INSERT INTO t VALUES (1)')
    expect(await count(executor)).toBe(1)
    expect(await count(executor, { transaction: null })).toBe(0)
    expect(await count(executor, { transaction: null, useMaster: false })).toBe(0)
  })
  expect(await count(executor)).toBe(1)
  expect(executor.pool.read.size).toBe(1)
  expect(executor.pool.write.size).toBe(1)
  await expect(executor.execute({ text: 'INSERT INTO t VALUES (3)', params: [], mode: 'run' }, 'read')).rejects.toThrow(
    /readonly/,
  )
})

test('a write that can never get the connection says so at once', async () => {
  for (const executor of [open(), openFile()]) {
    await write(executor, 'CREATE TABLE t (a)')
    await executor.transaction({}, async () => {
      await expect(write(executor, 'INSERT INTO t VALUES (1)', [], { transaction: null })).rejects.toThrow(
        /one connection that writes, and the transaction around this call holds it/,
      )
      await expect(executor.transaction({ nestMode: 'separate' }, async () => {})).rejects.toThrow(/never end/)
      await expect(executor.startUnmanagedTransaction()).rejects.toThrow(/never end/)
    })
    await executor.withConnection({}, async (connection) => {
      await write(executor, 'INSERT INTO t VALUES (1)', [], { connection })
      await expect(write(executor, 'INSERT INTO t VALUES (1)')).rejects.toThrow(/pass `connection`/)
    })
    expect(await count(executor)).toBe(1)
  }
})

test('the acquire timeout names who holds the connection and what it runs', async () => {
  const executor = open({ pool: { acquire: 30 } })
  await write(executor, 'CREATE TABLE t (a)')
  const transaction = await executor.startUnmanagedTransaction()
  await write(executor, 'INSERT INTO t VALUES (42)', [], { transaction })
  const error = (await write(executor, 'INSERT INTO t VALUES (1)').catch((caught: unknown) => caught)) as Error
  expect(error.name).toBe('SequelizeConnectionAcquireTimeoutError')
  expect(error.message).toMatch(
    new RegExp(`transaction ${transaction.id} \\(last statement: INSERT INTO t VALUES \\(42\\)\\), for \\d+ ms`),
  )
  await transaction.rollback()
})

test('a transaction that is over refuses statements and a second end', async () => {
  const executor = open()
  const transaction = await executor.startUnmanagedTransaction()
  expect(transaction.finished).toBeUndefined()
  await transaction.commit()
  expect(transaction.finished).toBe('commit')
  const error = await read(executor, 'SELECT 1', { transaction }).catch((caught: unknown) => caught)
  expect(error).toMatchObject({ name: 'SequelizeDatabaseError', sql: 'SELECT 1' })
  expect((error as Error).message).toContain(`commit has been called on transaction ${transaction.id}`)
  await expect(transaction.commit()).rejects.toThrow(
    'Transaction cannot be committed because it has been finished with state: commit',
  )
  await expect(transaction.rollback()).rejects.toThrow(
    'Transaction cannot be rolled back because it has been finished with state: commit',
  )
  expect(() => transaction.getConnection()).toThrow(/over/)
})

test('work that outlives its transaction is refused instead of running outside', async () => {
  const executor = open()
  await write(executor, 'CREATE TABLE t (a)')
  let late: Promise<unknown> = Promise.resolve()
  await executor.transaction({}, async () => {
    late = pause(10).then(() => write(executor, 'INSERT INTO t VALUES (1)'))
    late.catch(() => {})
  })
  await expect(late).rejects.toThrow(/can no longer be used/)
  expect(await count(executor)).toBe(0)
})

test("reuse: the inner call joins; its error is the outer one's business", async () => {
  const executor = open()
  await write(executor, 'CREATE TABLE t (a)')
  await executor.transaction({}, async (outer) => {
    await executor.transaction({}, async (inner) => {
      expect(inner).toBe(outer)
    })
    await expect(executor.transaction({ type: 'EXCLUSIVE' }, async () => {})).rejects.toThrow(/nestMode 'separate'/)
  })
})

test('savepoints: a failed inner part is undone alone, hooks wait for the outermost', async () => {
  const executor = open()
  await write(executor, 'CREATE TABLE t (a)')
  const events: string[] = []
  await executor.transaction({}, async (outer) => {
    await write(executor, 'INSERT INTO t VALUES (1)')
    await executor.transaction({ nestMode: 'savepoint' }, async (inner) => {
      expect(inner.parent).toBe(outer)
      expect(inner.rootTransaction).toBe(outer)
      inner
        .afterCommit(() => void events.push('inner committed'))
        .afterTransaction(() => void events.push('inner over'))
      await write(executor, 'INSERT INTO t VALUES (2)')
    })
    await executor
      .transaction({ nestMode: 'savepoint' }, async (inner) => {
        inner.afterRollback(() => void events.push('inner undone')).afterCommit(() => void events.push('never'))
        await write(executor, 'INSERT INTO t VALUES (3)')
        throw new Error('undo')
      })
      .catch(() => {})
    outer.afterCommit(() => void events.push('outer committed'))
    expect(events).toEqual(['inner undone'])
  })
  expect(await read(executor, 'SELECT a FROM t')).toEqual([[1], [2]])
  expect(events).toEqual(['inner undone', 'inner committed', 'outer committed', 'inner over'])
})

test('atomic steps side by side in one transaction take turns', async () => {
  const executor = open()
  await write(executor, 'CREATE TABLE t (a)')
  await executor.transaction({}, async (transaction) => {
    await Promise.allSettled(
      [0, 1, 2, 3].map((number) =>
        executor.atomic({ transaction }, async (step) => {
          await write(executor, 'INSERT INTO t VALUES (?)', [number], { transaction: step })
          await pause(number === 0 ? 10 : 0)
          // A step inside a step must not wait for the outer one.
          await executor.atomic({ transaction }, async (inner) => {
            await write(executor, 'INSERT INTO t VALUES (?)', [number + 10], { transaction: inner })
          })
          if (number % 2 === 0) throw new Error('undo')
        }),
      ),
    )
  })
  expect(await read(executor, 'SELECT a FROM t ORDER BY a')).toEqual([[1], [3], [11], [13]])
})

test('atomic outside of a transaction takes the right to write at once', async () => {
  const executor = openFile()
  await write(executor, 'CREATE TABLE t (a)')
  await executor.atomic({}, async (transaction) => {
    expect(executor.currentTransaction()).toBe(transaction)
    await write(executor, 'INSERT INTO t VALUES (1)')
  })
  await executor.atomic({ transaction: null }, async () => {})
  expect(log.filter((text) => text.startsWith('BEGIN'))).toEqual([
    'BEGIN IMMEDIATE TRANSACTION',
    'BEGIN IMMEDIATE TRANSACTION',
  ])
})

test('without ambient transactions each call has to be told', async () => {
  const executor = open({ ambient: false })
  await write(executor, 'CREATE TABLE t (a)')
  await executor.transaction({}, async (transaction) => {
    expect(executor.currentTransaction()).toBeNull()
    await write(executor, 'INSERT INTO t VALUES (1)', [], { transaction })
  })
  expect(await count(executor)).toBe(1)
})

test('the ambient transaction belongs to one instance', async () => {
  const [one, other] = [open(), open()]
  await one.transaction({}, async (transaction) => {
    expect(one.currentTransaction()).toBe(transaction)
    expect(other.currentTransaction()).toBeNull()
    await other.transaction({}, async () => {
      expect(one.currentTransaction()).toBe(transaction)
    })
  })
})

test('a commit that the database refuses rolls everything back', async () => {
  for (const executor of [open(), openFile()]) {
    await write(executor, 'CREATE TABLE p (id INTEGER PRIMARY KEY)')
    await write(executor, 'CREATE TABLE t (a REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED)')
    const events: string[] = []
    let seen: Transaction | undefined
    await expect(
      executor.transaction({}, async (transaction) => {
        seen = transaction
        transaction
          .afterCommit(() => void events.push('commit'))
          .afterRollback(() => void events.push('rollback'))
          .afterTransaction(() => void events.push('end'))
        await write(executor, 'INSERT INTO t VALUES (5)')
      }),
    ).rejects.toMatchObject({ name: 'SequelizeForeignKeyConstraintError', sql: 'COMMIT' })
    expect(seen!.finished).toBe('rollback')
    expect(events).toEqual(['rollback', 'end'])
    expect(await count(executor)).toBe(0)
    await write(executor, 'INSERT INTO p VALUES (5)')
  }
})

test('constraint checking, read only, and isolation levels as SQLite has them', async () => {
  const executor = open()
  await write(executor, 'CREATE TABLE p (id INTEGER PRIMARY KEY)')
  await write(executor, 'CREATE TABLE t (a REFERENCES p (id))')
  await executor.transaction({ constraintChecking: 'DEFERRED' }, async () => {
    await write(executor, 'INSERT INTO t VALUES (1)')
    await write(executor, 'INSERT INTO p VALUES (1)')
  })
  await expect(
    executor.transaction({ readOnly: true }, () => write(executor, 'INSERT INTO p VALUES (2)')),
  ).rejects.toThrow(/readonly/)
  await write(executor, 'INSERT INTO p VALUES (2)')
  await executor.transaction({ isolationLevel: 'SERIALIZABLE' }, async () => {})
  await executor.transaction({ isolationLevel: 'READ UNCOMMITTED' }, async () => {
    expect(await read(executor, 'PRAGMA read_uncommitted')).toEqual([[1]])
  })
  expect(await read(executor, 'PRAGMA read_uncommitted')).toEqual([[0]])
  // Less than SQLite gives anyway.
  await executor.transaction({ isolationLevel: 'READ COMMITTED' }, async () => {})
  await expect(executor.transaction({ isolationlevel: 'SERIALIZABLE' } as never, async () => {})).rejects.toThrow(
    /Did you mean "isolationLevel"/,
  )
  await expect(executor.transaction({ type: 'LATER' } as never, async () => {})).rejects.toThrow(
    /`type` must be one of/,
  )
})

test('retry runs the whole transaction again, for errors that match', async () => {
  const executor = open()
  let attempts = 0
  const result = await executor.transaction({ retry: { max: 3, match: /passing/, backoffBase: 1 } }, async () => {
    attempts += 1
    if (attempts < 3) throw new Error('a passing fault')
    return attempts
  })
  expect(result).toBe(3)
  await expect(
    executor.transaction({ retry: { max: 3, match: /passing/, backoffBase: 1 } }, async () => {
      throw new Error('lasting')
    }),
  ).rejects.toThrow('lasting')
  await write(executor, 'CREATE TABLE t (a UNIQUE)')
  await write(executor, 'INSERT INTO t VALUES (1)')
  attempts = 0
  await expect(
    executor.transaction({ retry: { max: 2, match: UniqueConstraintError, backoffBase: 1 } }, () => {
      attempts += 1
      return write(executor, 'INSERT INTO t VALUES (1)')
    }),
  ).rejects.toBeInstanceOf(UniqueConstraintError)
  expect(attempts).toBe(2)
})

test('an aborted signal stops what has not begun', async () => {
  const executor = open()
  const controller = new AbortController()
  controller.abort(new Error('enough'))
  await expect(read(executor, 'SELECT 1', { signal: controller.signal })).rejects.toThrow('enough')
})

test('a closed executor refuses; closing waits for what runs', async () => {
  const executor = openFile()
  await write(executor, 'CREATE TABLE t (a)')
  let isDone = false
  const running = executor.transaction({}, async () => {
    await pause(20)
    await write(executor, 'INSERT INTO t VALUES (1)')
    isDone = true
  })
  await pause(5)
  const closing = executor.close()
  await expect(write(executor, 'INSERT INTO t VALUES (1)')).rejects.toThrow(/closed/)
  await Promise.all([running, closing])
  expect(isDone).toBe(true)
  await expect(read(executor, 'SELECT 1')).rejects.toThrow(/closed/)
  expect(executor.pool.size).toBe(0)
})

test('an idle reader is closed, the database in memory never is', async () => {
  const file = openFile({ pool: { idle: 10, evict: 5 } })
  await read(file, 'SELECT 1')
  expect(file.pool.read.size).toBe(1)
  await pause(60)
  expect(file.pool.read.size).toBe(0)
  const memory = open({ pool: { idle: 10, evict: 5 } })
  await write(memory, 'CREATE TABLE t (a)')
  await pause(60)
  expect(await count(memory)).toBe(0)
})

test('a transaction on a connection that the caller has', async () => {
  const executor = openFile()
  await write(executor, 'CREATE TABLE t (a)')
  await executor.withConnection({}, async (connection) => {
    await executor.transaction({ connection }, async () => {
      await write(executor, 'INSERT INTO t VALUES (1)')
    })
    await executor.atomic({ connection }, async (transaction) => {
      await write(executor, 'INSERT INTO t VALUES (2)', [], { transaction })
    })
    expect(await count(executor, { connection })).toBe(2)
  })
  expect(executor.pool.using).toBe(0)
})

test('a transaction of another instance is refused', async () => {
  const [one, other] = [open(), open()]
  await one.transaction({}, async (transaction) => {
    await expect(read(other, 'SELECT 1', { transaction })).rejects.toThrow(/another Sequelize instance/)
  })
})

test('file: a transaction larger than the cache does not lock readers out', async () => {
  const executor = openFile({ connection: { busyTimeout: 200 } })
  await write(executor, 'CREATE TABLE t (a)')
  await write(executor, 'PRAGMA cache_size = 10')
  await executor.transaction({}, async () => {
    for (let row = 0; row < 50; row += 1) await write(executor, 'INSERT INTO t VALUES (zeroblob(10000))')
    expect(await count(executor, { transaction: null })).toBe(0)
  })
  expect(await count(executor)).toBe(50)
})
