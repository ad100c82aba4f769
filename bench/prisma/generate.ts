/** `npm run prisma -- sqlite`: writes Prisma's schema for a provider and generates its client into prisma/generated/. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const PROVIDERS: readonly string[] = ['sqlite', 'postgresql', 'mysql']
const FOLDERS: Readonly<Record<string, string>> = { sqlite: 'sqlite', postgresql: 'postgres', mysql: 'mysql' }
const given = process.argv[2] === 'postgres' ? 'postgresql' : (process.argv[2] ?? '')
if (!PROVIDERS.includes(given)) throw new Error(`Which provider? One of ${PROVIDERS.join(', ')}.`)

// Dates are text in SQLite, in a form that is not Prisma's own.
const moment = { sqlite: 'String  ', postgresql: 'DateTime', mysql: 'DateTime' }[given]!
const precise = { sqlite: '', postgresql: ' @db.Timestamptz(3)', mysql: ' @db.DateTime(3)' }[given]!
const folder = fileURLToPath(new URL(`./generated/${FOLDERS[given]}`, import.meta.url))
mkdirSync(folder, { recursive: true })
writeFileSync(
  `${folder}/schema.prisma`,
  `generator client {
  provider = "prisma-client"
  output   = "./client"
}
datasource db {
  provider = "${given}"
}
model User {
  id        Int      @id @default(autoincrement())
  name      String
  email     String
  age       Int
  active    Boolean
  createdAt ${moment} @map("created_at")${precise}
  profile   Profile?
  tasks     Task[]
  @@map("users")
}
model Profile {
  id      Int      @id @default(autoincrement())
  userId  Int?     @unique @map("user_id")
  user    User?    @relation(fields: [userId], references: [id])
  bio     String
  avatar  String
  website String
  visits  Int
  address Address?
  @@map("profiles")
}
model Address {
  id        Int      @id @default(autoincrement())
  profileId Int?     @unique @map("profile_id")
  profile   Profile? @relation(fields: [profileId], references: [id])
  street    String
  city      String
  zip       String
  country   String
  @@map("addresses")
}
model Task {
  id     Int     @id @default(autoincrement())
  userId Int     @map("user_id")
  user   User    @relation(fields: [userId], references: [id])
  title  String
  done   Boolean
  @@map("tasks")
}
`,
)
execFileSync('npx', ['prisma', 'generate', '--schema', `${folder}/schema.prisma`], {
  stdio: 'inherit',
  cwd: fileURLToPath(new URL('..', import.meta.url)),
})
