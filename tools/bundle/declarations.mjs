/** Copies the declarations that the entry points need. */
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import ts from 'typescript';

/**
 * @param {string} compiled the folder that `tsc` wrote
 * @param {string[]} entries names of declarations in it
 * @param {string[]} targets folders that receive a copy each
 */
export async function copyDeclarations(compiled, entries, targets) {
  const reachable = new Set(entries);
  for (const file of reachable) {
    for (const target of targets) await copy(path.join(compiled, file), path.join(target, file));
    for (const imported of await importsOf(path.join(compiled, file))) {
      reachable.add(path.join(path.dirname(file), imported).replace(/\.js$/, '.d.ts'));
    }
  }
}

async function importsOf(file) {
  const { importedFiles } = ts.preProcessFile(await readFile(file, 'utf8'), true, true);
  return importedFiles.map(({ fileName }) => fileName).filter((name) => name.startsWith('.'));
}

async function copy(from, to) {
  await mkdir(path.dirname(to), { recursive: true });
  await copyFile(from, to);
}
