import { GIVEN_OPTIONS, INSTANCE_NAME, TENANT_LIST } from '../../composition/instance-tokens.js';
import { messageOfError } from './message-of-error.js';
import type { Nest, ScannedModule } from './given-module.js';

/** An instance of `MigrationsModule` in an application. */
export interface Instance {
  /** Empty if it has no name. */
  readonly name: string;
  /** Creates its options, and the providers that they need, but nothing else. */
  readonly createOptions: () => Promise<unknown>;
  /** The same for its list of tenants: a function, if it comes from providers. */
  readonly createTenantList: () => Promise<unknown>;
}

/**
 * Finds the instances of `MigrationsModule` that a module imports, directly or through other modules. Reads the metadata
 * of modules; creates no provider, calls no lifecycle hook.
 *
 * @throws Error whose message says which module cannot be read
 */
export async function instancesIn(appModule: unknown, nest: Nest): Promise<readonly Instance[]> {
  const config = new nest.ApplicationConfig();
  const container = new nest.NestContainer(config);
  const graph = new nest.GraphInspector(container);
  const scanner = new nest.DependenciesScanner(container, new nest.MetadataScanner(), graph, config);
  await scanner.scan(appModule);
  const modules = [...container.getModules().values()];
  const injector = new nest.Injector();
  // Providers that refer to each other need their prototypes first, as when an application starts.
  for (const { providers } of modules)
    for (const provider of providers.values()) injector.loadPrototype(provider, providers);
  return modules
    .filter(({ providers }) => providers.has(GIVEN_OPTIONS))
    .map((module) => ({
      name: nameOf(module),
      createOptions: () => create(module, GIVEN_OPTIONS, 'the options of MigrationsModule', new nest.Injector()),
      createTenantList: () => create(module, TENANT_LIST, 'the list of tenants', new nest.Injector()),
    }));
}

function nameOf({ providers }: ScannedModule): string {
  const name = providers.get(INSTANCE_NAME)?.instance;
  return typeof name === 'string' ? name : '';
}

async function create(
  module: ScannedModule,
  token: symbol,
  what: string,
  injector: InstanceType<Nest['Injector']>,
): Promise<unknown> {
  const provider = module.providers.get(token);
  if (provider === undefined) throw new Error(`the module does not provide ${what}`);
  try {
    await injector.loadProvider(provider, module);
    return provider.instance;
  } catch (error) {
    throw new Error(`${what} cannot be created: ${messageOfError(error)}`, { cause: error });
  }
}
