/** How long an editor waits for completions: asked of the language server, as an editor does, once it has opened the file. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const tsserver = join(createRequire(import.meta.url).resolve('typescript/package.json'), '../lib/tsserver.js')

interface Reply {
  readonly request_seq?: number
  readonly success?: boolean
  readonly message?: string
  readonly body?: { readonly entries?: readonly unknown[] }
}

/** Median of five completions after a keystroke each, in milliseconds. */
export async function completionTime(file: string, cursor: string): Promise<number> {
  const server = spawn(process.execPath, ['--max-old-space-size=6144', tsserver, '--disableAutomaticTypingAcquisition'])
  const waiting = new Map<number, (reply: Reply) => void>()
  createInterface({ input: server.stdout }).on('line', (line) => {
    if (!line.startsWith('{')) return
    const reply = JSON.parse(line) as Reply
    waiting.get(reply.request_seq ?? -1)?.(reply)
  })
  let sequence = 0
  const send = (command: string, args: object): number => {
    server.stdin.write(`${JSON.stringify({ seq: ++sequence, type: 'request', command, arguments: args })}\n`)
    return sequence
  }
  const ask = (command: string, args: object): Promise<Reply> =>
    new Promise((resolve) => {
      waiting.set(send(command, args), resolve)
    })
  try {
    send('open', { file })
    const text = readFileSync(file, 'utf8')
    const position = text.lastIndexOf(cursor) + cursor.length
    const line = text.slice(0, position).split('\n').length
    const offset = position - text.lastIndexOf('\n', position - 1)
    const times: number[] = []
    for (let round = 0; round < 5; round++) {
      // Without a change the server would answer from what it remembers.
      send('change', { file, line: 1, offset: 1, endLine: 1, endOffset: 1, insertString: ' ' })
      const column = line === 1 ? offset + round + 1 : offset
      const start = performance.now()
      const { success, message, body } = await ask('completionInfo', { file, line, offset: column })
      if (!success || !body?.entries?.length) throw new Error(`No completions: ${message}`)
      times.push(performance.now() - start)
    }
    return Math.round(times.sort((a, b) => a - b)[2]!)
  } finally {
    server.kill()
  }
}
