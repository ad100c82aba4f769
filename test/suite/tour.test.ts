// `npm start` as its reader sees it: the tour runs to its end, warns of nothing, and what it claims is what happened.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

describe('the tour', () => {
  let stdout: string
  let stderr: string

  beforeAll(async () => {
    // Read from src/, not from dist/: a test needs no build.
    const env = { ...process.env, TSX_TSCONFIG_PATH: 'tsconfig.json', NO_COLOR: '1', FORCE_COLOR: '0' }
    const run = promisify(execFile)(process.execPath, ['--import', 'tsx', 'examples/tour/main.ts'], { cwd: root, env })
    ;({ stdout, stderr } = await run)
  }, 60_000)

  test('runs to its end without a warning', () => {
    expect(stderr).not.toMatch(/warning|error/i)
    expect(stdout).toMatch(/\d+ ms\. Read examples\/tour\/models\.ts next/)
    expect(stdout).not.toMatch(/undefined|NaN|\[object/)
  })

  test('shows the tables of the pair and its unique index, and no DDL the second time', () => {
    expect(stdout.match(/CREATE TABLE IF NOT EXISTS `\w+`/g)).toEqual([
      'CREATE TABLE IF NOT EXISTS `address`',
      'CREATE TABLE IF NOT EXISTS `customer`',
    ])
    expect(stdout).toMatch(/CREATE UNIQUE INDEX .* ON `customer` \(`address_id`\)/)
    expect(stdout).toContain('changes nothing: 0 DDL statements')
  })

  test('imports every row', () => {
    expect(stdout).toContain('1915 rows, written in one transaction')
    expect(stderr).toContain('1915/1915 rows')
  })

  test('reads three levels in one statement, and both ends', () => {
    expect(stdout.match(/LEFT OUTER JOIN/g)).toHaveLength(3)
    expect(stdout).toContain('1 statement. The JSON:')
    expect(stdout).toMatch(/"lastName": "SMITH".*"address": \{.*"city": \{.*"country": "Japan"/s)
    expect(stdout).toContain('1913 Hanoi Way → MARY SMITH')
    expect(stdout).toContain('4 addresses have no customer')
  })

  test('replaces, and is refused a second customer', () => {
    expect(stdout).toMatch(/UPDATE `customer`\s+SET `address_id` = \?/)
    expect(stdout).toContain('MARY now lives at 1 Mortise Lane.')
    expect(stdout).toContain('1913 Hanoi Way is free: customer = null')
    expect(stdout).toContain('SequelizeUniqueConstraintError')
    expect(stdout).toContain('Mike manages store 1, whose manager is Mike.')
  })
})
