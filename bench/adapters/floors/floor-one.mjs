import pg from 'pg';
import { CREATE_HISTORY, history, read, record, withFloor } from './floor.mjs';

export { writeFiles as write } from '../files.mjs';
export { history };

/** The least that a tool can do: everything pending in one message, and one transaction. */
export const load = () => (job) =>
  withFloor(job, async (client, files, known) => {
    const pending = files.filter((file) => !known.has(file));
    if (pending.length === 0) return;
    const texts = pending.map((file) => `${read(job.directory, file)};${record(file)}`);
    await client.query([...(known.size === 0 ? [CREATE_HISTORY] : []), ...texts].join(';\n'));
  });

/** One query, and no look at the directory. */
export async function openHealth({ connectionString }) {
  const pool = new pg.Pool({ connectionString });
  return { check: () => pool.query(history), close: () => pool.end() };
}
