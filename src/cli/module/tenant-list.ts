import type { Instance } from './instances.js';
import { isListFactory, listOf } from './list-factory.js';
import { withOutputToStderr } from './output-to-stderr.js';

type Options = Readonly<Record<string, unknown>>;

/** Options in which a list from providers is a function. It creates these providers when it is called for the first time. */
export function withTenantList(options: Options, { createTenantList }: Pick<Instance, 'createTenantList'>): Options {
  if (!isListFactory(listOf(options))) return options;
  const list = (): Promise<unknown> =>
    withOutputToStderr(async () => {
      const provided = await createTenantList();
      if (typeof provided !== 'function') throw new Error(NOT_ASYNC);
      return (provided as () => unknown)();
    });
  return { ...options, tenants: { ...(options['tenants'] as object), list } };
}

const NOT_ASYNC =
  'a list with useFactory works in forRoot() only; in forRootAsync(), inject what it needs into the factory of the options';
