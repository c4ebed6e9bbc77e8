import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { repositoryRoot } from './process.js';
import { tempDirectory } from '../files/temp-directory.js';
import { writeFiles } from '../files/write-files.js';

const OURS = 'nestjs-pg-migrations';

const PACKAGES = [
  OURS,
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
  await linkPackages(project, PACKAGES);
  await writeFiles(project, files);
  return project;
}

/** Links packages of this repository, or this package itself, into a project. */
export async function linkPackages(project: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const place = join(project, 'node_modules', name);
    await mkdir(dirname(place), { recursive: true });
    await symlink(name === OURS ? repositoryRoot : join(repositoryRoot, 'node_modules', name), place, 'dir');
  }
}
