import { isPlaceholderName } from '../compile/placeholders.js';
import type { ConfigurationProblem } from '../problems/configuration-problem.js';
import { nearestName } from '../problems/nearest-name.js';
import { MAX_NAME_BYTES } from '../target/name-length.js';
import { MAIN_DATABASE, SCHEMA_PLACEHOLDER, type Tenant, type TenantPlace } from './tenant.js';

/** The fields of a tenant, apart from its connection. */
export interface TenantFields {
  readonly name: string;
  readonly schema?: string | undefined;
  readonly group?: string | undefined;
  readonly placeholders?: Readonly<Record<string, string>> | undefined;
}

/** An entry of a list of tenants, which is not necessarily valid. */
export interface ListedTenant {
  readonly given: unknown;
  /** Where it lives, or what is wrong with its connection. */
  readonly place: TenantPlace | ConfigurationProblem;
  /** True if it has a connection of its own. */
  readonly hasConnection: boolean;
}

/** The tenants of a list, and every reason why the list cannot be used. */
export interface CheckedTenants {
  readonly tenants: readonly Tenant[];
  readonly problems: readonly ConfigurationProblem[];
}

const FIELDS = ['name', 'schema', 'group', 'placeholders', 'connectionString', 'connection', 'pool'];
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}_.:@-]*$/u;
/** Nearly all names, which this recognizes faster. */
const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9_.:@-]*$/;
const NAME_RULE = `use letters, digits and _ . : @ -, beginning with a letter or digit, ${MAX_NAME_BYTES} bytes at most`;
/** Listing more problems would add nothing. */
const MAX_PROBLEMS = 20;

/**
 * Checks a list of tenants as a whole, so that nothing runs for part of a faulty list.
 *
 * @param reserved a schema that no tenant may use: that of the history.
 */
export function checkTenants(listed: readonly ListedTenant[], reserved: string): CheckedTenants {
  const problems: ConfigurationProblem[] = [];
  const tenants: Tenant[] = [];
  for (const [i, each] of listed.entries()) {
    const found = tenantProblems(each, reserved);
    if (found.length === 0) {
      tenants.push(toTenant(each));
      continue;
    }
    const name = nameOf(each.given);
    const source = name === undefined ? `tenant number ${i + 1}` : `tenant ${JSON.stringify(name)}`;
    problems.push(...found.map((problem) => ({ ...problem, source })));
  }
  return { tenants, problems: shortened([...problems, ...duplicates(tenants)]) };
}

/** The problem with a single name; undefined if it can be used. */
export function nameProblem(name: string): string | undefined {
  const isName = PLAIN_NAME.test(name) || NAME.test(name);
  return isName && Buffer.byteLength(name) <= MAX_NAME_BYTES ? undefined : NAME_RULE;
}

function nameOf(given: unknown): string | undefined {
  const name = isFields(given) ? given['name'] : undefined;
  return typeof name === 'string' ? name : undefined;
}

function isFields(given: unknown): given is Record<string, unknown> {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}

/** Returns the same object for every tenant without a problem: there may be thousands. */
function tenantProblems(listed: ListedTenant, reserved: string): readonly ConfigurationProblem[] {
  const { given } = listed;
  if (!isFields(given)) return [invalid('it is not an object; write { name, schema }')];
  const { name, schema, group, placeholders } = given;
  let problems = NONE;
  const add = (problem: ConfigurationProblem | undefined): void => {
    if (problem) problems = [...problems, problem];
  };
  for (const field of Object.keys(given)) if (!FIELDS.includes(field)) add(unknownField(field));
  add(nameFieldProblem('name', name));
  if (group !== undefined) add(nameFieldProblem('group', group));
  if (schema !== undefined) add(schemaProblem(schema, reserved));
  if (placeholders !== undefined) placeholderProblems(placeholders).forEach(add);
  add(placeProblem(listed, schema));
  return problems;
}

const NONE: readonly ConfigurationProblem[] = [];

function placeProblem({ place, hasConnection }: ListedTenant, schema: unknown): ConfigurationProblem | undefined {
  if ('code' in place) return place;
  if (schema !== undefined || place.database !== MAIN_DATABASE) return undefined;
  return hasConnection
    ? invalid('its connection leads to the database of the shared files; give it a schema there')
    : missing('it has neither a schema nor a connection; give it one of them');
}

function invalid(detail: string, given?: string): ConfigurationProblem {
  return { code: 'invalid', given, detail };
}

function missing(detail: string): ConfigurationProblem {
  return { code: 'missing', detail };
}

function duplicate(detail: string): ConfigurationProblem {
  return { code: 'duplicate', detail };
}

function unknownField(field: string): ConfigurationProblem {
  const given = JSON.stringify(field);
  return { code: 'unknown-name', given, detail: `unknown field ${given}; expected one of ${FIELDS.join(', ')}` };
}

/** The problem that no tenant has this name. */
export function unknownTenant(name: string, tenants: readonly Tenant[]): ConfigurationProblem {
  const known = tenants.map((tenant) => tenant.name);
  return unknownName('no tenant is named', name, known);
}

