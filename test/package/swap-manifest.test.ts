import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { cp, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { publishedManifest } from '../../tools/package/manifest.mjs';
import { repositoryRoot, runProcess } from '../support/programs/process.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';

/** Our package.json, with a build that takes no time. */
const manifest = JSON.parse(await readFile(join(repositoryRoot, 'package.json'), 'utf8')) as Record<string, unknown> & {
  scripts: object;
};
const ours = JSON.stringify({ ...manifest, scripts: { ...manifest.scripts, build: 'node --version' } }, undefined, 2);

/** A repository to run `npm pack` in. */
async function repository(): Promise<string> {
  const folder = await migrationsDirectory({ 'package.json': ours, 'README.md': '# A package' });
  await cp(join(repositoryRoot, 'tools/package'), join(folder, 'tools/package'), { recursive: true });
  return folder;
}

describe('npm pack', () => {
  test('publishes the package.json without fields that only this repository needs, and restores ours', async () => {
    const folder = await repository();
    const { code, stderr } = await runProcess('npm', ['pack'], { cwd: folder });
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(await readFile(join(folder, 'package.json'), 'utf8')).toBe(ours);

    const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? 'none';
    execFileSync('tar', ['-xzf', tarball], { cwd: folder });
    const packed = JSON.parse(await readFile(join(folder, 'package/package.json'), 'utf8')) as object;
    expect(packed).toEqual(publishedManifest(manifest));
    expect(packed).not.toHaveProperty('scripts');
  });
});
