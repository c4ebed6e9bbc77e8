import { dirname } from 'node:path/posix';
import type { ImportGraph } from './imports.js';

interface Layer {
  /** Layers that it may import, itself aside. */
  readonly mayImport: readonly string[];
  /** Packages that it may import, by pattern. */
  readonly packages: RegExp;
}

/** `@pgsql/types` holds types and no code. */
const DRIVER = 'pg|libpg-query|@pgsql/types';
const NODE = 'node:.*';
/** Only `timing` may use timers. */
const NODE_WITHOUT_TIMERS = 'node:(?!timers).*';

/** The arrows of ARCHITECTURE.md. */
const LAYERS: Readonly<Record<string, Layer>> = {
  timing: { mayImport: [], packages: /^node:timers\/promises$/ },
  core: { mayImport: [], packages: /^(?:node:crypto|@pgsql\/types)$/ },
  files: { mayImport: ['core'], packages: new RegExp(`^(?:${NODE})$`) },
  postgres: { mayImport: ['core', 'timing'], packages: new RegExp(`^(?:node:(?!fs|timers).*|${DRIVER})$`) },
  migrator: { mayImport: ['core', 'timing'], packages: /^node:crypto$/ },
  fleet: { mayImport: ['core', 'timing', 'migrator'], packages: /^node:crypto$/ },
  composition: {
    mayImport: ['core', 'timing', 'files', 'postgres', 'migrator', 'fleet'],
    packages: new RegExp(`^(?:${NODE_WITHOUT_TIMERS}|diff|pg|valibot)$`),
  },
  nest: {
    mayImport: ['core', 'timing', 'files', 'postgres', 'migrator', 'fleet', 'composition'],
    packages: new RegExp(`^(?:${NODE_WITHOUT_TIMERS}|@nestjs/(?:common|core|schedule|terminus)|rxjs|cron|valibot)$`),
  },
  cli: {
    mayImport: ['core', 'timing', 'files', 'postgres', 'migrator', 'fleet', 'composition', 'testing', 'pg-boss'],
    packages: new RegExp(`^(?:${NODE_WITHOUT_TIMERS}|commander|cli-table3|log-update|sarif)$`),
  },
  testing: {
    mayImport: ['core', 'timing', 'files', 'postgres', 'migrator', 'fleet', 'composition'],
    packages: new RegExp(`^(?:${NODE_WITHOUT_TIMERS}|pg)$`),
  },
  schematics: { mayImport: ['core', 'files'], packages: /^node:path$/ },
  otel: { mayImport: ['core'], packages: /^@opentelemetry\/api$/ },
  'pg-boss': { mayImport: ['core', 'timing'], packages: /^(?:node:crypto|pg|pg-boss)$/ },
  'the entry cli.ts': { mayImport: ['cli'], packages: /^@nestjs\/(?:common|core(?:\/.*)?)$/ },
  'the entry otel.ts': { mayImport: ['otel'], packages: /^$/ },
  'the entry pg-boss.ts': { mayImport: ['pg-boss'], packages: /^$/ },
  'the entry testing.ts': { mayImport: ['testing'], packages: /^$/ },
  'the entry testing-global-setup.ts': { mayImport: ['testing'], packages: /^$/ },
  'the entry testing-global-teardown.ts': { mayImport: ['testing'], packages: /^$/ },
  'the entry testing-nest.ts': { mayImport: ['nest'], packages: /^$/ },
  'the entry migrator.ts': {
    mayImport: ['core', 'timing', 'files', 'postgres', 'migrator', 'fleet', 'composition'],
    packages: /^$/,
  },
  'the entry index.ts': { mayImport: ['nest', 'the entry migrator.ts'], packages: /^$/ },
};

/**
 * Sub-folders of a layer, from the bottom to the top; `.` is the layer's own folder. Folders in one list share a place:
 * they are parts of one thing, and only cycles are forbidden between them.
 */
