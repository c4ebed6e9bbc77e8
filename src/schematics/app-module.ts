import { posix } from 'node:path';
import { withModuleImport } from './edit/add-to-module.js';
import type { Location } from './location.js';
import { readText, type Context, type Tree } from './host.js';
import { codeOf, withImport } from './edit/source-text.js';

const PACKAGE = 'nestjs-pg-migrations';

/** Adds `MigrationsModule` to the root module, or prints the lines to add. */
export function addToAppModule(tree: Tree, { logger }: Context, sourceRoot: string, location: Location): void {
  const file = appModuleOf(tree, sourceRoot);
  const text = file && readText(tree, file);
  if (text !== undefined && /\bMigrationsModule\b/.test(codeOf(text))) return;
  const element = moduleElement(file ?? `${sourceRoot}/app.module.ts`, location);
  const changed = text === undefined ? undefined : withModuleImport(text, element);
  if (file && changed !== undefined) {
    tree.overwrite(file, withImport(changed, 'MigrationsModule', PACKAGE));
    return;
  }
  logger.warn(
    `${file ?? 'The root module'} cannot be changed automatically. Add to it:\n\n` +
      `import { MigrationsModule } from '${PACKAGE}';\n\nimports: [${element.replaceAll('\t', '  ')}]\n`,
  );
}

/** The root module: the one that `main.ts` starts, or else `app.module.ts`. */
function appModuleOf(tree: Tree, sourceRoot: string): string | undefined {
  const main = readText(tree, `${sourceRoot}/main.ts`) ?? '';
  const name = /\bNestFactory\.create\w*(?:<[^>]*>)?\(\s*(\w+)/.exec(codeOf(main))?.[1];
  const from =
    name && new RegExp(String.raw`import\s*\{[^}]*\b${name}\b[^}]*\}\s*from\s*['"]\.\/([^'"]+)['"]`).exec(main);
  const named = from && posix.join(sourceRoot, `${from[1]?.replace(/\.js$/, '')}.ts`);
  return [named, `${sourceRoot}/app.module.ts`].find((file) => file && tree.exists(file)) || undefined;
}

/** Indented with tabs, which are replaced with the file's own indentation. */
function moduleElement(file: string, { directory, isCopied, isEsm }: Location): string {
  const here = isEsm ? 'import.meta.dirname' : '__dirname';
  const place = isCopied ? `\`\${${here}}/${posix.relative(posix.dirname(file), directory)}\`` : `'${directory}'`;
  return `MigrationsModule.forRoot({\n\tconnectionString: process.env.DATABASE_URL,\n\tdirectory: ${place},\n})`;
}
