import { serverMajor } from '../../../support/server/since-version.js';

/** A change to that database, and how it is found: `added`, `removed` or `changed`, and the object. */
export type Change = readonly [sql: string, ...finds: readonly string[]];

/** The NOT NULL constraint that is added on servers which keep such constraints. */
export function notNull(constraint: string, major = 18): string[] {
  return serverMajor() >= major ? [`added Not-null constraint ${constraint}`] : [];
}

/** Changes that a server can make since a major version. */
export function since(major: number, ...changes: readonly Change[]): readonly Change[] {
  return serverMajor() >= major ? changes : [];
}
