// Records every statement that a Sequelize instance sends, so that tests can count and read them.

export interface Recorder {
  /** Statements since the start or the last `clear()`, as sent, without the `Executing (…): ` in front. */
  readonly statements: readonly string[]
  clear(): void
  /** Statements that `work` sends. BEGIN, COMMIT, SAVEPOINT and PRAGMA are left out unless `{ all: true }`. */
  during(work: () => unknown, options?: { readonly all?: boolean }): Promise<string[]>
  /** How many statements `work` sends. */
  count(work: () => unknown, options?: { readonly all?: boolean }): Promise<number>
  /** Give this to `new Sequelize({ logging })`. */
  readonly logging: (text: string) => void
}

const PREFIX = /^Execut(?:ing|ed) \([^)]*\): /
const HOUSEKEEPING = /^(?:BEGIN|START|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|PRAGMA|SET )/i
/** Statements that define: nothing of this may happen when a schema is unchanged. */
export const DDL = /^(?:CREATE|ALTER|DROP|TRUNCATE)\b/i

export function createRecorder(): Recorder {
  const statements: string[] = []
  const during = async (work: () => unknown, options: { readonly all?: boolean } = {}): Promise<string[]> => {
    const before = statements.length
    await work()
    const sent = statements.slice(before)
    return options.all ? sent : sent.filter((text) => !HOUSEKEEPING.test(text))
  }
  return {
    statements,
    clear: () => {
      statements.length = 0
    },
    during,
    count: async (work, options) => (await during(work, options)).length,
    logging: (text) => {
      statements.push(text.replace(PREFIX, ''))
    },
  }
}
