import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';

export const history = 'SELECT count(*) FROM floor_history';

const UNDEFINED_TABLE = '42P01';

/** Connects, reads the history with one query, lists the directory, and has `apply` run what is pending. */
export async function withFloor({ connectionString, directory }, apply) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const known = await readHistory(client);
  const files = readdirSync(directory).toSorted();
  await apply(client, files, known);
  await client.end();
}

async function readHistory(client) {
  try {
    const { rows } = await client.query('SELECT file, checksum FROM floor_history');
    return new Map(rows.map(({ file, checksum }) => [file, checksum]));
  } catch (error) {
    if (error.code === UNDEFINED_TABLE) return new Map();
    throw error;
  }
}

export const read = (directory, file) => readFileSync(path.join(directory, file), 'utf8');

export const hash = (text) => createHash('sha256').update(text).digest('hex');

export const CREATE_HISTORY = 'CREATE TABLE floor_history (file text PRIMARY KEY, checksum text)';

export const record = (file, checksum = '') => `INSERT INTO floor_history VALUES ('${file}', '${checksum}')`;
