/** A CPU profile as a flame graph: width is time, callers below, callees above. Hovering shows the function. */
import type { Profiler } from 'node:inspector'

interface Frame {
  readonly name: string
  readonly place: string
  time: number
  readonly children: Map<string, Frame>
}

const frame = (name: string, place: string): Frame => ({ name, place, time: 0, children: new Map() })

function treeOf(profile: Profiler.Profile): Frame {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]))
  const parents = new Map<number, number>()
  for (const node of profile.nodes) for (const child of node.children ?? []) parents.set(child, node.id)
  const pathOf = (id: number): Profiler.ProfileNode[] => {
    const path: Profiler.ProfileNode[] = []
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) path.unshift(byId.get(at)!)
    return path
  }
  const root = frame('all', '')
  profile.samples?.forEach((id, index) => {
    const time = Math.max(0, profile.timeDeltas?.[index] ?? 0)
    let at = root
    at.time += time
    for (const { callFrame } of pathOf(id).slice(1)) {
      const place = `${callFrame.url}:${callFrame.lineNumber + 1}`
      const key = `${callFrame.functionName}@${place}`
      let next = at.children.get(key)
      if (!next) {
        next = frame(callFrame.functionName || '(anonymous)', place)
        at.children.set(key, next)
      }
      next.time += time
      at = next
    }
  })
  return root
}

const WIDTH = 1_200
const ROW = 17
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const color = (place: string): string => {
  if (place.startsWith('node:') || place === ':0') return '#d9d9d9'
  if (place.includes('node_modules') && !place.includes('/mortise/')) return '#a6cee3'
  let hash = 0
  for (const character of place) hash = (hash * 31 + character.charCodeAt(0)) % 60
  return `hsl(${20 + hash}, 80%, 68%)`
}

export function flameGraph(profile: Profiler.Profile, title: string): string {
  const root = treeOf(profile)
  const boxes: string[] = []
  let deepest = 0
  const draw = (at: Frame, x: number, depth: number): void => {
    const width = (at.time / root.time) * WIDTH
    if (width < 0.5) return
    deepest = Math.max(deepest, depth)
    const share = `${((at.time / root.time) * 100).toFixed(1)} %`
    const label = width > 40 ? escaped(at.name.slice(0, Math.floor(width / 6.5))) : ''
    boxes.push(
      `<g><title>${escaped(`${at.name} ${at.place} ${share}`)}</title><rect x="${x.toFixed(1)}" y="DEPTH${depth}" width="${Math.max(0.3, width - 0.4).toFixed(1)}" height="${ROW - 1}" fill="${color(at.place)}"/><text x="${(x + 3).toFixed(1)}" y="TEXT${depth}">${label}</text></g>`,
    )
    let left = x
    for (const child of [...at.children.values()].sort((a, b) => b.time - a.time)) {
      draw(child, left, depth + 1)
      left += (child.time / root.time) * WIDTH
    }
  }
  draw(root, 0, 0)
  const height = (deepest + 1) * ROW + 30
  const placed = boxes
    .join('\n')
    .replace(/DEPTH(\d+)/g, (_, depth) => String(height - (Number(depth) + 1) * ROW))
    .replace(/TEXT(\d+)/g, (_, depth) => String(height - (Number(depth) + 1) * ROW + 12))
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="monospace" font-size="11" role="img"><title>${escaped(title)}</title><rect width="100%" height="100%" fill="white"/><text x="4" y="18" font-size="14">${escaped(title)}</text>${placed}</svg>\n`
}
