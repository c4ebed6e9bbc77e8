import { validateCronExpression } from 'cron';
import { z } from 'zod';
import { migratorFields, resolve, type MigratorOptions } from '../composition/options.js';

/** The drift watch: a scheduled comparison of the directory with the history. */
export interface DriftOptions {
  /** Default true. */
  enabled?: boolean;
  /** When to look, as a cron expression of five or six fields. Default `*\/10 * * * *`: every ten minutes. */
  cron?: string;
  /** IANA time zone of the cron expression. Default: the process's own. */
  timeZone?: string;
  /**
   * How long an alert channel may take, in ms; after that it is logged as failed and no longer waited for. Default
   * 10,000.
   */
  alertTimeout?: number;
}

export interface HealthOptions {
  /** How long one answer is used again, in ms. Default 2,000; 0 reads every time. */
  cache?: number;
  /** How long a check may take, in ms; after that it is down. Default 3,000. */
  timeout?: number;
}

/** Options of `MigrationsModule.forRoot()`. */
export interface MigrationsModuleOptions extends MigratorOptions {
  /**
   * `migrate`: apply what is pending before anything else starts. `background`: start at once, and migrate meanwhile;
   * health is down until it is through. `validate`: refuse to start while something is pending or failed, for
   * deployments that migrate in a job. `off`: do nothing, in tests say. Default `migrate`.
   */
  onBootstrap?: 'migrate' | 'background' | 'validate' | 'off';
  /** The drift watch, or false for none. */
  drift?: DriftOptions | false;
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
      cron: z.string().refine(isCron, 'it is not a cron expression').default('*/10 * * * *'),
      timeZone: z.string().refine(isTimeZone, 'it is not an IANA time zone').optional(),
      alertTimeout: z.number().int().min(1).default(10_000),
    }),
  ),
  health: z
    .strictObject({ cache: z.number().int().min(0).default(2_000), timeout: z.number().int().min(1).default(3_000) })
    .prefault({}),
});

export type ResolvedModuleOptions = z.output<typeof schema>;

/** @throws ConfigurationError listing every problem by the name of the option. */
export function resolveModuleOptions(options: MigrationsModuleOptions): ResolvedModuleOptions {
  const contradicts = options?.onBootstrap === 'validate' && options.tracking === false;
  return resolve(schema, options, contradicts ? [VALIDATING_NOTHING] : []);
}

const VALIDATING_NOTHING =
  'onBootstrap: "validate" and tracking: false contradict one another: without history there is nothing to validate';

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
