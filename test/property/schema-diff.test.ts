/** Random schemas a and b: once a has undergone diff(a, b), nothing is left to do. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diff } from '../../src/schema/diff.js'
import { evolve } from '../../src/schema/evolve.js'
import { order } from '../../src/schema/order.js'
import { schemas } from '../support/schemas.js'

describe('schema diff', () => {
  it('after the changes of diff(a, b), a is b', () => {
    fc.assert(
      fc.property(schemas, schemas, fc.boolean(), (a, b, forwardReferences) => {
        const changes = order(diff(a, b, { dropColumns: true, dropConstraints: true, dropTables: true }), a, {
          forwardReferences,
        })
        const after = evolve(a, changes)
        expect(diff(after, b, { dropColumns: true, dropConstraints: true, dropTables: true })).toEqual([])
        expect(diff(b, after, { dropColumns: true, dropConstraints: true, dropTables: true })).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('without consent nothing is dropped, and a second run finds nothing', () => {
    fc.assert(
      fc.property(schemas, schemas, (a, b) => {
        const changes = diff(a, b)
        expect(changes.some((change) => change.kind === 'drop-table' || change.kind === 'drop-column')).toBe(false)
        expect(diff(evolve(a, order(changes, a)), b)).toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})
