import { nearestName } from '../../core/problems/nearest-name.js';
import { ConfigurationError } from '../../core/errors/input-errors.js';
import { withOutputToStderr } from './output-to-stderr.js';
import type { GivenModule } from './given-module.js';
import { messageOfError } from './message-of-error.js';
import { instancesIn, type Instance } from './instances.js';
import { loadModuleClass } from './module-class.js';
import { nestOf } from './nest.js';
import { withTenantList } from './tenant-list.js';

/**
 * The options that an application gives to its `MigrationsModule`. The application is not started.
 *
 * @param module a file, as for `--module`, or the module itself.
 * @param name of the instance. @default the one without a name, or the only one
 * @param source what messages call the module.
 * @throws ConfigurationError
 */
export async function optionsOfModule(
  module: string | GivenModule,
  name: string | undefined,
  source: string,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await withOutputToStderr(async () => {
      const { appModule, nest } = typeof module === 'string' ? loaded(module) : module;
      const instance = choose(await instancesIn(await appModule, await nest()), name);
      const options = await instance.createOptions();
      if (typeof options !== 'object' || options === null)
        throw new Error('the options of MigrationsModule are not an object');
      return withTenantList(options as Readonly<Record<string, unknown>>, instance);
    });
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    throw new ConfigurationError('INVALID_OPTIONS', [{ code: 'unusable', source, detail: messageOfError(error) }]);
  }
}

function loaded(specifier: string): GivenModule {
  const { file, appModule } = loadModuleClass(specifier);
  return { appModule, nest: () => Promise.resolve(nestOf(file)) };
}

function choose(instances: readonly Instance[], wanted: string | undefined): Instance {
  const [first, ...others] = instances;
  if (first === undefined) throw new Error('this module does not import MigrationsModule, directly or through others');
  const found = instances.filter(({ name }) => name === (wanted ?? ''));
  const [match, ...duplicates] = found;
  if (duplicates.length > 0)
    throw new Error(
      `MigrationsModule is imported ${found.length} times ${wanted === undefined || wanted === '' ? 'without a name' : `under the name "${wanted}"`}`,
    );
  if (match) return match;
  const names = instances.map(({ name }) => name);
  if (wanted !== undefined) {
    const near = nearestName(wanted, names);
    const known = names.map((name) => (name === '' ? 'one without a name' : `"${name}"`)).join(', ');
    throw new Error(
      `no MigrationsModule is named "${wanted}"${near ? `. Did you mean --name ${near}?` : `; it has ${known}`}`,
    );
  }
  if (others.length === 0) return first;
  throw new Error(`there are several MigrationsModules. Choose one with --name: ${names.join(', ')}`);
}
