import type { Finding } from '../../core/errors/finding.js';
import type { EmitEvent } from '../../core/events/events.js';
import { NO_HISTORY } from '../../core/history/history.js';
import type { Migration } from '../../core/migration/migration.js';
import type { MigrationSet } from '../../core/migration/migration-set.js';
import type { MigrationSource } from '../../core/ports/ports.js';
import { joinStatuses } from '../../core/status/status.js';
import type { Tenant } from '../../core/tenants/tenant.js';
import type { TenantRunSettings } from '../../fleet/parts.js';
import type { Migrator } from '../../migrator/migrator.js';
import { createMigrator, type Migrations, type SharedParts } from '../create-migrator.js';
import type { ResolvedOptions } from '../options.js';
import type { SchemasFor } from './files/allowed-schemas.js';
import type { Homes } from './homes.js';
import { sharesHistory, tenantTarget } from './tenant-target.js';
import type { ResolvedTenantsOptions } from './tenants-options.js';

interface MigratorSettings extends TenantRunSettings {
  /** Creates the schema in the one transaction of all files. @default false */
  readonly createsSchema?: boolean;
  /** Why nothing may run for the tenant. @default none */
  readonly refusals?: () => Promise<readonly Finding[]>;
}

/** Assembles a migrator for each tenant. */
export class TenantMigrators {
  constructor(
    private readonly homes: Homes,
    private readonly options: ResolvedOptions,
    private readonly tenants: ResolvedTenantsOptions,
    private readonly migrations: Migrations,
    private readonly listener: EmitEvent,
    private readonly schemasFor: SchemasFor,
  ) {}

  /** May be used for anything at any time, so it checks whether anything may run. */
  careful(tenant: Tenant, refusals: () => Promise<readonly Finding[]>): Migrator {
    return this.of(tenant, this.migrations.source, { refusals });
  }

  of(
    tenant: Tenant,
    source: MigrationSource,
    { createsSchema = false, refusals, onStart, expected }: MigratorSettings = {},
  ): Migrator {
    const home = this.homes.of(tenant.place);
    const isShared = sharesHistory(tenant, this.tenants);
    const options = {
      ...home.options,
      tenants: this.tenants,
      catalog: { ...home.options.catalog, enabled: false },
      recordSource: home.options.recordSource && !isShared,
      ...(createsSchema && { transaction: 'all' as const }),
    };
    const emit: EmitEvent = (event) => {
      if (event.type === 'run-started') onStart?.(event.runId);
      this.listener({ ...event, tenant: tenant.name });
    };
    const target = {
      ...tenantTarget(home.options, this.tenants, tenant),
      createsSchema,
    };
    const { installOnce, ...others } = home;
    const { schema } = tenant;
    const tenantSchemas = schema === undefined ? undefined : () => this.schemasFor(schema);
    const shared: SharedParts = {
      ...others,
      installOnce: isShared ? installOnce : undefined,
      refusals,
      expected,
      tenantSchemas,
    };
    return createMigrator(options, emit, { ...this.migrations, source }, target, shared);
  }

  /** True if all files of a new tenant can run in one transaction. */
  async areTransactional(tenant: Tenant, set: MigrationSet): Promise<boolean> {
    if (!sharesHistory(tenant, this.tenants)) return false; // its table comes first
    const { placeholders } = tenantTarget(this.options, this.tenants, tenant);
    const { compiler } = this.migrations;
    const compiled = await Promise.all(firstFiles(set).map((each) => compiler.compile(each, placeholders)));
    return compiled.every((each) => 'program' in each && each.program.kind === 'transactional');
  }
}

/** The files that a new tenant runs: those that a checkpoint replaces are not among them. */
function firstFiles(set: MigrationSet): readonly Migration[] {
  return joinStatuses(set, NO_HISTORY).flatMap(({ migration }) => migration ?? []);
}
