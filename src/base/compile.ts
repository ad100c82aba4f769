/**
 * Functions made from source text, so that each has its own place in the engine's inline caches. Where code generation is forbidden
 * (`--disallow-code-generation-from-strings`) null comes back and the caller takes a closure. Source text is never made of users' values.
 */
let isAllowed = true

/** The function that `body` returns; `scope` are the names it can use. Null: code generation is forbidden. */
export function compile<F>(scope: Readonly<Record<string, unknown>>, body: string): F | null {
  if (!isAllowed) return null
  try {
    return new Function(...Object.keys(scope), `'use strict'; ${body}`)(...Object.values(scope)) as F
  } catch (error) {
    if (!(error instanceof EvalError)) throw error
    isAllowed = false
    return null
  }
}
