import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { repositoryRoot } from './process.js';
import { tempDirectory } from './temp-directory.js';
import { writeFiles } from './write-files.js';

const PACKAGES = [
  '@nestjs/common',
  '@nestjs/config',
  '@nestjs/core',
  '@nestjs/schedule',
  'jest',
  'pg',
  'reflect-metadata',
];

/** A user's project, with this package and NestJS in `node_modules`. @returns its folder */
export async function hostProject(files: Record<string, string> = {}): Promise<string> {
  const project = await tempDirectory();
  const link = async (name: string, target: string): Promise<void> => {
    const place = join(project, 'node_modules', name);
    await mkdir(dirname(place), { recursive: true });
    await symlink(target, place, 'dir');
  };
  for (const name of PACKAGES) await link(name, join(repositoryRoot, 'node_modules', name));
  await link('nestjs-pg-migrations', repositoryRoot);
  await writeFiles(project, files);
  return project;
}
