import { createRequire } from 'node:module';
import path from 'node:path';
import { ConfigurationError } from '../../core/errors/input-errors.js';
import type { FleetEngineFactory } from '../../core/ports/engine.js';

type Options = Readonly<Record<string, unknown>>;

const PG_BOSS = 'pg-boss';

/**
 * Resolves `tenants.engine: "pg-boss"`, or `{ "name": "pg-boss" }` with options of `pgBoss()`, to that engine: a JSON
 * file cannot call a function.
 *
 * @param source the name of the file in messages.
 * @throws ConfigurationError if there is no such engine, or one of its options cannot be used
 */
export async function withNamedEngine(options: Options, source: string): Promise<Options> {
  const { tenants } = options;
  const engine = isObject(tenants) ? tenants['engine'] : undefined;
  const { name, ...settings } = isObject(engine) ? engine : { name: engine };
  const isFromCode = isObject(engine) && 'create' in engine;
  if (typeof name !== 'string' || isFromCode) return options;
  return { ...options, tenants: { ...(tenants as Options), engine: await engineNamed(name, settings, source) } };
}

async function engineNamed(name: string, settings: Options, source: string): Promise<FleetEngineFactory> {
  const fail = (problems: ConfigurationError['problems']): never => {
    throw new ConfigurationError(
      'INVALID_OPTIONS',
      problems.map((problem) => ({ ...problem, source })),
    );
  };
  if (name !== PG_BOSS) fail([{ option: 'tenants.engine', code: 'invalid', detail: `expected "${PG_BOSS}"` }]);
  const { pgBossFrom } = await import('../../pg-boss/engine.js');
  try {
    return pgBossFrom(() => loadHere(PG_BOSS), settings);
  } catch (error) {
    return error instanceof ConfigurationError ? fail(error.problems) : Promise.reject(error);
  }
}

/** The package that the project has installed, as `import()` would load it. */
async function loadHere(name: string): Promise<object> {
  const loaded = createRequire(path.resolve('package.json'))(name) as object;
  return 'PgBoss' in loaded ? loaded : { default: loaded };
}

function isObject(value: unknown): value is Options {
  return typeof value === 'object' && value !== null;
}
