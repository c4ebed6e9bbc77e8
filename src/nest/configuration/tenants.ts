import type { DynamicModule, FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { Fleet } from '../../fleet/fleet.js';
import { TENANT_LIST } from '../../composition/instance-tokens.js';
import type {
  ResolvedTenantsOptions,
  TenantDefinition,
  TenantList,
  TenantPages,
  TenantsOptions,
} from '../../composition/fleet/tenants-options.js';

/** A list of tenants from providers of the application. Only in `forRoot()`. */
export interface TenantListFactory {
  /** Modules that export what is injected, unless they are global. */
  imports?: ModuleMetadata['imports'];
  /** The providers that are passed to the function. */
  inject?: FactoryProvider['inject'];
  /** Returns the tenants. Called once for each operation, and again at the end of a rollout. */
  // oxlint-disable-next-line typescript/no-explicit-any -- as in FactoryProvider
  useFactory: (...dependencies: any[]) => TenantPages | Promise<TenantPages>;
}

/** The fleet of an application. */
export type TenantFleet = Fleet<TenantDefinition>;

/** The option `tenants` of the module. */
export interface ModuleTenantsOptions extends Omit<TenantsOptions, 'list'> {
  /**
   * The tenants: an array, an SQL query, a function, or, only in `forRoot()`, one with providers of the application
   * (`{ imports, inject, useFactory }`).
   */
  list: TenantList | TenantListFactory;
  /**
   * Whether this process migrates tenants for the rollouts of all processes, for as long as the application runs. Needs
   * the option `engine`.
   * @default false
   */
  worker?: boolean | undefined;
}

/** The same with every default filled in. */
export interface ResolvedModuleTenants extends Omit<ResolvedTenantsOptions, 'list'> {
  readonly list: TenantList | TenantListFactory;
  readonly worker: boolean;
}

/** The fleet; undefined without the option `tenants`. */
export const FLEET: unique symbol = Symbol('nestjs-pg-migrations: fleet');

/** True for a list that needs providers. */
export function isListFactory(list: unknown): list is TenantListFactory {
  return typeof list === 'object' && list !== null && 'useFactory' in list && typeof list.useFactory === 'function';
}

/** Adds the provider of the list, with the modules that it needs. */
export function withTenantList(definition: DynamicModule, list: unknown): DynamicModule {
  const { imports = [], inject = [], useFactory }: Partial<TenantListFactory> = isListFactory(list) ? list : {};
  const provider: FactoryProvider = {
    provide: TENANT_LIST,
    inject,
    useFactory: (...dependencies: unknown[]) => useFactory && (() => useFactory(...dependencies)),
  };
  return {
    ...definition,
    imports: [...(definition.imports ?? []), ...imports],
    providers: [...(definition.providers ?? []), provider],
  };
}
