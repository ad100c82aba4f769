/** Where in the user's program a call comes from: the first line of the stack that is neither this package's nor Node's. */
import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the package's code: src/, or dist/ once it is built. */
const own = folderOf(import.meta.url)

function folderOf(url: string): string {
  const file = fileURLToPath(url)
  const parts = file.split(sep)
  const at = Math.max(parts.lastIndexOf('src'), parts.lastIndexOf('dist'))
  return at === -1 ? file : parts.slice(0, at + 1).join(sep) + sep
}

const LOCATION = /\(?((?:file:\/\/|\/|[A-Za-z]:[\\/])[^()]*?):(\d+):(\d+)\)?$/
const DEEP = 60

/** `path/to/file.ts:12:5`, or null where no frame is the user's. Costly: only for what is told once. */
export function callerLine(): string | null {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = DEEP
  const { stack = '' } = new Error()
  Error.stackTraceLimit = stackTraceLimit
  for (const frame of stack.split('\n').slice(1)) {
    const found = LOCATION.exec(frame.trim())
    if (found === null) continue
    const file = found[1]!.startsWith('file:') ? fileURLToPath(found[1]!) : found[1]!
    if (!file.startsWith(own)) return `${file}:${found[2]}:${found[3]}`
  }
  return null
}
