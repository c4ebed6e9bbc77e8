import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { repositoryRoot, runProcess } from '../support/programs/process.js';

const PRELOAD = ['--disable-warning=DEP0205', '--import', new URL('list-modules.mjs', import.meta.url).href];

const DIST = path.join(repositoryRoot, 'dist', path.sep);

/** What a process loads. */
export interface Loaded {
  /** Packages in `node_modules`, with the number of their modules. */
  readonly installed: Readonly<Record<string, number>>;
  /** Packages that our own files contain, with the number of their modules. */
  readonly bundled: Readonly<Record<string, number>>;
  /** The size of our own files. */
  readonly kilobytes: number;
}

/** What the build knows about each of our files, by name. */
type Bundles = ReadonlyMap<string, { readonly bytes: number; readonly modules: readonly string[] }>;

/** Runs Node with these arguments and lists what it loads. @throws Error unless it ends with this exit code */
export async function loadedBy(
  args: readonly string[],
  env: Record<string, string> = {},
  expectedCode = 0,
): Promise<Loaded> {
  const { code, stdout, stderr } = await runProcess(process.execPath, [...PRELOAD, ...args], { env });
  const list = /^MODULES (.*)$/m.exec(stdout)?.[1];
  const isExpected = code === expectedCode && (code !== 0 || stderr === '');
  if (!isExpected || list === undefined) throw new Error(`exit code ${code}: ${stderr}`);
  // Both loaders name what one loads for the other.
  const names = (JSON.parse(list) as string[]).map((name) => (name.startsWith('file:') ? fileURLToPath(name) : name));
  const files = [...new Set(names)];
  const bundles = await readBundles();
  const own = files.flatMap((file) => (file.startsWith(DIST) ? (bundles.get(path.basename(file)) ?? []) : []));
  return {
    installed: countByPackage(files),
    bundled: countByPackage(own.flatMap(({ modules }) => modules)),
    kilobytes: Math.ceil(own.reduce((sum, { bytes }) => sum + bytes, 0) / 1024),
  };
}

function countByPackage(files: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of files.flatMap((file) => packageOf(file) ?? [])) counts[name] = (counts[name] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

async function readBundles(): Promise<Bundles> {
  const text = await readFile(path.join(repositoryRoot, 'build/metafiles.json'), 'utf8');
  const metafiles = JSON.parse(text) as { outputs: Record<string, Output> }[];
  const outputs = metafiles.flatMap(({ outputs: ofOne }) => Object.entries(ofOne));
  return new Map(
    outputs.map(([file, { bytes, inputs }]) => {
      const used = Object.entries(inputs).flatMap(([input, { bytesInOutput }]) => (bytesInOutput > 0 ? [input] : []));
      return [path.posix.basename(file), { bytes, modules: used }];
    }),
  );
}

interface Output {
  readonly bytes: number;
  readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>;
}

/** The package that a module belongs to, if it is installed. */
function packageOf(file: string): string | undefined {
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1];
}
