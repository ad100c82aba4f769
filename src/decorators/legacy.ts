/**
 * `mortise/decorators-legacy`: decorators for TypeScript's `experimentalDecorators`, as in `@sequelize/core/decorators-legacy`.
 * With `declare` fields; with `emitDecoratorMetadata` and `reflect-metadata` a bare `@Attribute` finds its type.
 */
export * from './all.js'
