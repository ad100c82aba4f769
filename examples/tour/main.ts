/** The tour: Sakila's customers, each with an address of their own, through `hasOne` and `belongsTo`. Run it with `npm start`. */
import { performance } from 'node:perf_hooks'
import color from 'picocolors'
import { importSakila } from './import.js'
import { Address, Customer, Staff, sequelize } from './models.js'
import { json, note, say, sql, title } from './show.js'

const started = performance.now()
/** Runs a step and returns what it sent to the database. */
async function recorded<T>(step: (logging: (statement: string) => void) => Promise<T>): Promise<[T, string[]]> {
  const statements: string[] = []
  return [await step((statement) => void statements.push(statement)), statements]
}

console.log(color.bold('Mortise') + color.dim(`  one-to-one, end to end, on SQLite (in memory)`))

title('1  The schema, from the models')
const [, ddl] = await recorded((logging) => sequelize.sync({ logging }))
for (const statement of ddl)
  if (/: CREATE (TABLE IF NOT EXISTS `(address|customer)`|UNIQUE INDEX `customer_)/.test(statement)) sql(statement)
const [, again] = await recorded((logging) => sequelize.sync({ alter: true, logging }))
note(
  `A second sync({ alter: true }) changes nothing: ${again.filter((statement) => /: (CREATE|ALTER|DROP)/.test(statement)).length} DDL statements.`,
)

title('2  Real data: 599 customers, 603 addresses, and a cycle of stores and managers')
const rows = await importSakila()
say(
  `${color.bold(String(rows))} rows, written in one transaction. Staff refer to stores and stores to staff, so foreign keys were checked at its end.`,
)

title('3  One include, one statement, any depth')
const [customer, select] = await recorded((logging) =>
  Customer.findOne({
    where: { lastName: 'SMITH' },
    include: { association: 'address', include: { association: 'city', include: ['country'] } },
    rejectOnEmpty: true,
    logging,
  }),
)
for (const statement of select) sql(statement)
note(`${select.length} statement. The JSON:`)
json(customer)

title('4  The same pair from its other end')
const address = await Address.findByPk(customer.addressId as number, { include: ['customer'], rejectOnEmpty: true })
say(`${address.address} → ${color.bold(`${address.customer?.firstName} ${address.customer?.lastName}`)}`)
const empty = await Address.findAll({ where: { customer: { is: null } } as never, order: ['addressId'] })
say(
  `${empty.length} addresses have no customer: ${empty.map((one) => one.address).join(', ')} ${color.dim('(stores and staff)')}`,
)

title('5  A replacement, and what it did')
const fresh = await Address.create({
  address: '1 Mortise Lane',
  district: 'Woodwork',
  phone: '555-0100',
  cityId: address.cityId as number,
})
const [, replaced] = await recorded((logging) => customer.setAddress(fresh, { logging }))
for (const statement of replaced) sql(statement)
say(`${customer.firstName} now lives at ${color.bold(fresh.address)}.`)
const left = await Address.findByPk(address.addressId, { include: ['customer'], rejectOnEmpty: true })
say(`${left.address} is free: customer = ${color.bold(String(left.customer))}`)

title('6  One-to-one means one')
const [other] = await Customer.findAll({ where: { lastName: 'JONES' }, limit: 1 })
try {
  await other!.update({ addressId: fresh.addressId })
} catch (error) {
  say(`A second customer at the same address: ${color.red((error as Error).name)}: ${(error as Error).message}`)
}
const manager = await Staff.findOne({
  include: { association: 'manages', include: ['manager'] },
  order: ['staffId'],
  rejectOnEmpty: true,
})
say(
  `${manager.firstName} manages store ${manager.manages?.storeId}, whose manager is ${manager.manages?.manager?.firstName}.`,
)

await sequelize.close()
console.log(
  color.dim(`\n${Math.round(performance.now() - started)} ms. Read examples/tour/models.ts next, then README.md.`),
)
