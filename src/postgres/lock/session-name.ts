import { LONGEST_NAME } from '../../core/target/table.js';

/** Between the name that a session has by itself and the file that it runs. */
export const NAME_SEPARATOR = ': ';

/** The name of a session while it runs a file; cut at the end to the bytes that PostgreSQL keeps. */
export function sessionName(own: string, file: string): string {
  let name = `${own}${NAME_SEPARATOR}${file}`;
  while (Buffer.byteLength(name) > LONGEST_NAME) name = name.replace(/.$/su, '');
  return name;
}

/** The file in a name made by {@link sessionName}; null when there is none. */
export function fileOfSession(name: string | null): string | null {
  const at = name?.lastIndexOf(NAME_SEPARATOR) ?? -1;
  return name === null || at < 0 ? null : name.slice(at + NAME_SEPARATOR.length);
}
