/** A provider. Nest creates its instance when it loads the provider. */
interface ProviderHost {
  readonly instance: unknown;
}

/** A module of an application, with its providers by token. */
export interface ScannedModule {
  readonly providers: Map<unknown, ProviderHost>;
}

interface Container {
  getModules(): ReadonlyMap<string, ScannedModule>;
}

/** The parts of NestJS that find modules and create single providers. They have not changed since NestJS 11. */
export interface Nest {
  readonly ApplicationConfig: new () => object;
  readonly NestContainer: new (config: object) => Container;
  readonly MetadataScanner: new () => object;
  readonly GraphInspector: new (container: Container) => object;
  readonly DependenciesScanner: new (
    container: Container,
    metadata: object,
    graph: object,
    config: object,
  ) => { scan(module: unknown): Promise<void> };
  readonly Injector: new () => {
    loadPrototype(provider: ProviderHost, providers: ScannedModule['providers']): void;
    loadProvider(provider: ProviderHost, module: ScannedModule): Promise<void>;
  };
}

/** A module that the program itself has loaded, with the NestJS package that it uses. */
export interface GivenModule {
  readonly appModule: unknown;
  readonly nest: () => Promise<Nest>;
}
