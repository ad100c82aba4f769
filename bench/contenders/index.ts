/** Everyone who takes part, in the order of the table's columns. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Contender } from '../contender.js'
import { drizzle } from './drizzle.js'
import { kysely } from './kysely.js'
import { mikroorm } from './mikroorm.js'
import { mortise, mortisePipelining } from './mortise.js'
import { objection } from './objection.js'
import { prisma } from './prisma.js'
import { raw } from './raw.js'
import { sequelize6 } from './sequelize6.js'
import { sequelize7 } from './sequelize7.js'
import { typeorm } from './typeorm.js'

export const CONTENDERS: readonly Contender[] = [
  raw,
  mortise,
  mortisePipelining,
  drizzle,
  kysely,
  objection,
  typeorm,
  prisma,
  mikroorm,
  sequelize6,
  sequelize7,
]

const PACKAGES: Readonly<Record<string, string>> = {
  mortise: 'mortise',
  'mortise, pipelining': 'mortise',
  drizzle: 'drizzle-orm',
  kysely: 'kysely',
  objection: 'objection',
  typeorm: 'typeorm',
  prisma: '@prisma/client',
  mikroorm: '@mikro-orm/core',
  'sequelize 6': 'sequelize',
  'sequelize 7': '@sequelize/core',
}

export function versionsOf(names: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of names) if (PACKAGES[name]) found[name] = versionOf(PACKAGES[name])
  return found
}

function versionOf(packageName: string): string {
  const require = createRequire(import.meta.url)
  for (const folder of require.resolve.paths(packageName) ?? []) {
    try {
      return (JSON.parse(readFileSync(join(folder, packageName, 'package.json'), 'utf8')) as { version: string })
        .version
    } catch {
      // Not in this folder.
    }
  }
  return `unknown (${dirname(packageName)})`
}
