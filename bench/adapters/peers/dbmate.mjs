import { execFileSync } from 'node:child_process';
import { resolveBinary } from 'dbmate';
import { nameOf, writeFiles } from '../files.mjs';

export const write = (directory, files) =>
  writeFiles(directory, files, {
    name: (file) => `${nameOf(file)}.sql`,
    text: ({ sql }) => `-- migrate:up\n${sql}\n-- migrate:down\n`,
  });

export const external = true;

export const history = 'SELECT count(*) FROM schema_migrations';

/** A program in Go: it is only ever a process. */
export const command = ({ connectionString, directory }) => ({
  program: resolveBinary(),
  args: ['--url', `${connectionString}?sslmode=disable`, '--migrations-dir', directory, '--no-dump-schema', 'migrate'],
  env: {},
});

export const load = () => async (job) => {
  const { program, args } = command(job);
  execFileSync(program, args);
};
