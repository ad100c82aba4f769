// What a schema costs the type checker, counted in instantiations: the same number on every machine. The budgets leave a few per cent for
// another version of TypeScript; who needs more has made every user's editor slower and should know why.
import { describe, expect, it } from 'vitest'
import * as mortise from '../../bench/types/mortise.js'
import type { Writer } from '../../bench/types/schema.js'
import { makeSchema } from '../../bench/types/schema.js'
import { check } from '../support/compiler.js'

const instantiations = (write: Writer, models: number, queries: number): number => {
  const { files, compilerOptions } = write(makeSchema(models, queries))
  const checked = check(files, compilerOptions)
  expect(checked.faults).toEqual([])
  return checked.instantiations
}

describe('instantiations of 30 models with relations and 60 queries', { timeout: 120_000 }, () => {
  it.each([
    ['base-class factory', mortise.mortiseFactory, 52_000],
    ['define with associations', mortise.mortiseDefine, 66_000],
    ['define and associate', mortise.mortiseAssociate, 76_000],
    ['decorated classes', mortise.mortiseDecorators, 66_000],
  ] as const)('%s', (_, write, budget) => {
    const used = instantiations(write, 30, 60)
    expect(used).toBeLessThanOrEqual(budget)
    // A program whose types became any would cost nothing.
    expect(used).toBeGreaterThan(budget / 2)
  })

  it('grow with the number of models, not with its square', () => {
    const small = instantiations(mortise.mortiseDefine, 30, 20)
    const large = instantiations(mortise.mortiseDefine, 60, 20)
    expect(large).toBeLessThan(2.2 * small)
  })
})
