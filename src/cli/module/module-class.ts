import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { nearestName } from '../../core/problems/nearest-name.js';
import { messageOfError } from './message-of-error.js';

/** What `@Module()` may record about a class. */
const METADATA = ['imports', 'providers', 'controllers', 'exports'];

/** Also `createMicroservice` and `createApplicationContext`. */
const STARTS = /\bNestFactory\s*\.\s*create\w*\s*\(/;

/** The class and the file of `dist/app.module.js#AppModule`. @throws Error whose message says what is wrong */
export function loadModuleClass(specifier: string): { readonly file: string; readonly appModule: unknown } {
  const [name = '', wanted] = specifier.split('#');
  const file = path.resolve(name);
  if (!existsSync(file))
    throw new Error(`there is no file ${name}. Build the application first, for example with \`npm run build\``);
  if (/\.[cm]?ts$/.test(name))
    throw new Error('Node cannot load decorators from TypeScript. Pass the compiled file, such as dist/app.module.js');
  // Loading a file runs it.
  if (STARTS.test(readFileSync(file, 'utf8')))
    throw new Error(`${name} starts the application. Pass the file of its module, such as dist/app.module.js`);
  const classes = exportedModules(load(file, name));
  return { file, appModule: wanted === undefined ? only(classes, name) : named(classes, wanted, name) };
}

function load(file: string, name: string): Readonly<Record<string, unknown>> {
  try {
    return createRequire(file)(file) as Record<string, unknown>;
  } catch (error) {
    const isAsync = (error as NodeJS.ErrnoException).code === 'ERR_REQUIRE_ASYNC_MODULE';
    const reason = isAsync ? 'it, or a file that it imports, has a top-level await' : messageOfError(error);
    throw new Error(`${name} cannot be loaded: ${reason}`, { cause: error });
  }
}

/** The classes with `@Module()`, by export name. A class that is exported twice counts once. */
function exportedModules(exported: Readonly<Record<string, unknown>>): ReadonlyMap<string, unknown> {
  // The default export comes last, so that a class exported both ways keeps its own name.
  const names = Object.keys(exported).toSorted((a, b) => Number(a === 'default') - Number(b === 'default'));
  const found = new Map<string, unknown>();
  for (const name of names) {
    const value = exported[name];
    if (isModule(value) && ![...found.values()].includes(value)) found.set(name, value);
  }
  // `module.exports = AppModule`
  if (isModule(exported)) found.set(exported.name, exported);
  return found;
}

function isModule(value: unknown): value is { readonly name: string } {
  const { hasMetadata } = Reflect as { hasMetadata?: (key: string, target: object) => boolean };
  return typeof value === 'function' && METADATA.some((key) => hasMetadata?.(key, value) ?? false);
}

function only(classes: ReadonlyMap<string, unknown>, file: string): unknown {
  const [first, ...others] = [...classes.keys()];
  if (first === undefined) throw new Error(`${file} exports no class with @Module()`);
  const isDefault = classes.has('default');
  if (others.length > 0 && !isDefault)
    throw new Error(
      `${file} exports several modules. Choose one: ${[first, ...others].map((each) => `${file}#${each}`).join(', ')}`,
    );
  return classes.get(isDefault ? 'default' : first);
}

function named(classes: ReadonlyMap<string, unknown>, wanted: string, file: string): unknown {
  if (classes.has(wanted)) return classes.get(wanted);
  const names = [...classes.keys()];
  const near = nearestName(wanted, names);
  const hint = near === undefined ? `It exports ${names.join(', ') || 'none'}` : `Did you mean ${file}#${near}?`;
  throw new Error(`${file} exports no class ${wanted} with @Module(). ${hint}`);
}
