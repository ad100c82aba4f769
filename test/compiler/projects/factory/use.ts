import type {
  Attributes,
  CreationAttributes,
  FindOptions,
  Includeable,
  Loaded,
  ModelStatic,
  Order as Ordering,
  WhereOptions,
} from 'mortise'
import { col, fn, Op, sql, type Model } from 'mortise'
import { sequelize } from './database.js'
import { Address } from './shop/address.js'
import { Author, Book, Category, Label } from './shop/categories.js'
import { Customer } from './shop/customer.js'
import { Line, Order } from './shop/order.js'
import { Product } from './shop/product.js'

export async function customers(): Promise<string[]> {
  const found = await Customer.findAll({
    where: {
      level: 'gold',
      settings: { theme: 'dark' },
      'settings.lists': { [Op.contains]: ['a'] },
      orders: { some: { total: { [Op.gt]: '3' } } },
    },
    include: [
      'address',
      {
        association: 'orders',
        include: { association: 'lines', include: 'product' },
        where: { placedAt: { [Op.gt]: '2020-01-01' } },
      },
    ],
    order: [['address', 'city', 'ASC'], 'name', [sql.col('birthday'), 'DESC']],
  })
  const titles = found.flatMap(({ orders }) =>
    orders.flatMap(({ lines }) => lines.map(({ product }) => product?.title ?? '?')),
  )
  const city: string | undefined = found[0]?.address?.city
  const one = await Customer.findOne({
    include: [{ model: Address, as: 'address', required: true }, Order],
    rejectOnEmpty: true,
  })
  const place: number | undefined = one.address.place?.coordinates[0]
  const total: string | undefined = one.orders[0]?.total
  const page = await Customer.findPage({ order: [['name', 'ASC']], first: 3, include: 'favourites' })
  const stock = page.items[0]?.favourites.map((product) => product.stock)
  return [...titles, city ?? '', one.label, String(place), total ?? '', String(stock)]
}
export async function scoped(): Promise<void> {
  await Customer.scope('gold').findAll()
  await Customer.withScope(['gold', { method: ['named', 'Ada'] }]).findAll({ include: 'address' })
  await Customer.unscoped().count()
  await Label.withScope('short').findAll()
}
export async function orders(customer: Customer, product: Product): Promise<void> {
  const order = await customer.createOrder({ placedAt: new Date() })
  await order.createLine({ quantity: 3, productId: product.id })
  const address = await customer.createAddress({ city: 'Oslo' })
  console.log(address.customerId, await order.getCustomer(), await customer.spent())
  await customer.addFavourites([product, 2], { through: { stars: 5 } })
  const favourites = await customer.getFavourites({ through: { where: { stars: 5 } }, order: [['title', 'ASC']] })
  await customer.setFavourites(favourites)
  await customer.removeFavourite(product)
  await customer.setAdvisor(null)
  console.log(await customer.hasOrder(order), await customer.countFriends(), await customer.getAdvisor())
  await Order.create(
    { placedAt: new Date(), customerId: customer.id, lines: [{ quantity: 1, product: { title: 'x', price: 3 } }] },
    { include: { association: 'lines', include: 'product' } },
  )
  const [, created] = await Product.findOrCreate({ where: { title: 'x' }, defaults: { title: 'x', price: '3.50' } })
  const rows = await Line.findAll({
    attributes: ['productId', [fn('SUM', col('quantity')), 'sold']],
    group: ['productId'],
    raw: true,
  })
  console.log(created, rows[0]?.productId, rows[0]?.sold)
  await Customer.update({ level: 'gold' }, { where: { orders: { none: { total: '0' } } } })
  await sequelize.transaction(async (transaction) => {
    await product.decrement('stock', { by: 1, transaction })
    await product.reload({ transaction, lock: transaction.LOCK.UPDATE })
  })
}
export async function categories(): Promise<void> {
  const tree = await Category.findAll({
    where: { parentId: null },
    include: { association: 'children', include: ['children', 'labels'] },
  })
  const name: string | undefined = tree[0]?.children[0]?.children[0]?.name
  const text: string | null | undefined = tree[0]?.children[0]?.labels[0]?.text
  const parent: { name: string } | null | undefined = await tree[0]?.getParent()
  const author: Author = await Author.create({ name: 'x' })
  const books = await author.getBooks({ include: 'author' })
  const back: string | undefined = books[0]?.author?.name
  console.log(name, text, parent, back, await Book.count({ include: 'author' }))
}

// ---------------------------------------------------------------- functions over models and what is loaded
export const summary = (customer: Loaded<Customer, ['address', { association: 'orders'; include: 'lines' }]>): string =>
  `${customer.label}, ${customer.address?.city}: ${customer.orders.map(({ lines }) => lines.length).join()}`
export const fresh: CreationAttributes<Customer> = { email: 'a@b', name: 'A' }
export const recent: FindOptions<Attributes<Order>> = { where: { placedAt: { [Op.gt]: new Date(0) } }, limit: 3 }
export const ordering: Ordering = [['placedAt', 'DESC']]
export const included: Includeable[] = ['lines', { model: Customer, as: 'customer' }]
export async function prepared(filter: WhereOptions<Attributes<Order>>): Promise<Order[]> {
  const where: WhereOptions<Attributes<Order>> = { total: { [Op.gt]: '0' } }
  where.customerId = 3
  return Order.findAll({ ...recent, where: { [Op.and]: [where, filter] }, order: ordering, include: included })
}
export class Store<M extends Model> {
  constructor(private readonly model: ModelStatic<M>) {}
  byId(id: number | string): Promise<M | null> {
    return this.model.findByPk(id)
  }
  save(values: CreationAttributes<M>): Promise<M> {
    return this.model.create(values)
  }
  async page(where: WhereOptions<Attributes<M>>, limit = 10): Promise<[M[], number]> {
    const { rows, count } = await this.model.findAndCountAll({ where, limit })
    return [rows, count]
  }
}
export const stores = [new Store(Customer), new Store(Order), new Store(Book)] as const
export const first: Promise<Customer | null> = stores[0].byId(1)
