import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Catalog } from '../../../../src/core/catalog/catalog.js';
import { serverRole } from '../../../support/database/database.js';

/** The catalog of the fixture as each major version of PostgreSQL wrote it. write.ts writes these files. */
export const RECORDED_MAJORS = [13, 14, 15, 16, 17, 18] as const;

/** The role in the recorded fixture. Roles are shared by all databases of a server, so that a test has its own. */
export const RECORDED_ROLE = 'recorded_role';

/** The superuser that the fixture was recorded as. */
const RECORDED_OWNER = /\bpostgres\b/g;

const pathOf = (major: number): URL => new URL(`${major}.json.gz`, import.meta.url);

/** @param role the role of the test, instead of the recorded one; the owner becomes the user of the tested server */
export function readRecorded(major: number, role: string): Catalog {
  const text = gunzipSync(readFileSync(pathOf(major))).toString('utf8');
  return JSON.parse(text.replaceAll(RECORDED_ROLE, role).replaceAll(RECORDED_OWNER, serverRole())) as Catalog;
}

export function writeRecorded(major: number, { serverVersion, objects }: Catalog): void {
  writeFileSync(pathOf(major), gzipSync(JSON.stringify({ serverVersion, objects }), { level: 9 }));
}
