// A door before a server which keeps one answer back: what the server says after the first COMMIT arrives late, as on a machine that has
// stopped the server's process for a moment just then. All other answers pass at once.
import type { Socket } from 'node:net'
import { connect, createServer } from 'node:net'

export interface Door {
  readonly host: string
  readonly port: number
  /** The next COMMIT is the one. */
  holdNext(): void
  close(): Promise<void>
}

export async function slowAnswers(server: Readonly<Record<string, unknown>>, delay: number): Promise<Door> {
  let isWaiting = false
  const sockets = new Set<Socket>()
  const door = createServer((client) => {
    const upstream = connect({ host: String(server.host), port: Number(server.port) })
    let isHeld = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        client.destroy()
        upstream.destroy()
      })
    }
    client.on('data', (data) => {
      if (isWaiting && data.includes('COMMIT')) {
        isWaiting = false
        isHeld = true
        setTimeout(() => {
          isHeld = false
        }, delay)
      }
      upstream.write(data)
    })
    upstream.on('data', (data) => {
      if (isHeld) setTimeout(() => client.write(data), delay)
      else client.write(data)
    })
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  return {
    host: '127.0.0.1',
    port: (door.address() as { readonly port: number }).port,
    holdNext() {
      isWaiting = true
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        door.close(() => resolve())
      }),
  }
}
