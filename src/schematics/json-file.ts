import { readText, type Tree } from './host.js';

/** A JSON object. */
export type Json = Record<string, unknown>;

/** The object in a file; undefined if there is no such file, or if it contains something else. */
export function readJson(tree: Tree, path: string): Json | undefined {
  try {
    return asObject(JSON.parse(readText(tree, path) ?? 'null'));
  } catch {
    return undefined;
  }
}

/** Writes an object to an existing file, indented as before. Writes nothing if nothing has changed. */
export function writeJson(tree: Tree, path: string, value: Json): void {
  const text = readText(tree, path) ?? '';
  if (JSON.stringify(value) === JSON.stringify(JSON.parse(text))) return;
  const indent = /^[ \t]+(?=")/m.exec(text)?.[0] ?? '  ';
  tree.overwrite(path, `${JSON.stringify(value, undefined, indent)}${text.endsWith('\n') ? '\n' : ''}`);
}

/** The value if it is an object. */
export function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

/** The object under a key, which is created if it is missing. */
export function objectAt(parent: Json, key: string): Json {
  const found = asObject(parent[key]) ?? {};
  parent[key] = found;
  return found;
}
