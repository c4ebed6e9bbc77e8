import { validateCronExpression } from 'cron';
import { z } from 'zod';
import { migratorFields, resolve, type MigratorOptions } from '../../composition/options.js';

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
}

/** The health check. */
export interface HealthOptions {
  /** How long a result is cached, in ms; 0 turns the cache off. @default 2000 */
  cache?: number;
  /** How long a check may take, in ms. After that it reports down. @default 3000 */
  timeout?: number;
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
  /** Settings of the drift check; false turns it off. */
  drift?: DriftOptions | false;
  /** Settings of the health check. */
  health?: HealthOptions;
}

const schema = z.strictObject({
  ...migratorFields,
  onBootstrap: z.enum(['migrate', 'background', 'validate', 'off']).default('migrate'),
  drift: z.preprocess(
    (drift) => (drift === false ? { enabled: false } : (drift ?? {})),
    z.strictObject({
      enabled: z.boolean().default(true),
      // A bad expression or time zone must fail at the start, not at the first tick.
      cron: z.string().refine(isCron, 'not a valid cron expression').default('*/10 * * * *'),
      timeZone: z.string().refine(isTimeZone, 'not a valid IANA time zone').optional(),
      alertTimeout: z.number().int().min(1).default(10_000),
    }),
  ),
  health: z
    .strictObject({ cache: z.number().int().min(0).default(2_000), timeout: z.number().int().min(1).default(3_000) })
    .prefault({}),
});

/** Module options with every default filled in. */
export type ResolvedModuleOptions = z.output<typeof schema>;

/** Checks options and fills in defaults. @throws ConfigurationError with every problem, by name of the option */
export function resolveModuleOptions(options: MigrationsModuleOptions): ResolvedModuleOptions {
  const { name, ...own }: MigrationsModuleOptions & { name?: unknown } = options ?? {};
  const validatesNothing = own.onBootstrap === 'validate' && own.tracking === false;
  return resolve(schema, own, [
    ...(name === undefined ? [] : [MISPLACED_NAME]),
    ...(validatesNothing ? [VALIDATES_NOTHING] : []),
  ]);
}

const MISPLACED_NAME =
  'name: pass it to forRootAsync() next to useFactory, useClass or useExisting, not in the options that they return: it decides what the module exports';

const VALIDATES_NOTHING =
  'onBootstrap: "validate" and tracking: false contradict one another: without a history there is nothing to validate';

function isCron(cron: string): boolean {
  return validateCronExpression(cron).valid;
}

function isTimeZone(timeZone: string): boolean {
  try {
    return Boolean(Intl.DateTimeFormat('en', { timeZone }));
  } catch {
    return false;
  }
}
