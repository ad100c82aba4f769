// Associations to many rows: the methods that they give, and the rows between.
import type { BelongsToManyAddAssociationMixin, BelongsToManyMixins, HasManyMixins, Sequelize } from 'mortise'
import { belongsToMany, DataTypes, hasMany, Model, Op } from 'mortise'
import { expectType } from './expect.js'

declare const sequelize: Sequelize

class Author extends sequelize.model(
  'Author',
  { name: DataTypes.STRING },
  {
    associations: {
      posts: hasMany(() => Post, 'authorId'),
      awards: belongsToMany(() => Award, { through: () => Win, foreignKey: 'authorId', otherKey: 'awardId' }),
    },
  },
) {}
class Post extends sequelize.model('Post', {
  title: { type: DataTypes.STRING, allowNull: false },
  authorId: { type: DataTypes.INTEGER, allowNull: false },
}) {}
class Award extends sequelize.model('Award', { title: DataTypes.STRING }) {}
class Win extends sequelize.model('Win', { year: DataTypes.INTEGER }) {}

export async function inferred(author: Author, post: Post, award: Award): Promise<void> {
  expectType<Post[]>()(await author.getPosts({ where: { title: 'x' } }))
  expectType<number>()(await author.countPosts())
  expectType<boolean>()(await author.hasPosts([post, 1]))
  await author.addPost(post)
  await author.addPosts([1, post], { individualHooks: true })
  await author.setPosts(null, { destroyPrevious: true })
  await author.removePosts(new Set([post]), { destroy: true })
  expectType<Post>()(await author.createPost({ title: 'the foreign key is not asked for' }))
  // @ts-expect-error title is required
  await author.createPost({})
  // @ts-expect-error no such attribute
  await author.getPosts({ where: { nope: 1 } })
  // @ts-expect-error there is no table between
  await author.addPost(post, { through: { year: 1 } })

  expectType<Award[]>()(await author.getAwards({ joinTableAttributes: ['year'], through: { where: { year: 1 } } }))
  await author.addAward(award, { through: { year: 1999 } })
  await author.setAwards([award, 2], { through: { year: 1999 } })
  expectType<Award>()(await author.createAward({ title: 'x' }, { through: { year: 1 } }))
  // @ts-expect-error the rows between have no such attribute
  await author.addAward(award, { through: { yeer: 1999 } })
  // @ts-expect-error the rows between have no such attribute
  await author.getAwards({ joinTableAttributes: ['yeer'] })
  // @ts-expect-error nor can it be asked for
  await author.getAwards({ through: { where: { yeer: 1999 } } })
  await Author.findAll({ include: { association: 'awards', through: { where: { year: { [Op.gt]: 1999 } } } } })
  // @ts-expect-error nor in an include
  await Author.findAll({ include: { association: 'awards', through: { where: { yeer: 1999 } } } })
  // @ts-expect-error a year is a number
  await Author.findAll({ include: { association: 'awards', through: { where: { year: 'x' } } } })
  // @ts-expect-error no attribute of the rows between
  await Author.findAll({ include: { association: 'awards', through: { attributes: ['yeer'] } } })
  const [loaded] = await Author.findAll({ include: ['posts', { association: 'awards', through: { attributes: [] } }] })
  expectType<string>()(loaded!.posts[0]!.title)
  expectType<string | null>()(loaded!.awards[0]!.title)
}

// ---------------------------------------------------------------- class style
class Tag extends Model {}
class Book extends Model {
  declare addLabel: BelongsToManyAddAssociationMixin<Tag, number>
}
interface Book extends HasManyMixins<'chapters', Tag>, BelongsToManyMixins<'tags', Tag> {}
export async function declared(book: Book, tag: Tag): Promise<void> {
  await book.addLabel(tag, { through: { weight: 1 } })
  await book.addTags([tag, 1], { through: { weight: 1 } })
  expectType<Tag[]>()(await book.getChapters())
  // @ts-expect-error chapters hold the key themselves
  await book.addChapter(tag, { through: {} })
}
