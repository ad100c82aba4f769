/**
 * Messages of PostgreSQL's protocol ("Message Formats" in its documentation) for one statement, in one buffer: Parse where it is new, Bind,
 * Describe, Execute, Sync. Neighbour: `exchange`.
 */

/** Describe the portal, execute it without a limit, sync. */
const TAIL = Uint8Array.of(...[0x44, 0, 0, 0, 6, 0x50, 0], ...[0x45, 0, 0, 0, 9, 0, 0, 0, 0, 0], ...[0x53, 0, 0, 0, 4])
const PARSE = 0x50
const BIND = 0x42
const NULL = -1
const TEXT = 0
const BINARY = 1

/** `name`: of the prepared statement, or empty; `text`: null where the server knows it. Values: texts, numbers, buffers (as bytes), null. */
export function bytesOf(name: string, text: string | null, values: readonly unknown[]): Buffer {
  const count = values.length
  const written = new Array<string | Buffer | null>(count)
  const lengths = new Array<number>(count)
  let isBinary = false
  let valueBytes = 0
  for (let at = 0; at < count; at += 1) {
    const value = values[at]
    if (value === null) {
      written[at] = null
      lengths[at] = NULL
    } else if (typeof value === 'object') {
      written[at] = value as Buffer
      valueBytes += lengths[at] = (value as Buffer).length
      isBinary = true
    } else {
      const asText = typeof value === 'string' ? value : String(value)
      written[at] = asText
      valueBytes += lengths[at] = Buffer.byteLength(asText)
    }
  }
  const nameBytes = Buffer.byteLength(name)
  const parse = text === null ? 0 : 4 + nameBytes + 1 + Buffer.byteLength(text) + 1 + 2
  const bind = 4 + 1 + nameBytes + 1 + 2 + (isBinary ? 2 * count : 0) + 2 + 4 * count + valueBytes + 2
  const bytes = Buffer.allocUnsafe((text === null ? 0 : 1 + parse) + 1 + bind + TAIL.length)
  let at = 0
  if (text !== null) {
    bytes[at] = PARSE
    at = bytes.writeInt32BE(parse, at + 1)
    at = writeText(bytes, name, at)
    at = writeText(bytes, text, at)
    at = bytes.writeInt16BE(0, at)
  }
  bytes[at] = BIND
  at = bytes.writeInt32BE(bind, at + 1)
  bytes[at] = 0
  at = writeText(bytes, name, at + 1)
  at = bytes.writeUInt16BE(isBinary ? count : 0, at)
  if (isBinary)
    for (let place = 0; place < count; place += 1)
      at = bytes.writeInt16BE(typeof written[place] === 'object' && written[place] !== null ? BINARY : TEXT, at)
  at = bytes.writeUInt16BE(count, at)
  for (let place = 0; place < count; place += 1) {
    const value = written[place]!
    at = bytes.writeInt32BE(lengths[place]!, at)
    if (typeof value === 'string') at += bytes.write(value, at)
    else if (value !== null) {
      bytes.set(value, at)
      at += value.length
    }
  }
  at = bytes.writeInt16BE(0, at)
  bytes.set(TAIL, at)
  return bytes
}

/** Where the text, ended by a zero, ends. */
function writeText(bytes: Buffer, text: string, at: number): number {
  const end = at + bytes.write(text, at)
  bytes[end] = 0
  return end + 1
}
