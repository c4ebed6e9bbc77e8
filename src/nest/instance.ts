import { Inject, type InjectionToken } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import type { HistoryPlace } from '../composition/history-place.js';
import { ConfigurationError } from '../core/errors/input-errors.js';
import { Fleet } from '../fleet/fleet.js';
import { MigrationsHealthIndicator } from './health/migrations.health.js';
import { MigrationsService } from './migrations.service.js';
import { INSTANCE_NAME } from '../composition/instance-tokens.js';
import { MIGRATIONS_READY } from './configuration/tokens.js';

/** The injection tokens of an instance. */
interface InstanceTokens {
  readonly service: InjectionToken<MigrationsService>;
  readonly health: InjectionToken<MigrationsHealthIndicator>;
  readonly ready: symbol;
  readonly fleet: InjectionToken<Fleet>;
}

/** The tokens of an instance: classes if it has no name, symbols otherwise. */
export function tokensOf(name?: string): InstanceTokens {
  if (name === undefined)
    return { service: MigrationsService, health: MigrationsHealthIndicator, ready: MIGRATIONS_READY, fleet: Fleet };
  const token = (role: string): symbol => Symbol.for(`nestjs-pg-migrations:${name}:${role}`);
  return { service: token('service'), health: token('health'), ready: token('ready'), fleet: token('fleet') };
}

/** Injects the `MigrationsService` of the instance with this name, or of the one without a name. */
export function InjectMigrations(name?: string): ParameterDecorator & PropertyDecorator {
  return Inject(tokensOf(name).service);
}

/** Injects the `MigrationsHealthIndicator` of the instance with this name, or of the one without a name. */
export function InjectMigrationsHealth(name?: string): ParameterDecorator & PropertyDecorator {
  return Inject(tokensOf(name).health);
}

/** Injects the `Fleet` of the instance with this name, or of the one without a name. Undefined without the option `tenants`. */
export function InjectFleet(name?: string): ParameterDecorator & PropertyDecorator {
  return Inject(tokensOf(name).fleet);
}

/** Like `MIGRATIONS_READY`, for the instance with this name. */
export function migrationsReadyToken(name?: string): symbol {
  return tokensOf(name).ready;
}

/**
 * Rejects two instances with the same name: both would migrate, and one service would hide the other.
 *
 * @throws ConfigurationError
 */
export function assertOnlyOne(modules: ModulesContainer, metatype: unknown): void {
  const names = [...modules.values()]
    .filter((module) => module.metatype === metatype)
    .map((module) => nameOf(module.providers.get(INSTANCE_NAME)?.instance));
  const duplicate = names.find((name, i) => names.indexOf(name) !== i);
  if (duplicate === undefined) return;
  const detail =
    `${displayInstance(duplicate)} was configured ${names.filter((name) => name === duplicate).length} times in this application. The module is global, so call forRoot() once, in the root module. ` +
    'For a second database, give the second module another "name"';
  throw new ConfigurationError('INVALID_OPTIONS', [{ code: 'duplicate', detail }]);
}

/** The histories in use, by application. Weak, because tests create many applications. */
const histories = new WeakMap<ModulesContainer, Map<string, string>>();

/**
 * Rejects two instances with one history: each would report the other's migrations as missing.
 *
 * @param place the location of the history; undefined without tracking.
 * @throws ConfigurationError
 */
export function assertOwnHistory(modules: ModulesContainer, name: string, place: HistoryPlace | undefined): void {
  if (place === undefined) return;
  const taken = histories.get(modules) ?? new Map<string, string>();
  histories.set(modules, taken);
  const other = taken.get(place.key);
  taken.set(place.key, name);
  if (other === undefined || other === name) return;
  const detail =
    `${displayInstance(other)} and ${displayInstance(name)} share one history, ${place.text}: each would report the migrations of the other as missing. ` +
    'Give one of them another "table", and move its rows there';
  throw new ConfigurationError('INVALID_OPTIONS', [{ code: 'duplicate', detail }]);
}

function displayInstance(name: string): string {
  return name === '' ? 'MigrationsModule without a name' : `MigrationsModule "${name}"`;
}

function nameOf(instance: unknown): string {
  return typeof instance === 'string' ? instance : '';
}
