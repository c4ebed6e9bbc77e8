import { CREATE_HISTORY, hash, read, record, withFloor } from './floor.mjs';

export { writeFiles as write } from '../files.mjs';
export { history } from './floor.mjs';

/** One message and one transaction for each pending file. */
export const load = () => (job) =>
  withFloor(job, async (client, files, known) => {
    if (known.size === 0) await client.query(CREATE_HISTORY);
    for (const file of files) {
      if (known.has(file)) continue;
      const text = read(job.directory, file);
      await client.query(`BEGIN;${text};${record(file, hash(text))};COMMIT`);
    }
  });
