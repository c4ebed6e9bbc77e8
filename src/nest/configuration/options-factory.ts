import type { ConfigurableModuleAsyncOptions } from '@nestjs/common';
import type { MigrationsModuleOptions } from './options.js';

/** A class for `useClass` or `useExisting` in `forRootAsync()`. */
export interface MigrationsOptionsFactory {
  /** Called once, before the migrations run. */
  createMigrationsOptions(): MigrationsModuleOptions | Promise<MigrationsModuleOptions>;
}

/** Argument of `forRootAsync()`: `imports`, `inject` and one of `useFactory`, `useClass` and `useExisting`. */
export type MigrationsModuleAsyncOptions = ConfigurableModuleAsyncOptions<
  MigrationsModuleOptions,
  'createMigrationsOptions'
>;
