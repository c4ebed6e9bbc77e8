import type { ImportGraph } from './imports.js';

interface Layer {
  /** Layers that it may import, itself aside. */
  readonly mayImport: readonly string[];
  /** Packages that it may import, by pattern. */
  readonly packages: RegExp;
}

/** `@pgsql/types` holds types and no code. */
const DRIVER = 'pg|exponential-backoff|libpg-query|@pgsql/types';
const NODE = 'node:.*';

/** The arrows of ARCHITECTURE.md. */
const LAYERS: Readonly<Record<string, Layer>> = {
  core: { mayImport: [], packages: /^(?:node:crypto|@pgsql\/types)$/ },
  files: { mayImport: ['core'], packages: new RegExp(`^(?:${NODE})$`) },
  postgres: { mayImport: ['core'], packages: new RegExp(`^(?:node:(?!fs).*|${DRIVER})$`) },
  migrator: { mayImport: ['core'], packages: /^node:(?:crypto|timers\/promises)$/ },
  composition: { mayImport: ['core', 'files', 'postgres', 'migrator'], packages: /^(?:node:.*|pg|zod)$/ },
  nest: {
    mayImport: ['core', 'files', 'postgres', 'migrator', 'composition'],
    packages: /^(?:node:.*|@nestjs\/(?:common|core|schedule|terminus)|rxjs|cron|zod|exponential-backoff)$/,
  },
  cli: {
    mayImport: ['core', 'files', 'postgres', 'migrator', 'composition'],
    packages: /^(?:node:.*|commander|cli-table3|zod)$/,
  },
  'the entry migrator.ts': {
    mayImport: ['core', 'files', 'postgres', 'migrator', 'composition'],
    packages: /^pg$/,
  },
  'the entry index.ts': { mayImport: ['nest', 'the entry migrator.ts'], packages: /^$/ },
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
