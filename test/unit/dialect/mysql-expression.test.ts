// One spelling for what MySQL and MariaDB report of an expression and what users write.
import { expect, test } from 'vitest'
import { canonicalExpression } from '../../../src/dialect/mysql-like/expression.js'

test.each([
  ['`a` + `b` * 2', '(`a` + (`b` * 2))', '`a` + (`b` * 2)'],
  ['(`a` + `b`) * 2', '((`a` + `b`) * 2)', '(`a` + `b`) * 2'],
  [
    "`a` = 1 AND `b` <> 'x' AND `c` IS NOT NULL",
    "((`a` = 1) and ((`b` <> _utf8mb4'x') and (`c` is not null)))",
    "(`a` = 1) and (`b` <> 'x') and (`c` is not null)",
  ],
  [
    '`a` BETWEEN 1 AND 2 OR `b` IN (1, 2)',
    '((`a` between 1 and 2) or (`b` in (1,2)))',
    '(`a` between 1 and 2) or (`b` in (1, 2))',
  ],
  ['CASE WHEN `a` IS NULL THEN 1 END', '(case when (`a` is null) then 1 end)', 'case when `a` is null then 1 end'],
  ["CONCAT(`a`, ' ', UCASE(`b`))", "concat(`a`,_utf8mb4' ',upper(`b`))", "concat(`a`, ' ', upper(`b`))"],
  ['CAST(`a` AS CHAR)', 'cast(`a` as char charset utf8mb4)', 'cast(`a` as char)'],
  ["`a` ->> '$.x'", "json_unquote(json_extract(`a`,_utf8mb4'$.x'))", "json_unquote(json_extract(`a`, '$.x'))"],
  ['NOW() + INTERVAL 1 DAY', '(now() + interval 1 day)', 'now() + interval 1 day'],
  ['CURRENT_TIMESTAMP', 'now()', 'now()'],
  ['-1', '-(1)', '-1'],
  [
    "`a` LIKE 'x%' COLLATE utf8mb4_bin",
    "(`a` like (_utf8mb4'x%' collate utf8mb4_bin))",
    "`a` like ('x%' collate utf8mb4_bin)",
  ],
  ['`a` - (`b` - `c`)', '(`a` - (`b` - `c`))', '`a` - (`b` - `c`)'],
  ['`a` - `b` - `c`', '((`a` - `b`) - `c`)', '(`a` - `b`) - `c`'],
])('%s and %s', (written, reported, canonical) => {
  expect(canonicalExpression(written)).toBe(canonical)
  expect(canonicalExpression(reported)).toBe(canonical)
  expect(canonicalExpression(canonical)).toBe(canonical)
})

test('what the grammar does not know keeps its order', () => {
  expect(canonicalExpression('MATCH(`a`) AGAINST(`b` IN BOOLEAN MODE)')).toContain('match')
  expect(canonicalExpression("X'FF'")).toContain("'FF'")
})
