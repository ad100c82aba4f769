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
  for (const frame of framesHere()) {
    const place = placeOf(frame)
    if (place !== null) return place
  }
  return null
}

/** The frames of the user's program, one a line. Costly. */
export const callerStack = (): string =>
  framesHere()
    .filter((frame) => placeOf(frame) !== null)
    .join('\n')

function framesHere(): readonly string[] {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = DEEP
  const { stack = '' } = new Error()
  Error.stackTraceLimit = stackTraceLimit
  return stack.split('\n').slice(1)
}

/** Null: the frame is not the user's. */
function placeOf(frame: string): string | null {
  const found = LOCATION.exec(frame.trim())
  if (found === null) return null
  const file = found[1]!.startsWith('file:') ? fileURLToPath(found[1]!) : found[1]!
  return file.startsWith(own) ? null : `${file}:${found[2]}:${found[3]}`
}
