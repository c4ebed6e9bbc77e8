/**
 * `nestjs-pg-migrations`: plain SQL migrations for NestJS and PostgreSQL.
 */
export * from './migrator.js';
export { MigrationsModule } from './nest/migrations.module.js';
export { MigrationsService } from './nest/migrations.service.js';
export { MigrationsHealthIndicator } from './nest/health/migrations.health.js';
export { DriftAlertChannel, type AlertChannel, type DriftAlert } from './nest/drift/alert-channel.js';
export type { WebhookOptions } from './nest/configuration/webhook-options.js';
export { DRIFT_JOB } from './nest/drift/drift-monitor.js';
export { MIGRATIONS_READY } from './nest/configuration/tokens.js';
export { InjectFleet, InjectMigrations, InjectMigrationsHealth, migrationsReadyToken } from './nest/instance.js';
export { TenantMigratedGuard } from './nest/tenant-guard.js';
export type { MigrationsReady } from './nest/bootstrap/bootstrap.js';
export type { ModuleTenantsOptions, TenantFleet, TenantListFactory } from './nest/configuration/tenants.js';
export type {
  DriftOptions,
  HealthOptions,
  MigrationsModuleOptions,
  TenantsHealthOptions,
} from './nest/configuration/options.js';
export type { MigrationsModuleAsyncOptions, MigrationsOptionsFactory } from './nest/configuration/options-factory.js';
