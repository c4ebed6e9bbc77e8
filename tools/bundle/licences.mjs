/** Writes the licences of the packages that the bundles contain. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * @param {import('esbuild').Metafile[]} metafiles
 * @param {string} file
 */
export async function writeLicences(metafiles, file) {
  const inputs = metafiles.flatMap(({ outputs }) => Object.values(outputs).flatMap((output) => usedOf(output)));
  const packages = new Set(inputs.flatMap((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []));
  const sections = [...packages].toSorted().map((name) => licenceOf(path.join('node_modules', name)));
  await writeFile(file, (await Promise.all(sections)).join(`\n${'-'.repeat(80)}\n\n`));
}

function usedOf({ inputs }) {
  return Object.entries(inputs).flatMap(([input, { bytesInOutput }]) => (bytesInOutput > 0 ? [input] : []));
}

async function licenceOf(folder) {
  const { name, version, license } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
  const files = await readdir(folder);
  const textOf = (pattern) => {
    const found = files.find((file) => pattern.test(file));
    return found === undefined ? undefined : readFile(path.join(folder, found), 'utf8');
  };
  // Some packages have it in their README only.
  const text = (await textOf(/^licen[cs]e/i)) ?? /^#+ licen[cs]e\n(.*)/ims.exec((await textOf(/^readme/i)) ?? '')?.[1];
  if (text === undefined) throw new Error(`${name} has no licence text, so it cannot be bundled`);
  return `${name} ${version} (${license})\n\n${text.trim()}\n`;
}
