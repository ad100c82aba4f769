/** `npm run bench -- --memory`: what the answer of W4 (10,000 users with profile and address) holds on the heap, contender by contender. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Contender } from '../contender.js'
import { copyFor, FULL, prepare, remove } from '../dataset.js'
import type { EngineName } from '../target.js'
import type { Table } from './table.js'
import { median } from './table.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

async function heap(): Promise<number> {
  // In a turn of its own: what was awaited before is then held by nobody.
  await new Promise((resolve) => setTimeout(resolve, 20))
  collect()
  collect()
  return process.memoryUsage().heapUsed
}

async function kept(work: () => Promise<readonly unknown[]>): Promise<number> {
  const before = await heap()
  const answer = await work()
  const bytes = (await heap()) - before
  if (answer.length !== FULL.users) throw new Error(`${FULL.users} rows were expected, ${answer.length} came.`)
  return bytes
}

export async function memory(engine: EngineName, contenders: readonly Contender[]): Promise<readonly Table[]> {
  const target = await prepare(engine)
  const figures: { readonly name: string; readonly bytes: number }[] = []
  try {
    for (const contender of contenders) {
      const session = await contender.open(await copyFor(target, contender.name)).catch(() => null)
      if (session === null) continue
      const list = session.listWithAddress?.bind(session)
      if (list) {
        await kept(() => list(FULL.users))
        const times = [await kept(() => list(FULL.users)), await kept(() => list(FULL.users))]
        figures.push({ name: contender.name, bytes: median([...times, await kept(() => list(FULL.users))]) })
      }
      await session.close()
    }
  } finally {
    await remove(target)
  }
  const limit = figures.find(({ name }) => name === 'raw driver')!.bytes
  return [
    {
      title: `Heap of 10,000 users with profile and address (${engine})`,
      columns: ['contender', 'MB', 'bytes per user', 'ratio to plain objects'],
      rows: figures.map(({ name, bytes }) => [name, bytes / 1_000_000, bytes / FULL.users, bytes / limit]),
    },
  ]
}
