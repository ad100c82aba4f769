// Warnings of Mortise are Node process warnings with a code (`MORTISE_W_…`): what a piece of work gave, once it is over.

export interface GivenWarning {
  readonly code: string
  readonly message: string
}

const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve)
  })

export async function warningsDuring(work: () => unknown): Promise<GivenWarning[]> {
  // A synchronous driver leaves no pause between two tests: what the one before gave is told only now.
  await nextTurn()
  const given: GivenWarning[] = []
  const listen = (warning: Error & { code?: string }): void => {
    if (warning.code?.startsWith('MORTISE_')) given.push({ code: warning.code, message: warning.message })
  }
  process.on('warning', listen)
  try {
    await work()
    // `emitWarning` tells its listeners on the next tick.
    await nextTurn()
  } finally {
    process.off('warning', listen)
  }
  return given
}
