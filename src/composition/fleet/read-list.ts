import { DatabaseConnectionError } from '../../core/errors/database-errors.js';
import { ConfigurationError } from '../../core/errors/input-errors.js';
import type { Text } from '../../core/errors/remedy.js';
import { SQLSTATE, UNDEFINED_TABLE } from '../../core/errors/sqlstate.js';
import { messageOfAny } from '../../core/errors/wording.js';
import { maskSecrets } from '../../core/sql/text/secrets.js';
import type { Row } from '../../postgres/connection/script.js';
import { serverErrorOf } from '../../postgres/connection/server-error.js';
import { withTimeout } from '../../timing/timeout.js';
import type {
  ResolvedTenantsOptions,
  TenantDefinition,
  TenantList,
  TenantPages,
  TenantProvider,
} from './tenants-options.js';

/**
 * Reads a list to its end, so that nothing runs for a partial list.
 *
 * @param query runs a query.
 * @throws DatabaseConnectionError if it cannot be asked; ConfigurationError if the list fails
 *   otherwise, with what it threw as the cause.
 */
export async function readList(
  { list, listTimeout, sharedFiles }: Pick<ResolvedTenantsOptions, 'list' | 'listTimeout' | 'sharedFiles'>,
  query: (sql: string) => Promise<readonly Row[]>,
): Promise<unknown[]> {
  const read: unknown[] = [];
  const limited: Limited = (work) =>
    listTimeout === 0 ? work : withTimeout(work, listTimeout, () => giveUp(listTimeout));
  try {
    const pages = typeof list === 'function' ? await limited(Promise.resolve(list())) : await pagesOf(list, query);
    if (!isIterable(pages)) throw new TypeError('it returned neither an array nor pages');
    if (Array.isArray(pages)) return pages.flat();
    for await (const page of eachOf(pages, limited)) {
      for (const each of Array.isArray(page) ? page : [page]) read.push(each);
    }
    return read;
  } catch (error) {
    if (error instanceof DatabaseConnectionError) throw error; // the list is fine, and the failure may be temporary
    const why = maskSecrets(messageOfAny(error), []);
    const where = read.length === 0 ? 'it failed' : `it failed after ${read.length} tenants`;
    const detail = `${where}: ${why}. Correct it and start again: a partial list would look complete`;
    const problems = [{ option: 'tenants.list', code: 'unusable', detail }] as const;
    const advice = sharedFiles && isAboutMissing(error) ? CREATE_FIRST : '';
    throw new ConfigurationError('INVALID_TENANTS', problems, { cause: error, advice });
  }
}

/** A list usually comes from a table that the shared files create. */
const CREATE_FIRST: Text = (say) =>
  `If shared migrations create what the list reads, apply them first, with ${say({ action: 'migrate-shared' })}.`;

/** True if a list cannot be read because a table or a column does not exist, as before a run of the shared files. */
export function lacksObjects(error: unknown): boolean {
  return error instanceof ConfigurationError && error.code === 'INVALID_TENANTS' && isAboutMissing(error.cause);
}

function isAboutMissing(error: unknown): boolean {
  return [...UNDEFINED_TABLE, SQLSTATE.undefinedColumn].includes(serverErrorOf(error)?.sqlstate ?? '');
}

async function pagesOf(
  list: Exclude<TenantList, TenantProvider>,
  query: (sql: string) => Promise<readonly Row[]>,
): Promise<TenantPages> {
  return typeof list === 'string' ? (await query(list)).map(tenantOfRow) : list;
}

/** Waits for work for a limited time. */
type Limited = <T>(work: Promise<T>) => Promise<T>;

function giveUp(timeoutMs: number): never {
  throw new Error(`it did not answer within ${timeoutMs} ms ("tenants.listTimeout")`);
}

/** A generator that does not answer is asked to end, but this does not wait for it. */
async function* eachOf(pages: TenantPages, limited: Limited): AsyncGenerator {
  if (!(Symbol.asyncIterator in pages)) return yield* pages;
  const iterator = pages[Symbol.asyncIterator]();
  let isDone: boolean | undefined = false;
  try {
    while (!isDone) {
      const next = await limited(iterator.next());
      isDone = next.done;
      if (!isDone) yield next.value;
    }
  } finally {
    if (!isDone) void Promise.resolve(iterator.return?.()).catch(() => {}); // written by hand, it may give no promise
  }
}

function isIterable(pages: unknown): pages is TenantPages {
  return typeof pages === 'object' && pages !== null && (Symbol.iterator in pages || Symbol.asyncIterator in pages);
}

/** By default, the schema has the same name as the tenant. */
function tenantOfRow({ name, schema, group, ...others }: Row): TenantDefinition {
  const tenant: object = { name, schema: schema ?? name, ...(group != null && { group }), ...others };
  return tenant as TenantDefinition; // it is checked with all others
}