/** The problem that no tenant is in this group. */
export function unknownGroup(group: string, tenants: readonly Tenant[]): ConfigurationProblem {
  const known = new Set(tenants.flatMap((tenant) => tenant.group ?? []));
  return unknownName('no tenant is in the group', group, [...known]);
}

function unknownName(problem: string, name: string, known: readonly string[]): ConfigurationProblem {
  const given = JSON.stringify(name);
  const suggestion = nearestName(name, known);
  const hint = suggestion === undefined ? '' : `; did you mean ${JSON.stringify(suggestion)}?`;
  return {
    code: 'unknown-name',
    given,
    detail: `${problem} ${given}${hint}`,
    ...(suggestion !== undefined && { suggestion }),
  };
}

function nameFieldProblem(field: string, value: unknown): ConfigurationProblem | undefined {
  if (typeof value !== 'string') return invalid(`its ${field} is not a string`);
  const problem = nameProblem(value);
  return problem === undefined ? undefined : invalid(`its ${field} cannot be used: ${problem}`);
}

function schemaProblem(schema: unknown, reserved: string): ConfigurationProblem | undefined {
  if (typeof schema !== 'string') return invalid('its schema is not a string');
  const refused = (why: string): ConfigurationProblem => {
    const name = JSON.stringify(schema);
    return invalid(`its schema ${name} ${why}`, name);
  };
  if (schema === '' || schema.includes('\0')) return refused('is not a name');
  if (Buffer.byteLength(schema) > MAX_NAME_BYTES)
    return refused(`is longer than the ${MAX_NAME_BYTES} bytes that PostgreSQL keeps`);
  if (schema.startsWith('pg_') || schema === 'information_schema')
    return refused('belongs to PostgreSQL; choose another one');
  return schema === reserved ? refused('belongs to the history; choose another one') : undefined;
}

function placeholderProblems(given: unknown): ConfigurationProblem[] {
  if (!isFields(given)) return [invalid('its placeholders are not an object')];
  return Object.entries(given).flatMap(([name, value]) => {
    if (name === SCHEMA_PLACEHOLDER)
      return [invalid(`the placeholder {{${name}}} is always the tenant's schema; rename yours`)];
    if (!isPlaceholderName(name)) return [invalid(`${JSON.stringify(name)} is not a name for a placeholder`)];
    return typeof value === 'string' ? [] : [invalid(`the value of the placeholder ${name} is not a string`)];
  });
}

/** The tenant has been checked. */
function toTenant({ given, place }: ListedTenant): Tenant {
  const { name, schema, group, placeholders = {} } = given as TenantFields;
  return { name, schema, group, placeholders, place: place as TenantPlace };
}

function duplicates(tenants: readonly Tenant[]): ConfigurationProblem[] {
  const names = new Set<string>();
  const owners = new Map<string, Tenant>();
  const problems: ConfigurationProblem[] = [];
  for (const tenant of tenants) {
    const { name, schema, place } = tenant;
    const home = `${place.database}\0${schema ?? ''}`;
    const owner = owners.get(home);
    if (names.has(name))
      problems.push(duplicate(`tenant ${JSON.stringify(name)} is listed more than once; list it once`));
    else if (owner) {
      const what = schema === undefined ? 'one database' : `one schema, ${JSON.stringify(schema)}`;
      problems.push(
        duplicate(`tenants ${JSON.stringify(owner.name)} and ${JSON.stringify(name)} have ${what}; give each its own`),
      );
    }
    names.add(name);
    if (!owner) owners.set(home, tenant);
  }
  return problems;
}

/**
 * How a tenant contradicts the list: in one database, a name has one schema, and a schema one name. Otherwise, a listed
 * tenant could get a second history, or lose the one that it has. Undefined if it agrees with the list, or is not on it.
 */
export function conflictWithList(
  { name, schema, place }: Tenant,
  listed: readonly Tenant[],
): ConfigurationProblem | undefined {
  const other = listed.find(
    (each) => each.place.database === place.database && (each.name === name) !== (each.schema === schema),
  );
  if (!other) return undefined;
  const [subject, own, given] = [other.name, other.schema, schema].map((each) => JSON.stringify(each));
  if (other.name !== name) {
    const what = schema === undefined ? 'the database' : `the schema ${given}`;
    return { code: 'duplicate', detail: `${what} belongs to the tenant ${subject}, which is on the list` };
  }
  const where = `${own ? `with the schema ${own}` : 'without a schema'}${given ? `, not ${given}` : ''}`;
  return {
    code: 'duplicate',
    detail: `tenant ${subject} is on the list ${where}; give its name instead of a definition, or correct the list`,
  };
}

function shortened(problems: readonly ConfigurationProblem[]): readonly ConfigurationProblem[] {
  const more = problems.length - MAX_PROBLEMS;
  return more <= 0
    ? problems
    : [...problems.slice(0, MAX_PROBLEMS), { code: 'omitted', detail: `and ${more} more problems` }];
}