const SUB_FOLDERS: Readonly<Record<string, readonly (string | readonly string[])[]>> = {
  core: [
    'collections',
    'problems',
    'sql/text',
    'sql/statements',
    ['tools', 'tools/definitions'],
    'migration',
    ['errors', 'errors/catalog', 'errors/files', 'errors/tenants'],
    'history',
    'compile',
    'target',
    'catalog',
    'checkpoint',
    'status',
    'doctor',
    'tenants',
    'lint/syntax',
    'lint/model',
    [
      'lint/rules/columns',
      'lint/rules/constraints',
      'lint/rules/data',
      'lint/rules/files',
      'lint/rules/indexes',
      'lint/rules/names',
      'lint/rules/tables',
      'lint/rules/tenants',
      'lint/rules/transactions',
    ],
    'lint',
    'skipped',
    'events',
    'ports',
  ],
  postgres: [
    'connection',
    'supervision',
    'parser',
    'lock',
    ['catalog/queries', 'catalog/queries/tables', 'catalog/queries/others', 'catalog/queries/options'],
    'catalog/snapshot',
    'catalog',
    'companions',
    'history',
    'tenants',
    ['catalog-record', 'catalog-record/scratch'],
    'execution',
    'non-transactional',
    'transactional',
    'rehearsal',
    'diagnosis',
    'run',
  ],
  migrator: [
    ['run', 'run/catalog'],
    'use-cases',
    'use-cases/catalog',
    'use-cases/checkpoint',
    'use-cases/preview',
    '.',
  ],
  fleet: [['drift', 'engine', '.']],
  nest: ['configuration', 'events', 'bootstrap', ['drift', 'health'], '.', 'testing'],
  schematics: ['edit', '.'],
  testing: [['embedded', 'embedded/binaries'], '.'],
  cli: [
    'module',
    'process',
    ['render', 'render/lint', 'render/live', 'render/tenants'],
    'configuration',
    'actions',
    'actions/reading',
    'actions/tenants',
    'actions/lint',
    ['actions/changes', 'actions/completion', 'actions/gate', 'actions/fleet'],
    'commands',
    '.',
  ],
};

function layerOf(file: string): string {
  const [, first, rest] = /^src\/([^/]+)(\/.*)?$/.exec(file) ?? [];
  return rest === undefined ? `the entry ${first}` : String(first);
}

/** Imports that go against the layers, one a line. */
export function findForbidden(graph: ImportGraph): string[] {
  return [...graph].flatMap(([file, imports]) => {
    const name = layerOf(file);
    const layer = LAYERS[name];
    if (!layer) return [`${file} is in no layer: give "${name}" its place`];
    return imports
      .filter((imported) => {
        if (!imported.startsWith('src/')) return !layer.packages.test(imported);
        const target = layerOf(imported);
        return target !== name && !layer.mayImport.includes(target);
      })
      .map((imported) => `${file} (${name}) imports ${imported}`);
  });
}

/** Imports of a sub-folder from one above it in the same layer, one a line. */
export function findUpward(graph: ImportGraph): string[] {
  return [...graph].flatMap(([file, imports]) => {
    const layer = layerOf(file);
    const order = SUB_FOLDERS[layer];
    if (!order) return [];
    const heightOf = (name: string): number => order.findIndex((place) => [place].flat().includes(subFolderOf(name)));
    if (heightOf(file) < 0) return [`${file} is in no sub-folder of ${layer} that has a place in its order`];
    return imports
      .filter((imported) => imported.startsWith(`src/${layer}/`) && heightOf(imported) > heightOf(file))
      .map((imported) => `${file} imports ${imported}, which is above it`);
  });
}

/** `sql/text` of `src/core/sql/text/lexer.ts`. */
function subFolderOf(file: string): string {
  return dirname(file.split('/').slice(2).join('/'));
}

/** Folders that hold more files than a reader can take in, with their number. */
export function findCrowded(files: readonly string[], most: number): string[] {
  const folders = files.map((file) => dirname(file));
  return [...new Set(folders)]
    .map((folder) => ({ folder, held: folders.filter((other) => other === folder).length }))
    .flatMap(({ folder, held }) => (held > most ? [`${folder} holds ${held} files`] : []));
}

/** Imports of files that are not there: a checker that reads names wrongly would find nothing forbidden. */
export function findDangling(graph: ImportGraph): string[] {
  return [...graph].flatMap(([file, imports]) =>
    imports
      .filter((imported) => imported.startsWith('src/') && !graph.has(imported))
      .map((imported) => `${file} imports ${imported}, which does not exist`),
  );
}

/** One cycle, as the files on it, or nothing. Depth first: a file that is met again on its own path closes one. */
export function findCycle(graph: ImportGraph): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const imported of graph.get(file) ?? []) {
      const cycle = graph.has(imported) ? visit(imported, [...path, file]) : undefined;
      if (cycle) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const cycle = visit(file, []);
    if (cycle) return cycle;
  }
  return undefined;
}
