/**
 * Stops the statement that a connection runs, by a cancel request: a connection of its own that says which session is meant, with the key
 * that the server gave it ("Canceling Requests in Progress" in the protocol's description). It works behind PgBouncer, too.
 */
import type { Client, PgModule } from './load.js'

const TIMEOUT = 5000

/** What of `pg`'s client a cancel request needs. */
interface Target {
  readonly processID?: number | null
  readonly secretKey?: unknown
  readonly host?: string
  readonly port?: number
  readonly ssl?: unknown
}
interface Line {
  connect(port: number | string, host?: string): void
  requestSsl(): void
  cancel(processId: number, secretKey: unknown): void
  on(event: 'connect' | 'sslconnect' | 'end', listener: () => void): unknown
  on(event: 'error', listener: (error: unknown) => void): unknown
  readonly stream: { destroy(): void }
}

/** Resolves when the server has taken note. Rejects when it cannot be told. */
export async function cancel(
  Client: PgModule['Client'],
  config: Readonly<Record<string, unknown>>,
  running: Client,
): Promise<void> {
  const { processID, secretKey, host = '', port, ssl } = running as Target
  const line = (new Client(config) as unknown as { readonly connection?: Line }).connection
  if (!line || processID === null || processID === undefined || secretKey === undefined)
    throw new Error('This driver cannot cancel statements.')
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      line.stream.destroy()
      reject(new Error('The server does not answer the request to cancel a statement.'))
    }, TIMEOUT)
    const ask = (): void => line.cancel(processID, secretKey)
    line.on('connect', () => (ssl ? line.requestSsl() : ask()))
    line.on('sslconnect', ask)
    line.on('error', (error) => {
      clearTimeout(timer)
      reject(error instanceof Error ? error : new Error(String(error)))
    })
    // The server says nothing; it closes the connection.
    line.on('end', () => {
      clearTimeout(timer)
      resolve()
    })
    if (host.startsWith('/')) line.connect(`${host}/.s.PGSQL.${port ?? 5432}`)
    else line.connect(port ?? 5432, host)
  })
}
