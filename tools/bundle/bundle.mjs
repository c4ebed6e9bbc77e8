/** Bundles what `tsc` compiled: the library as ES modules and as CommonJS, and the command line. */
import { chmod, copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, transform } from 'esbuild';

const { dependencies, peerDependencies } = JSON.parse(await readFile('package.json', 'utf8'));

const COMMON_JS = '{ "type": "commonjs" }\n';

/** What applications import. */
export const ENTRIES = [
  'index',
  'migrator',
  'testing',
  'testing-global-setup',
  'testing-global-teardown',
  'testing-nest',
  'otel',
  'pg-boss',
  'cli',
];

const common = {
  platform: 'node',
  target: 'node20.19',
  logLevel: 'warning',
  metafile: true,
};

const prepared = {
  name: 'prepared',
  setup({ onLoad }) {
    onLoad({ filter: /\.m?js$/ }, async ({ path: file }) => {
      const compiled = await readFile(file, 'utf8');
      // Where two things have one name, the bundler renames the inner one, which is how the class calls itself.
      const named = compiled.replaceAll(/^let (\w+) = class \1\b/gm, 'let $1 = class');
      // Comments cost time at every start, and one character that is not ASCII doubles the memory of its file.
      const { code } = await transform(named, { minifyWhitespace: true });
      return { contents: code };
    });
  },
};

/** The command line needs the names of the tools at every start, but not their definitions. So the names are written out. */
const namesOfTools = {
  name: 'names of tools',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]core[\\/]tools[\\/]names\.js$/ }, async ({ path: file }) => {
      const names = Object.entries(await import(pathToFileURL(file).href));
      return { contents: names.map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`).join('\n') };
    });
  },
};

/** What the driver loads only if it is told to. */
const OPTIONAL_FOR_PG = ['pg-native'];

/** What the command line loads from the project. */
const FROM_PROJECT = ['pg-boss'];

/** Development dependencies are bundled; what a user installs is not, except for the driver of the command line. */
const bundled = {
  ...common,
  bundle: true,
  format: 'esm',
  splitting: true,
};

/** The part of commander that starts commands in files of their own would load what starts processes. */
const withoutExecutables = {
  name: 'without executables',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes('/commander/') ? { path: 'child_process', namespace: 'unused' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'unused' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/**
 * The driver asks whether it runs at Cloudflare by looking for `Response`. Before Node 21 this loads all of `fetch`, a
 * fifth of a start of the command line, which only runs on Node.
 */
const driverForNode = {
  name: 'driver for Node',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]pg[\\/]lib[\\/]stream\.js$/ }, async ({ path: file }) => {
      const source = await readFile(file, 'utf8');
      const contents = source.replace('if (isCloudflareRuntime())', 'if (false)');
      if (contents === source) throw new Error(`${file} does not ask for Cloudflare as it did.`);
      return { contents };
    });
  },
};

/** The library does not contain the command line a second time. */
const commandLineApart = {
  name: 'command line apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/cli\/command-line\.js$/ }, () => ({ path: '../cli/command-line.js', external: true }));
  },
};

const toCommonJs = {
  ...common,
  bundle: false,
  format: 'cjs',
  // A host may run CommonJS where `import()` does not work, such as Jest with its defaults.
  supported: { 'dynamic-import': false },
};

/**
 * @param {string} compiled the folder that `tsc` wrote
 * @returns {Promise<import('esbuild').Metafile[]>} what each of the bundles contains
 */
export async function bundle(compiled) {
  const library = await build({
    ...bundled,
    absWorkingDir: path.resolve(compiled),
    entryPoints: ENTRIES.map((name) => `${name}.js`),
    outdir: path.resolve('dist/esm'),
    plugins: [commandLineApart, namesOfTools, prepared],
    external: Object.keys({ ...dependencies, ...peerDependencies }),
  });
  await convert('dist/esm', 'dist/cjs', library);
  // With a driver of its own and in CommonJS it starts 15 ms faster.
  const commandLine = await build({
    ...bundled,
    absWorkingDir: path.resolve(compiled),
    entryPoints: ['cli/main.js', 'cli/command-line.js'],
    outdir: path.resolve('build/cli'),
    plugins: [withoutExecutables, driverForNode, namesOfTools, prepared],
    external: [...Object.keys(dependencies), ...OPTIONAL_FOR_PG, ...FROM_PROJECT],
  });
  await convert('build/cli', 'dist/cli', commandLine);
  await chmod('dist/cli/main.js', 0o755);
  const schematics = await bundleSchematics(compiled);
  return [library.metafile, commandLine.metafile, schematics.metafile];
}

/** The Nest command line reads its collections as CommonJS. */
async function bundleSchematics(compiled) {
  const result = await build({
    ...common,
    bundle: true,
    format: 'cjs',
    absWorkingDir: path.resolve(compiled),
    entryPoints: ['schematics/schematics.js'],
    outdir: path.resolve('dist/schematics'),
    plugins: [prepared],
  });
  const descriptions = (await readdir('src/schematics')).filter((name) => name.endsWith('.json'));
  for (const name of descriptions) await copyFile(`src/schematics/${name}`, `dist/schematics/${name}`);
  await writeFile('dist/schematics/package.json', COMMON_JS);
  return result;
}

/** Esbuild splits only ES modules, so CommonJS is made of them. */
async function convert(from, to, { metafile }) {
  const outputs = Object.keys(metafile.outputs).map((output) => path.basename(output));
  await build({ ...toCommonJs, entryPoints: outputs.map((name) => path.join(from, name)), outdir: to });
  await writeFile(path.join(to, 'package.json'), COMMON_JS);
}
