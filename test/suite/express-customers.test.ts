// examples/express-customers over real HTTP: every endpoint, every kind of error, and what parallel requests leave behind.
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Sequelize } from 'mortise'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createApp } from '../../examples/express-customers/app.js'
import { describeEachEngine } from '../support/databases.js'
import type { Table, Untyped } from '../support/untyped.js'

const UUID_V1 = /^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const NOBODY = '6f5a1c60-0000-11ef-8000-000000000000'
const JACK = { firstname: 'Jack', lastname: 'Davis', age: 37, email: 'jack@example.com' }
const NORMA = { street: 'W NORMA ST', phone: '+12321326432' }

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Untyped
}

describeEachEngine('express-customers', (engine) => {
  let sequelize: Sequelize
  let customers: Table
  let addresses: Table
  let server: Server
  let root: string

  beforeEach(async () => {
    sequelize = await engine.connect({ file: true })
    const app = createApp(sequelize)
    await sequelize.sync()
    customers = engine.script(sequelize).models.customer
    addresses = engine.script(sequelize).models.address
    server = await new Promise<Server>((listening) => {
      const starting = app.listen(0, () => listening(starting))
    })
    root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(async () => {
    server.closeAllConnections()
    await new Promise((closed) => server.close(closed))
  })

  /** Sends `body` as JSON; a string goes as it is. */
  async function call(method: string, path: string, body?: unknown, type = 'application/json'): Promise<Answer> {
    const response = await fetch(root + path, {
      method,
      headers: body === undefined ? {} : { 'content-type': type },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
  }
  async function created(values: object = JACK): Promise<string> {
    const { status, body } = await call('POST', '/customers', values)
    expect(status).toBe(201)
    return body.uuid
  }
  /** Asserts an error, its shape included, and gives back the paths of its details. */
  function pathsOf({ status, headers, body }: Answer, expected: number): string[] {
    expect({ status, body }).toEqual({
      status: expected,
      body: { error: expect.stringMatching(/\S/), details: expect.any(Array) },
    })
    expect(headers.get('content-type')).toMatch(/^application\/json/)
    for (const detail of body.details) {
      expect(detail).toEqual({ path: expect.any(String), message: expect.stringMatching(/\S/) })
    }
    return body.details.map((detail: { path: string }) => detail.path)
  }
  const rows = async () => ({ customers: await customers.count(), addresses: await addresses.count() })

  describe('customers', () => {
    test('POST writes a customer and the address, and says where it is', async () => {
      const { status, headers, body } = await call('POST', '/customers', { ...JACK, address: NORMA })
      expect(status).toBe(201)
      expect(body).toMatchObject({ ...JACK, uuid: expect.stringMatching(UUID_V1), address: NORMA })
      expect(body.address.fk_customerid).toBe(body.uuid)
      expect(headers.get('location')).toBe(`/customers/${body.uuid}`)
      expect((await call('GET', headers.get('location') ?? '')).body).toEqual(body)
      expect(await rows()).toEqual({ customers: 1, addresses: 1 })
    })

    test('POST without an address, and without what is optional', async () => {
      const { status, body } = await call('POST', '/customers', { firstname: 'Jill', lastname: 'Hill' })
      expect(status).toBe(201)
      expect(body).toMatchObject({ firstname: 'Jill', lastname: 'Hill', age: null, email: null, address: null })
      expect(await rows()).toEqual({ customers: 1, addresses: 0 })
    })

    test('GET of one: the customer with the address, whatever the case of the id', async () => {
      const uuid = await created({ ...JACK, address: NORMA })
      for (const id of [uuid, uuid.toUpperCase()]) {
        const { status, body } = await call('GET', `/customers/${id}`)
        expect([status, body.uuid, body.address.street]).toEqual([200, uuid, 'W NORMA ST'])
      }
    })

    test('GET of all: in order, by pages, in two statements', async () => {
      const names = Array.from({ length: 25 }, (_, index) => `Nr ${String(index).padStart(2, '0')}`)
      for (const lastname of [...names].reverse()) {
        await created({ firstname: 'A', lastname, ...(lastname.endsWith('0') && { address: { street: lastname } }) })
      }
      const page = async (query: string) => (await call('GET', `/customers${query}`)).body
      const lastnames = (body: Untyped) => body.customers.map((customer: Untyped) => customer.lastname)
      const first = await page('')
      expect([first.total, lastnames(first)]).toEqual([25, names.slice(0, 20)])
      expect(first.customers[0].address.street).toBe('Nr 00')
      expect(first.customers[1].address).toBeNull()
      expect(lastnames(await page('?page=2'))).toEqual(names.slice(20))
      expect(lastnames(await page('?page=4&size=7'))).toEqual(names.slice(21))
      expect(await page('?page=3')).toEqual({ total: 25, customers: [] })
      expect(await engine.recorder(sequelize).count(() => page('?size=5'))).toBe(2)
    })

    test('PATCH changes what is given and nothing else', async () => {
      const uuid = await created({ ...JACK, address: NORMA })
      const { status, body } = await call('PATCH', `/customers/${uuid}`, { age: 38, email: null })
      expect(status).toBe(200)
      expect(body).toMatchObject({ ...JACK, age: 38, email: null, address: NORMA })
      const read = (await call('GET', `/customers/${uuid}`)).body
      expect(read).toEqual(body)
      expect((await call('PATCH', `/customers/${uuid}`, {})).body).toEqual(read)
    })

    test('DELETE takes the address along, and leaves others alone', async () => {
      const uuid = await created({ ...JACK, address: NORMA })
      const other = await created({ ...JACK, email: 'jill@example.com', address: NORMA })
      const { status, body } = await call('DELETE', `/customers/${uuid}`)
      expect([status, body]).toEqual([204, undefined])
      expect(await rows()).toEqual({ customers: 1, addresses: 1 })
      expect((await call('GET', `/customers/${other}`)).body.address).toMatchObject(NORMA)
      pathsOf(await call('GET', `/customers/${uuid}`), 404)
    })
  })

  describe('the address of a customer', () => {
    test('PUT, GET and DELETE', async () => {
      const uuid = await created()
      const path = `/customers/${uuid}/address`
      const put = await call('PUT', path, NORMA)
      expect([put.status, put.body]).toMatchObject([200, { ...NORMA, fk_customerid: uuid }])
      const got = await call('GET', path)
      expect([got.status, got.body]).toEqual([200, put.body])
      const deleted = await call('DELETE', path)
      expect([deleted.status, deleted.body]).toEqual([204, undefined])
      expect(await rows()).toEqual({ customers: 1, addresses: 0 })
    })

    test('PUT replaces: one row before, one after, of this customer only', async () => {
      const other = await created({ ...JACK, email: null, address: { street: 'elsewhere' } })
      const uuid = await created({ ...JACK, address: NORMA })
      const { status, body } = await call('PUT', `/customers/${uuid}/address`, { street: 'W HARRISON ST' })
      expect([status, body.street, body.phone ?? null]).toEqual([200, 'W HARRISON ST', null])
      expect((await call('GET', `/customers/${uuid}/address`)).body).toMatchObject({
        street: 'W HARRISON ST',
        phone: null,
      })
      expect((await call('GET', `/customers/${other}/address`)).body.street).toBe('elsewhere')
      expect(await rows()).toEqual({ customers: 2, addresses: 2 })
    })

    test('a PUT that fails leaves the old address', async () => {
      const uuid = await created({ ...JACK, address: NORMA })
      pathsOf(await call('PUT', `/customers/${uuid}/address`, { street: '' }), 400)
      expect((await call('GET', `/customers/${uuid}/address`)).body).toMatchObject(NORMA)
      expect(await rows()).toEqual({ customers: 1, addresses: 1 })
    })

    test('20 parallel PUTs leave one address', async () => {
      const uuid = await created({ ...JACK, address: NORMA })
      const streets = Array.from({ length: 20 }, (_, index) => `Street ${index}`)
      const answers = await Promise.all(streets.map((street) => call('PUT', `/customers/${uuid}/address`, { street })))
      expect(answers.map(({ status }) => status)).toEqual(streets.map(() => 200))
      expect(answers.map(({ body }) => body.street)).toEqual(streets)
      expect(await rows()).toEqual({ customers: 1, addresses: 1 })
      expect(streets).toContain((await call('GET', `/customers/${uuid}/address`)).body.street)
    })

    test('parallel PUTs of many customers do not mix', async () => {
      const uuids = await Promise.all(
        Array.from({ length: 10 }, (_, index) => created({ ...JACK, email: `${index}@example.com` })),
      )
      await Promise.all(
        [...uuids, ...uuids].map((uuid) => call('PUT', `/customers/${uuid}/address`, { street: `of ${uuid}` })),
      )
      for (const uuid of uuids) expect((await call('GET', `/customers/${uuid}/address`)).body.street).toBe(`of ${uuid}`)
      expect(await rows()).toEqual({ customers: 10, addresses: 10 })
    })

    test('PUTs and a DELETE of the customer at once leave no address behind', async () => {
      const uuid = await created()
      const put = (street: string) => call('PUT', `/customers/${uuid}/address`, { street })
      const [removed, ...puts] = await Promise.all([call('DELETE', `/customers/${uuid}`), put('a'), put('b'), put('c')])
      expect(removed.status).toBe(204)
      for (const { status } of puts) expect([200, 404, 409]).toContain(status)
      expect(await rows()).toEqual({ customers: 0, addresses: 0 })
    })
  })

  describe('input errors', () => {
    test('malformed JSON: 400', async () => {
      const uuid = await created()
      for (const [method, path] of [
        ['POST', '/customers'],
        ['PATCH', `/customers/${uuid}`],
        ['PUT', `/customers/${uuid}/address`],
      ] as const) {
        const answer = await call(method, path, '{"firstname": ')
        expect(pathsOf(answer, 400)).toEqual([''])
        expect(answer.body.error).toBe('Malformed JSON')
      }
    })

    test('a body that is no JSON object: 400', async () => {
      const uuid = await created()
      for (const body of ['[]', '[{"firstname":"A"}]', '"text"', 'null', '5']) {
        expect(pathsOf(await call('POST', '/customers', body), 400)).toEqual([''])
      }
      expect(pathsOf(await call('POST', '/customers'), 400)).toEqual([''])
      expect(
        pathsOf(await call('POST', '/customers', 'firstname=A', 'application/x-www-form-urlencoded'), 400),
      ).toEqual([''])
      expect(pathsOf(await call('PUT', `/customers/${uuid}/address`), 400)).toEqual([''])
      for (const address of [null, 5, 'W NORMA ST', [NORMA]]) {
        expect(pathsOf(await call('POST', '/customers', { ...JACK, email: null, address }), 400)).toEqual(['address'])
      }
      expect(await rows()).toEqual({ customers: 1, addresses: 0 })
    })

    test('too large a body: 413', async () => {
      pathsOf(await call('POST', '/customers', { ...JACK, firstname: 'x'.repeat(20_000) }), 413)
    })

    test('unknown fields: 400, each one named', async () => {
      const uuid = await created({ ...JACK, address: NORMA })
      const answer = await call('POST', '/customers', { ...JACK, shoe: 44, uuid: NOBODY })
      expect(pathsOf(answer, 400)).toEqual(['shoe', 'uuid'])
      expect(answer.body.details[0].message).toMatch(/firstname/)
      expect(
        pathsOf(await call('POST', '/customers', { ...JACK, address: { ...NORMA, fk_customerid: uuid } }), 400),
      ).toEqual(['address.fk_customerid'])
      expect(pathsOf(await call('POST', '/customers', '{"__proto__":{"age":1},"constructor":1}'), 400)).toEqual([
        '__proto__',
        'constructor',
      ])
      expect(pathsOf(await call('PATCH', `/customers/${uuid}`, { createdAt: '2020-01-01' }), 400)).toEqual([
        'createdAt',
      ])
      expect(pathsOf(await call('PATCH', `/customers/${uuid}`, { address: NORMA }), 400)).toEqual(['address'])
      expect(pathsOf(await call('PUT', `/customers/${uuid}/address`, { ...NORMA, id: 1 }), 400)).toEqual(['id'])
      expect(pathsOf(await call('GET', '/customers?pgae=2'), 400)).toEqual(['pgae'])
      expect(await rows()).toEqual({ customers: 1, addresses: 1 })
    })

    test('wrong types: 400, each one named', async () => {
      const uuid = await created()
      for (const value of [true, ['a'], { a: 1 }, 5]) {
        expect(pathsOf(await call('POST', '/customers', { ...JACK, firstname: value }), 400)).toContain('firstname')
      }
      for (const value of ['old', '12', true, [37], {}, 37.5]) {
        expect(pathsOf(await call('PATCH', `/customers/${uuid}`, { age: value }), 400)).toContain('age')
      }
      const both = pathsOf(await call('POST', '/customers', { ...JACK, lastname: {}, age: 'old' }), 400)
      expect(new Set(both)).toEqual(new Set(['lastname', 'age']))
      expect(pathsOf(await call('PUT', `/customers/${uuid}/address`, { street: { $ne: null } }), 400)).toContain(
        'street',
      )
      expect((await call('GET', `/customers/${uuid}`)).body).toMatchObject(JACK)
      expect(await rows()).toEqual({ customers: 1, addresses: 0 })
    })

    test('missing and invalid values: 400, each one named', async () => {
      const uuid = await created()
      expect(pathsOf(await call('POST', '/customers', {}), 400)).toEqual(['firstname', 'lastname'])
      expect(pathsOf(await call('POST', '/customers', { ...JACK, firstname: null }), 400)).toEqual(['firstname'])
      expect(
        pathsOf(await call('POST', '/customers', { ...JACK, firstname: '', lastname: 'x'.repeat(101) }), 400),
      ).toEqual(['firstname', 'lastname'])
      expect(pathsOf(await call('POST', '/customers', { ...JACK, email: 'nobody' }), 400)).toEqual(['email'])
      for (const age of [-1, 151])
        expect(pathsOf(await call('PATCH', `/customers/${uuid}`, { age }), 400)).toEqual(['age'])
      expect(pathsOf(await call('PATCH', `/customers/${uuid}`, { lastname: null }), 400)).toEqual(['lastname'])
      expect(pathsOf(await call('PUT', `/customers/${uuid}/address`, {}), 400)).toEqual(['street'])
      expect(pathsOf(await call('PUT', `/customers/${uuid}/address`, { ...NORMA, phone: 'none' }), 400)).toEqual([
        'phone',
      ])
      expect((await call('GET', `/customers/${uuid}`)).body).toMatchObject(JACK)
    })

    test('an invalid address fails the whole POST', async () => {
      expect(pathsOf(await call('POST', '/customers', { ...JACK, address: { phone: 'none' } }), 400)).toEqual([
        'address.street',
        'address.phone',
      ])
      expect(await rows()).toEqual({ customers: 0, addresses: 0 })
    })

    test('ids that are no UUID: 400', async () => {
      for (const [method, path, body] of [
        ['GET', '/customers/1'],
        ['GET', `/customers/${NOBODY}0`],
        ['GET', '/customers/x%27%20OR%201=1'],
        ['PATCH', '/customers/1', {}],
        ['DELETE', '/customers/1'],
        ['GET', '/customers/1/address'],
        ['PUT', '/customers/1/address', NORMA],
        ['DELETE', '/customers/1/address'],
      ] as const) {
        expect(pathsOf(await call(method, path, body), 400)).toEqual(['uuid'])
      }
    })

    test('a malformed URL: 400', async () => {
      pathsOf(await call('GET', '/customers/%E0%A4%A'), 400)
    })

    test('a page that is none: 400', async () => {
      for (const page of ['0', '-1', '1.5', 'x', '', '99999999999']) {
        expect(pathsOf(await call('GET', `/customers?page=${page}`), 400)).toEqual(['page'])
      }
      for (const size of ['0', '101', 'all'])
        expect(pathsOf(await call('GET', `/customers?size=${size}`), 400)).toEqual(['size'])
      expect(pathsOf(await call('GET', '/customers?page=1&page=2'), 400)).toEqual(['page'])
    })
  })

  test('what is not there: 404', async () => {
    const uuid = await created()
    for (const [method, path, body] of [
      ['GET', `/customers/${NOBODY}`],
      ['PATCH', `/customers/${NOBODY}`, { age: 1 }],
      ['DELETE', `/customers/${NOBODY}`],
      ['GET', `/customers/${NOBODY}/address`],
      ['PUT', `/customers/${NOBODY}/address`, NORMA],
      ['DELETE', `/customers/${NOBODY}/address`],
      ['GET', `/customers/${uuid}/address`],
      ['DELETE', `/customers/${uuid}/address`],
      ['GET', '/'],
      ['GET', '/customer'],
      ['PUT', '/customers', {}],
    ] as const) {
      pathsOf(await call(method, path, body), 404)
    }
    expect((await call('GET', `/customers/${NOBODY}`)).body.error).toContain(NOBODY)
    expect(await rows()).toEqual({ customers: 1, addresses: 0 })
  })

  test('an e-mail that somebody else has: 409', async () => {
    await created()
    const jill = await created({ ...JACK, firstname: 'Jill', email: 'jill@example.com' })
    expect(pathsOf(await call('POST', '/customers', { ...JACK, address: NORMA }), 409)).toEqual(['email'])
    expect(pathsOf(await call('PATCH', `/customers/${jill}`, { email: JACK.email }), 409)).toEqual(['email'])
    expect((await call('GET', `/customers/${jill}`)).body.email).toBe('jill@example.com')
    expect(await rows()).toEqual({ customers: 2, addresses: 0 })
  })

  test('of 10 parallel POSTs with one e-mail one succeeds', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => call('POST', '/customers', { ...JACK, address: NORMA })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)])
    expect(await rows()).toEqual({ customers: 1, addresses: 1 })
  })

  test('a failure of the service itself: 500, without its reason, which is logged', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    await sequelize.drop()
    const answer = await call('GET', '/customers')
    expect(pathsOf(answer, 500)).toEqual([])
    expect(answer.body.error).toBe('Internal error')
    expect(logged).toHaveBeenCalledOnce()
    logged.mockRestore()
  })
})
