import { describe, expect, it, vi } from 'vitest'
import { Hooks, INSTANCE_HOOKS, MODEL_HOOKS, wantsHook } from '../../../src/model/hooks.js'

describe('hooks', () => {
  it("run in order, own listeners before the parent's, each awaited", async () => {
    const parent = new Hooks(INSTANCE_HOOKS)
    const hooks = new Hooks(MODEL_HOOKS, parent)
    const seen: string[] = []
    const slow = (name: string) => async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 2))
      seen.push(name)
    }
    parent.addListener('beforeCreate', () => {
      seen.push('parent')
    })
    hooks.addListener('beforeCreate', slow('first'))
    hooks.addListeners({
      beforeCreate: [
        () => {
          seen.push('second')
        },
        {
          name: 'third',
          callback: () => {
            seen.push('third')
          },
        },
      ],
    })
    await hooks.runAsync('beforeCreate')
    expect(seen).toEqual(['first', 'second', 'third', 'parent'])
  })

  it('pass their arguments as they are, and `this`', async () => {
    const owner = {}
    const hooks = new Hooks(MODEL_HOOKS, null, owner)
    const listener = vi.fn(function (this: unknown) {
      return this
    })
    hooks.addListener('beforeSave', listener)
    const options = { transaction: {} }
    await hooks.runAsync('beforeSave', 'instance', options)
    expect(listener.mock.calls[0]).toEqual(['instance', options])
    expect(listener.mock.results[0]?.value).toBe(owner)
  })

  it('an error of a listener rejects and ends the run', async () => {
    const hooks = new Hooks(MODEL_HOOKS)
    const later = vi.fn()
    hooks.addListener('beforeSave', () => {
      throw new Error('no')
    })
    hooks.addListener('beforeSave', later)
    await expect(hooks.runAsync('beforeSave')).rejects.toThrow('no')
    expect(later).not.toHaveBeenCalled()
  })

  it('a promise from a synchronous hook throws', () => {
    const hooks = new Hooks(MODEL_HOOKS)
    hooks.addListener('beforeAssociate', async () => {
      throw new Error('unheard')
    })
    expect(() => hooks.runSync('beforeAssociate')).toThrow(/"beforeAssociate" returned a promise/)
  })

  it('are removed by name, by function, and by what addListener returned', async () => {
    const hooks = new Hooks(MODEL_HOOKS)
    const listener = vi.fn()
    const remove = hooks.addListener('afterCreate', listener)
    hooks.addListener('afterCreate', 'named', listener)
    hooks.addListener('afterCreate', listener, 'named')
    expect(hooks.getListenerCount('afterCreate')).toBe(3)
    expect(hooks.removeListener('afterCreate', 'named')).toBe(true)
    expect(hooks.getListenerCount('afterCreate')).toBe(1)
    remove()
    expect(hooks.hasListeners('afterCreate')).toBe(false)
    expect(hooks.has('afterCreate')).toBe(false)
    expect(hooks.removeListener('afterCreate', listener)).toBe(false)
    hooks.addListener('afterCreate', listener)
    hooks.removeAllListeners()
    await hooks.runAsync('afterCreate')
    expect(listener).not.toHaveBeenCalled()
  })

  it('an unknown hook is refused with a suggestion; v6 aliases are known', () => {
    const hooks = new Hooks(MODEL_HOOKS)
    expect(() => hooks.addListener('beforeCreat', () => {})).toThrow(
      'There is no hook named "beforeCreat". Did you mean "beforeCreate"?',
    )
    expect(() => new Hooks(MODEL_HOOKS, null, { name: 'User' }).addListener('x', () => {})).toThrow(
      'The model User has no hook named "x"',
    )
    expect(() => hooks.addListener('beforeConnect', () => {})).toThrow(/no hook named "beforeConnect"/)
    expect(() => hooks.addListener('beforeCreate', 5 as never)).toThrow(/must be a function/)
    hooks.addListener('beforeDelete', () => {})
    expect(hooks.hasListeners('beforeDestroy')).toBe(true)
  })

  it('a call may skip them', () => {
    const parent = new Hooks(INSTANCE_HOOKS)
    const hooks = new Hooks(MODEL_HOOKS, parent)
    expect(wantsHook(hooks, 'beforeFind')).toBe(false)
    parent.addListener('beforeFind', () => {})
    expect(wantsHook(hooks, 'beforeFind')).toBe(true)
    expect(wantsHook(hooks, 'beforeFind', { hooks: true })).toBe(true)
    expect(wantsHook(hooks, 'beforeFind', { hooks: false })).toBe(false)
    expect(wantsHook(hooks, 'beforeFind', { noHooks: true })).toBe(false)
    expect(wantsHook(hooks, 'beforeFind', { noHooks: { except: ['beforeFind'] } })).toBe(true)
    expect(wantsHook(hooks, 'beforeFind', { noHooks: { except: ['afterFind'] } })).toBe(false)
  })
})
