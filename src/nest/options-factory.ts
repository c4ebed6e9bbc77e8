import type { ConfigurableModuleAsyncOptions } from '@nestjs/common';
import type { MigrationsModuleOptions } from './options.js';

/** A class given to `forRootAsync()` as `useClass` or `useExisting`. */
export interface MigrationsOptionsFactory {
  createMigrationsOptions(): MigrationsModuleOptions | Promise<MigrationsModuleOptions>;
}

/** Argument of `forRootAsync()`: `imports`, `inject` and one of `useFactory`, `useClass`, `useExisting`. */
export type MigrationsModuleAsyncOptions = ConfigurableModuleAsyncOptions<
  MigrationsModuleOptions,
  'createMigrationsOptions'
>;
