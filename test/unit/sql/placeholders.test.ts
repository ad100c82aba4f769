import { describe, expect, it } from 'vitest'
import { parsePlaceholders, valueOfPlaceholder } from '../../../src/sql/placeholders.js'

const named = { positions: false, names: true, binds: true }
const positional = { positions: true, names: false, binds: true }
const shown = (sql: string, rules: Parameters<typeof parsePlaceholders>[1]) => {
  const { texts, placeholders } = parsePlaceholders(sql, rules)
  return texts
    .map(
      (text, at) =>
        text +
        (placeholders[at] === undefined
          ? ''
          : `<${'name' in placeholders[at] ? placeholders[at].name : placeholders[at].index}>`),
    )
    .join('')
}

describe('placeholders', () => {
  it('finds names, positions and binds', () => {
    expect(shown('a = :a AND b=:b_2', named)).toBe('a = <a> AND b=<b_2>')
    expect(shown('a = ? AND b = ?', positional)).toBe('a = <0> AND b = <1>')
    expect(shown('a = $1 AND b = $name', named)).toBe('a = <1> AND b = <name>')
  })
  it('leaves strings, identifiers, comments, casts and JSON operators alone', () => {
    for (const sql of ["':a ''it'' :b'", '":a"', '`:a`', '-- :a\n1', '/* :a */', 'x::text', "a ->> '$.b'", 'x:y'])
      expect(shown(sql, named)).toBe(sql)
    for (const sql of ["'?'", 'a ?| b', 'a ?& b', '-- ?']) expect(shown(sql, positional)).toBe(sql)
    expect(shown("'it''s' || :a", named)).toBe("'it''s' || <a>")
    expect(shown("'it\\' :a' || :b", { ...named, backslashEscapes: true })).toBe("'it\\' :a' || <b>")
    expect(shown("'\\' || :b", named)).toBe("'\\' || <b>")
  })
  it('knows $$ as a dollar sign and as a quote', () => {
    expect(shown('price = $$5', named)).toBe('price = $5')
    expect(shown('$x$ :a $1 $x$ = $1', { ...named, dollarQuotes: true })).toBe('$x$ :a $1 $x$ = <1>')
  })
  it('is not confused by text that never ends', () => {
    for (const sql of ["'abc :a", '/* :a', '"x']) expect(shown(sql, named)).toBe(sql)
  })
  it('asks for every value', () => {
    expect(valueOfPlaceholder({ kind: 'bind', name: '2' }, { bind: ['a', 'b'] })).toBe('b')
    expect(valueOfPlaceholder({ kind: 'name', name: 'a' }, { replacements: { a: null } })).toBe(null)
    expect(() => valueOfPlaceholder({ kind: 'name', name: 'toString' }, { replacements: {} })).toThrow(/":toString"/)
    expect(() => valueOfPlaceholder({ kind: 'position', index: 1 }, { replacements: ['a'] })).toThrow(/more "\?"/)
    expect(() => valueOfPlaceholder({ kind: 'name', name: 'a' }, { replacements: { a: undefined } })).toThrow(
      /undefined/,
    )
  })
})
