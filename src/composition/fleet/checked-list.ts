import { ConfigurationError } from '../../core/errors/input-errors.js';
import { parseTableName } from '../../core/target/table.js';
import { checkTenants, conflictWithList, unknownGroup, type ListedTenant } from '../../core/tenants/check-tenants.js';
import type { Tenant } from '../../core/tenants/tenant.js';
import { unknownGroups } from '../../core/tenants/waves.js';
import type { ConnectionOptions } from '../connection-options.js';
import type { ResolvedOptions } from '../options.js';
import { isObject } from '../validation/checks.js';
import type { Homes } from './homes.js';
import { readList } from './read-list.js';
import type { ResolvedTenantsOptions } from './tenants-options.js';

/** What is invalid: the list, or an argument. */
type Code = 'INVALID_TENANTS' | 'INVALID_OPTIONS';

/** The list of tenants, checked as a whole. */
export class CheckedList {
  constructor(
    private readonly homes: Homes,
    private readonly options: ResolvedOptions,
    private readonly tenants: ResolvedTenantsOptions,
  ) {}

  async read(): Promise<readonly Tenant[]> {
    return this.checked(await this.given());
  }

  /** The same; undefined if it cannot be read to its end. @throws ConfigurationError if it is invalid */
  async readIfReadable(): Promise<readonly Tenant[] | undefined> {
    const given = await this.given().catch(() => undefined);
    return given && this.checked(given);
  }

  /**
   * Checks a tenant that need not be on the list, nor in one of the groups that the waves need.
   *
   * @throws ConfigurationError listing every problem; also if the list cannot be used, or says something else about it
   */
  async checkOne(given: unknown): Promise<Tenant> {
    const [tenant] = this.check([given], 'INVALID_OPTIONS') as readonly [Tenant];
    const problem = conflictWithList(tenant, this.check(await this.given()));
    if (problem) throw new ConfigurationError('INVALID_OPTIONS', [problem]);
    return tenant;
  }

  private given(): Promise<readonly unknown[]> {
    const { reads } = this.homes.main;
    const query = (sql: string) => reads.use((connection) => connection.query(sql), this.options.timeouts.catalog);
    return readList(this.tenants, query);
  }

  private checked(given: readonly unknown[]): readonly Tenant[] {
    const tenants = this.check(given);
    const unknown = tenants.length === 0 ? [] : unknownGroups(tenants, this.tenants.rollout.waves);
    if (unknown.length === 0) return tenants;
    const problems = unknown.map((group) => ({ option: 'tenants.rollout.waves', ...unknownGroup(group, tenants) }));
    throw new ConfigurationError('INVALID_TENANTS', problems);
  }

  /** @throws ConfigurationError listing every problem */
  private check(given: readonly unknown[], code: Code = 'INVALID_TENANTS'): readonly Tenant[] {
    const listed = given.map((each): ListedTenant => {
      const connection: ConnectionOptions = isObject(each) ? each : {};
      const hasConnection = 'connectionString' in connection || 'connection' in connection || 'pool' in connection;
      return { given: each, hasConnection, place: this.homes.placeOf(connection) };
    });
    const { tenants, problems } = checkTenants(listed, parseTableName(this.options.table).schema);
    if (problems.length > 0) throw new ConfigurationError(code, problems);
    return tenants;
  }
}
