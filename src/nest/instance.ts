import { Inject, type InjectionToken } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import type { HistoryPlace } from '../composition/history-place.js';
import { ConfigurationError } from '../core/errors/errors.js';
import { MigrationsHealthIndicator } from './health/migrations.health.js';
import { MigrationsService } from './migrations.service.js';
import { INSTANCE_NAME, MIGRATIONS_READY } from './tokens.js';

/** What others know an instance by. */
export interface InstanceTokens {
  readonly service: InjectionToken<MigrationsService>;
  readonly health: InjectionToken<MigrationsHealthIndicator>;
  readonly ready: symbol;
}

/** The classes for the instance without a name, and symbols for the others. */
export function tokensOf(name?: string): InstanceTokens {
  if (name === undefined)
    return { service: MigrationsService, health: MigrationsHealthIndicator, ready: MIGRATIONS_READY };
  const token = (role: string): symbol => Symbol.for(`nestjs-pg-migrations:${name}:${role}`);
  return { service: token('service'), health: token('health'), ready: token('ready') };
}

/**
 * Injects the `MigrationsService` of `MigrationsModule.forRoot({ name, … })`, or without a name the one that has none.
 */
export function InjectMigrations(name?: string): ParameterDecorator & PropertyDecorator {
  return Inject(tokensOf(name).service);
}

/** Injects the `MigrationsHealthIndicator` of that name. */
export function InjectMigrationsHealth(name?: string): ParameterDecorator & PropertyDecorator {
  return Inject(tokensOf(name).health);
}

/** The token to wait for the migrations of that name; `MIGRATIONS_READY` without a name. */
export function migrationsReadyToken(name?: string): symbol {
  return tokensOf(name).ready;
}

/**
 * Two `forRoot()` calls are two modules: both would migrate, and one service would hide the other. @throws
 * ConfigurationError
 */
export function assertOnlyOne(modules: ModulesContainer, metatype: unknown): void {
  const names = [...modules.values()]
    .filter((module) => module.metatype === metatype)
    .map((module) => nameOf(module.providers.get(INSTANCE_NAME)?.instance));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  throw new ConfigurationError('INVALID_OPTIONS', [
    `${displayInstance(twice)} was configured ${names.filter((name) => name === twice).length} times in this application. Call forRoot() once, in the root module: ` +
      'the module is global. For a second database give the module another "name"',
  ]);
}

/** By application; a weak map, because applications come and go in tests. */
const histories = new WeakMap<ModulesContainer, Map<string, string>>();

/**
 * Two instances with one history would each take the other's files for missing ones.
 *
 * @param place where the history lies; undefined when there is none.
 * @throws ConfigurationError
 */
export function assertOwnHistory(modules: ModulesContainer, name: string, place: HistoryPlace | undefined): void {
  if (place === undefined) return;
  const taken = histories.get(modules) ?? new Map<string, string>();
  histories.set(modules, taken);
  const other = taken.get(place.key);
  taken.set(place.key, name);
  if (other === undefined || other === name) return;
  throw new ConfigurationError('INVALID_OPTIONS', [
    `${displayInstance(other)} and ${displayInstance(name)} have one history, ${place.text}: each would take the files of the other for missing. ` +
      'Give one of them another "table", and take its rows there',
  ]);
}

function displayInstance(name: string): string {
  return name === '' ? 'MigrationsModule without a name' : `MigrationsModule "${name}"`;
}

function nameOf(instance: unknown): string {
  return typeof instance === 'string' ? instance : '';
}
