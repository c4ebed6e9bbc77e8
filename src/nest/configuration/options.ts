import type { ModuleTenantsOptions, ResolvedModuleTenants } from './tenants.js';
import type { WebhookOptions } from './webhook-options.js';
import type { HealthRule, HealthRules } from '../../core/status/health-rules.js';
import type { EmitEvent } from '../../core/events/events.js';
import type { MigratorOptions, ResolvedOptions, WithDefaults } from '../../composition/options.js';

/** The drift check: a scheduled comparison of files, history and database. */
export interface DriftOptions {
  /** Whether checks run. @default true */
  enabled?: boolean;
  /** When to check: a cron expression with five or six fields. @default '*\/10 * * * *', every ten minutes */
  cron?: string;
  /** IANA time zone of the cron expression. @default the time zone of the process */
  timeZone?: string;
  /** How long an alert channel may take, in ms. After that it is logged as failed. @default 10000 */
  alertTimeout?: number;
  /** The time after which an open incident is reported again, in ms; 0 means never. @default 86400000 (one day) */
  reminder?: number;
  /** Whether tenants are checked too, if the module has the option `tenants`. @default true */
  tenants?: boolean;
  /** Where to send alerts over HTTP. @default none */
  webhooks?: readonly WebhookOptions[];
}

/** The health check, including the status for each condition: docs/health.md lists every state. */
export interface HealthOptions extends Partial<HealthRules> {
  /** How long a result is cached, in ms; 0 turns the cache off. @default 2000 */
  cache?: number;
  /** How long a check may take, in ms. After that it reports down. @default 3000 */
  timeout?: number;
  /**
   * How much a report shows: `full` includes names of files and tenants, `files` only those of files, `counts` numbers and
   * a message, `status` only the status, for public endpoints.
   * @default 'files'
   */
  details?: 'full' | 'files' | 'counts' | 'status';
  /** How tenants affect the result, if the module has the option `tenants`. */
  tenants?: TenantsHealthOptions;
}

/** How tenants that are not current affect a health check. */
export interface TenantsHealthOptions {
  /**
   * How many tenants, or what share of them (`'1%'`), need not be current. `few`: 10%, or one tenant if that is more, but
   * not all.
   * @default 'few'
   */
  tolerated?: number | `${number}%` | 'few';
  /** The status if more than that are not current. `ignore`: tenants are not read. @default 'down' */
  exceeded?: HealthRule;
}

/** Options of `MigrationsModule.forRoot()`. */
export interface MigrationsModuleOptions extends MigratorOptions {
  /**
   * What happens when the application starts.
   *
   * - `migrate`: applies pending migrations before anything else starts.
   * - `background`: starts at once and migrates meanwhile. Health is down until the migrations have finished.
   * - `validate`: refuses to start while a migration is pending or failed, for deployments that migrate in a job.
   * - `off`: does nothing, for example in tests.
   *
   * @default 'migrate'
   */
  onBootstrap?: 'migrate' | 'background' | 'validate' | 'off';
  /** Tenants: many schemas or databases that get the same files. Runs after the shared files. @default none */
  tenants?: ModuleTenantsOptions;
  /** Settings of the drift check; false turns it off. */
  drift?: DriftOptions | false;
  /** Settings of the health check. */
  health?: HealthOptions;
  /** Receives every event as it happens, including those at startup. @default none */
  onEvent?: EmitEvent;
}

/** Module options with every default filled in. */
export interface ResolvedModuleOptions extends ResolvedOptions {
  readonly onBootstrap: NonNullable<MigrationsModuleOptions['onBootstrap']>;
  readonly drift: WithDefaults<DriftOptions, 'enabled' | 'cron' | 'alertTimeout' | 'reminder' | 'tenants' | 'webhooks'>;
  readonly health: Required<Omit<HealthOptions, 'tenants'>> & { readonly tenants: Required<TenantsHealthOptions> };
  readonly onEvent?: EmitEvent | undefined;
  readonly tenants?: ResolvedModuleTenants | undefined;
}
