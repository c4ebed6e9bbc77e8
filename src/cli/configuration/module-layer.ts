import { optionsOfModule } from '../module/module-options.js';
import type { GivenModule } from '../module/given-module.js';
import { withoutModuleOnly } from './config-file.js';
import type { Layer } from './layers.js';

/** The options of an application's `MigrationsModule`. @throws ConfigurationError */
export async function moduleLayer(module: string | GivenModule, name: string | undefined): Promise<Layer> {
  const source = typeof module === 'string' ? `module ${module}` : 'module';
  return { from: () => source, options: withoutModuleOnly(await optionsOfModule(module, name, source)) };
}
