// biome-ignore-all lint/suspicious/noExplicitAny: a decorator is applied to classes and properties of every type.
/** Types of the decorators, in both conventions. */
import type { AnyDataType } from '../api/types/data-types.js'
import type { AttributeOptions } from '../api/types/define.js'
import type { AnyModel } from '../api/types/infer.js'
import type { IN } from '../api/types/symbols.js'

type FieldContext<V> =
  | ClassFieldDecoratorContext<AnyModel, V>
  | ClassGetterDecoratorContext<AnyModel, V>
  | ClassSetterDecoratorContext<AnyModel, V>
/** Decorates an attribute or an association. */
export interface PropertyDecorator {
  // Legacy first: with `experimentalDecorators` the checker only tries signatures that fit (target, name[, descriptor]).
  (target: AnyModel, name: string, descriptor?: PropertyDescriptor): void
  <V>(
    value: ClassAccessorDecoratorTarget<any, V>,
    context: ClassAccessorDecoratorContext<any, V>,
  ): ClassAccessorDecoratorResult<any, V>
  (value: unknown, context: FieldContext<any>): void
}
/** `@Unique`, `@Unique()` and `@Unique('name')`. */
export interface OptionalPropertyDecorator<T> extends PropertyDecorator {
  (): PropertyDecorator
  (options: T): PropertyDecorator
}
/** Decorates a method: static (hooks), or either (validators). */
export interface MethodDecorator {
  (target: object, name: string | symbol, descriptor?: PropertyDescriptor): void
  (value: (...args: never[]) => unknown, context: ClassMethodDecoratorContext<any, any>): void
}
export interface OptionalMethodDecorator<T> extends MethodDecorator {
  (): MethodDecorator
  (options: T): MethodDecorator
}
export interface ClassDecorator {
  (target: abstract new (...args: any) => AnyModel): void
  (target: abstract new (...args: any) => AnyModel, context: ClassDecoratorContext<any>): void
}
export interface OptionalClassDecorator<T> extends ClassDecorator {
  (): ClassDecorator
  (options: T): ClassDecorator
}

type InOf<O> = O extends AnyDataType ? O[typeof IN] : O extends { type: AnyDataType } ? O['type'][typeof IN] : any
/** A property decorator that checks the property's type against the data type. */
export interface TypedPropertyDecorator<In> {
  <K extends string>(target: { readonly [P in K]?: In | null }, name: K, descriptor?: PropertyDescriptor): void
  <V extends In | null | undefined>(
    value: ClassAccessorDecoratorTarget<any, V>,
    context: ClassAccessorDecoratorContext<any, V>,
  ): ClassAccessorDecoratorResult<any, V>
  <V extends In | null | undefined>(value: undefined, context: ClassFieldDecoratorContext<any, V>): void
  (value: Function, context: ClassGetterDecoratorContext<any, any> | ClassSetterDecoratorContext<any, any>): void
}
export type TypedAttributeDecorator = <O extends AnyDataType | Partial<AttributeOptions>>(
  options: O,
) => TypedPropertyDecorator<InOf<O>>
