import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { publishedManifest } from './manifest.mjs';

export interface Tarball {
  readonly tarball: string;
  /** In bytes. */
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** Packs the build like `npm pack`, without touching the package.json of this repository. */
export async function pack(target: string): Promise<Tarball> {
  const folder = await mkdtemp(path.join(tmpdir(), 'nestjs-pg-migrations-pack-'));
  try {
    const manifest = publishedManifest(JSON.parse(await readFile('package.json', 'utf8')) as object);
    for (const name of manifest['files'] as string[]) await cp(name, path.join(folder, name), { recursive: true });
    await writeFile(path.join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
    await mkdir(target, { recursive: true });
    return npmPack(folder, path.resolve(target));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function npmPack(folder: string, target: string): Tarball {
  const printed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', target], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    shell: process.platform === 'win32',
  });
  // The answer of npm 12 is an object with one member per package; before it was a list.
  const [packed] = Object.values(
    JSON.parse(printed) as Record<string, Omit<Tarball, 'tarball'> & { filename: string }>,
  );
  if (!packed) throw new Error('npm packed nothing');
  return { ...packed, tarball: path.join(target, packed.filename) };
}
