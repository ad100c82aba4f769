/** The resource `/customers`, and `/customers/:uuid/address` inside it. */
import type { Request } from 'express'
import { Router } from 'express'
import type { CreationAttributes } from 'mortise'
import { ValidationError } from 'mortise'
import type { Detail } from './errors.js'
import { badInput, detailsOf, HttpError } from './errors.js'
import type { Address, Customer, Models } from './models.js'

type AddressValues = Pick<CreationAttributes<Address>, 'street' | 'phone'>
type CustomerValues = Pick<CreationAttributes<Customer>, 'firstname' | 'lastname' | 'age' | 'email'>

const ADDRESS = { street: 'string', phone: 'string' } as const
const CUSTOMER = { firstname: 'string', lastname: 'string', age: 'number', email: 'string' } as const
const PAGE = { page: 'string', size: 'string' } as const
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** An object of these fields and no others, each of its type or null. The rest is for the models to judge, when they are saved. */
function inputOf<T>(input: unknown, fields: { [K in keyof T]-?: 'string' | 'number' | 'object' }, path = ''): T {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw badInput([{ path, message: 'must be a JSON object, sent as application/json' }])
  }
  const types = new Map<string, unknown>(Object.entries(fields))
  const details: Detail[] = []
  for (const [name, value] of Object.entries(input)) {
    const at = path ? `${path}.${name}` : name
    if (!types.has(name)) details.push({ path: at, message: `unknown field: use ${[...types.keys()].join(', ')}` })
    else if (value !== null && typeof value !== types.get(name))
      details.push({ path: at, message: `must be of type ${types.get(name)}` })
  }
  if (details.length > 0) throw badInput(details)
  return input as T
}

/** A whole number of the query string. */
function numberOf(text: string, path: string, highest: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (number < 1 || number > highest) throw badInput([{ path, message: `must be a whole number from 1 to ${highest}` }])
  return number
}

export function customerRoutes({ Customer, Address }: Models): Router {
  const router = Router()

  /** The customer whom the URL names, with the address. */
  async function customerOf({ params: { uuid } }: Request<{ uuid: string }>) {
    if (!UUID.test(uuid)) throw badInput([{ path: 'uuid', message: 'must be a UUID' }])
    const customer = await Customer.findByPk(uuid, { include: 'address' })
    if (!customer) throw new HttpError(404, `There is no customer ${uuid}`)
    return customer
  }

  /** What is wrong with the address of a new customer is wrong at `address.…` of the input. */
  function atAddress(error: unknown): never {
    if (!(error instanceof ValidationError) || !(error.errors[0]?.instance instanceof Address)) throw error
    throw badInput(detailsOf(error).map(({ path, message }) => ({ path: `address.${path}`, message })))
  }

  router.get('/', async (request, response) => {
    const { page = '1', size = '20' } = inputOf<{ page?: string; size?: string }>(request.query, PAGE)
    const limit = numberOf(size, 'size', 100)
    const offset = (numberOf(page, 'page', 1_000_000) - 1) * limit
    const order = ['lastname', 'firstname', 'uuid'] as const
    const { rows, count } = await Customer.findAndCountAll({ include: 'address', order, limit, offset })
    response.json({ total: count, customers: rows })
  })

  router.post('/', async (request, response) => {
    const values = inputOf<CustomerValues & { address?: AddressValues }>(request.body, {
      ...CUSTOMER,
      address: 'object',
    })
    if (values.address !== undefined) inputOf<AddressValues>(values.address, ADDRESS, 'address')
    const { uuid } = await Customer.create(values, { include: 'address' }).catch(atAddress) // both rows, or none
    const customer = await Customer.findByPk(uuid, { include: 'address' })
    response.status(201).location(`${request.baseUrl}/${uuid}`).json(customer)
  })

  router.get('/:uuid', async (request, response) => {
    response.json(await customerOf(request))
  })

  router.patch('/:uuid', async (request, response) => {
    const values = inputOf<Partial<CustomerValues>>(request.body, CUSTOMER)
    const customer = await customerOf(request)
    response.json(await customer.update(values))
  })

  router.delete('/:uuid', async (request, response) => {
    const customer = await customerOf(request)
    await customer.destroy() // the address goes with the customer: ON DELETE CASCADE
    response.status(204).end()
  })

  router.get('/:uuid/address', async (request, response) => {
    const { address, uuid } = await customerOf(request)
    if (!address) throw new HttpError(404, `Customer ${uuid} has no address`)
    response.json(address)
  })

  router.put('/:uuid/address', async (request, response) => {
    const values = inputOf<AddressValues>(request.body, ADDRESS)
    const customer = await customerOf(request)
    response.json(await customer.createAddress(values)) // replaces the one there was, in one transaction
  })

  router.delete('/:uuid/address', async (request, response) => {
    const customer = await customerOf(request)
    if (!customer.address) throw new HttpError(404, `Customer ${customer.uuid} has no address`)
    await customer.setAddress(null)
    response.status(204).end()
  })

  return router
}
