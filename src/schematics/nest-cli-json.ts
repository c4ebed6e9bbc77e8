import type { Context, Tree } from './host.js';
import { asObject, objectAt, readJson, writeJson, type Json } from './json-file.js';
import type { Location } from './location.js';

const FILE = 'nest-cli.json';

/** Makes `nest build` copy the migrations to the output directory, and `nest start --watch` copy changed ones. */
export function addAssets(
  tree: Tree,
  { logger }: Context,
  sourceRoot: string,
  { directory, isCopied }: Location,
): void {
  if (!isCopied) return;
  const include = `${directory.slice(sourceRoot.length + 1)}/**/*.sql`;
  const asset = { include, watchAssets: true };
  const settings = readJson(tree, FILE);
  const compilerOptions = settings && objectAt(projectOf(settings, sourceRoot), 'compilerOptions');
  const assets = compilerOptions?.['assets'] ?? [];
  if (!settings || !compilerOptions || !Array.isArray(assets)) {
    logger.warn(
      `${FILE} cannot be changed automatically. Add to compilerOptions:\n\n"assets": [${JSON.stringify(asset)}]\n`,
    );
    return;
  }
  if (assets.some((each: unknown) => (asObject(each)?.['include'] ?? each) === include)) return;
  compilerOptions['assets'] = [...(assets as unknown[]), asset];
  writeJson(tree, FILE, settings);
}

/** In a monorepo, each project has its own settings. */
function projectOf(settings: Json, sourceRoot: string): Json {
  const projects = Object.values(asObject(settings['projects']) ?? {}).map(asObject);
  return projects.find((project) => project?.['sourceRoot'] === sourceRoot) ?? settings;
}
