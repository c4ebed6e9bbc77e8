import { validateCronExpression } from 'cron';
import * as v from 'valibot';
import {
  count,
  flag,
  milliseconds,
  notEmpty,
  objectOf,
  oneOf,
  orFalse,
  strings,
  text,
} from '../../composition/validation/checks.js';
import type { EmitEvent } from '../../core/events/events.js';
import type { ConfigurationProblem } from '../../core/problems/configuration-problem.js';
import { DEFAULT_HEALTH_RULES, HEALTH_RULES, type HealthRules } from '../../core/status/health-rules.js';
import { isTolerance, type Tolerance } from '../../core/tenants/fleet-health.js';
import { migratorFields, resolve } from '../../composition/validation/migrator-options.js';
import { LIST, tenantList, tenantsContradictions, tenantsOption } from '../../composition/fleet/resolve-tenants.js';
import type { MigrationsModuleOptions, ResolvedModuleOptions } from './options.js';
import { isListFactory, type TenantListFactory } from './tenants.js';
import { WEBHOOK_DEFAULTS } from './webhook-options.js';

const healthRule = (condition: keyof HealthRules) => v.optional(oneOf(HEALTH_RULES), DEFAULT_HEALTH_RULES[condition]);

const webhook = objectOf({
  url: v.pipe(text, v.check(isHttpUrl, 'not an http or https URL')),
  format: v.optional(oneOf(['json', 'slack']), WEBHOOK_DEFAULTS.format),
  secret: v.optional(notEmpty),
  headers: v.optional(strings),
  timeout: v.optional(milliseconds(1), WEBHOOK_DEFAULTS.timeout),
  retries: v.optional(count(0), WEBHOOK_DEFAULTS.retries),
});

const listFactory = v.custom<TenantListFactory>(isListFactory);

const schema = objectOf({
  ...migratorFields,
  tenants: v.optional(tenantsOption(v.union([tenantList, listFactory], LIST), { worker: v.optional(flag, false) })),
  onBootstrap: v.optional(oneOf(['migrate', 'background', 'validate', 'off']), 'migrate'),
  drift: orFalse(
    objectOf({
      enabled: v.optional(flag, true),
      // A bad expression or time zone must fail at startup, not at the first tick.
      cron: v.optional(v.pipe(text, v.check(isCron, 'not a valid cron expression')), '*/10 * * * *'),
      timeZone: v.optional(v.pipe(text, v.check(isTimeZone, 'not a valid IANA time zone'))),
      alertTimeout: v.optional(milliseconds(1), 10_000),
      reminder: v.optional(milliseconds(0), 86_400_000),
      tenants: v.optional(flag, true),
      webhooks: v.optional(v.array(webhook, 'expected an array'), []),
    }),
  ),
  onEvent: v.optional(v.custom<EmitEvent>((value) => typeof value === 'function', 'expected a function')),
  health: v.optional(
    objectOf({
      cache: v.optional(milliseconds(0), 2_000),
      timeout: v.optional(milliseconds(1), 3_000),
      details: v.optional(oneOf(['full', 'files', 'counts', 'status']), 'files'),
      pending: healthRule('pending'),
      failed: healthRule('failed'),
      running: healthRule('running'),
      drift: healthRule('drift'),
      ahead: healthRule('ahead'),
      tenants: v.optional(
        objectOf({
          tolerated: v.optional(
            v.custom<Tolerance>(isTolerance, 'expected a whole number, a share such as "1%", or "few"'),
            'few',
          ),
          exceeded: v.optional(oneOf(HEALTH_RULES), 'down'),
        }),
        {},
      ),
    }),
    {},
  ),
});

/** Checks options and fills in defaults. @throws ConfigurationError with every problem, by name of the option */
export function resolveModuleOptions(options: MigrationsModuleOptions): ResolvedModuleOptions {
  const { name, ...own }: MigrationsModuleOptions & { name?: unknown } = options ?? {};
  const validatesNothing = own.onBootstrap === 'validate' && own.tracking === false;
  return resolve(schema, own, [
    ...tenantsContradictions(own, own.tenants),
    ...(name === undefined ? [] : [MISPLACED_NAME]),
    ...(validatesNothing ? [VALIDATES_NOTHING] : []),
  ]);
}

const MISPLACED_NAME: ConfigurationProblem = {
  option: 'name',
  code: 'invalid',
  detail:
    'pass it to forRootAsync() next to useFactory, useClass or useExisting, not in the options that they return: it decides what the module exports',
};

const VALIDATES_NOTHING: ConfigurationProblem = {
  option: 'onBootstrap',
  code: 'contradiction',
  given: '"validate"',
  others: [{ option: 'tracking', given: 'false' }],
  detail: 'without a history there is nothing to validate',
};

function isHttpUrl(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

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
