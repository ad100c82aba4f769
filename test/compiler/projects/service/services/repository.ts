import {
  Attributes,
  CreateOptions,
  CreationAttributes,
  DestroyOptions,
  FindAndCountOptions,
  FindOptions,
  Includeable,
  Model,
  ModelStatic,
  Order,
  Transaction,
  UpdateOptions,
  WhereOptions,
} from 'mortise'

export interface Page<T> {
  rows: T[]
  total: number
  pages: number
}
export interface PageRequest {
  page?: number
  size?: number
  order?: Order
}

/** What every service has. */
export abstract class Repository<M extends Model> {
  constructor(protected readonly model: ModelStatic<M>) {}

  async findById(id: number | string, options?: Omit<FindOptions<Attributes<M>>, 'where'>): Promise<M | null> {
    return this.model.findByPk(id, options)
  }
  async findBy(where: WhereOptions<Attributes<M>>, include?: Includeable | Includeable[]): Promise<M | null> {
    return this.model.findOne({ where, include })
  }
  async list({ page = 1, size = 20, order }: PageRequest, where?: WhereOptions<Attributes<M>>): Promise<Page<M>> {
    const options: FindAndCountOptions<Attributes<M>> = {
      where,
      limit: size,
      offset: (page - 1) * size,
      order,
      distinct: true,
    }
    const { rows, count } = await this.model.findAndCountAll(options)
    return { rows, total: count, pages: Math.ceil(count / size) }
  }
  async create(values: CreationAttributes<M>, options?: CreateOptions<Attributes<M>>): Promise<M> {
    return this.model.create(values, options)
  }
  async createMany(values: CreationAttributes<M>[], transaction?: Transaction): Promise<M[]> {
    return this.model.bulkCreate(values, { transaction, validate: true })
  }
  async update(values: Partial<Attributes<M>>, options: UpdateOptions<Attributes<M>>): Promise<number> {
    const [count] = await this.model.update(values, options)
    return count
  }
  async remove(options: DestroyOptions<Attributes<M>>): Promise<number> {
    return this.model.destroy(options)
  }
  async exists(where: WhereOptions<Attributes<M>>): Promise<boolean> {
    return (await this.model.count({ where })) > 0
  }
}
