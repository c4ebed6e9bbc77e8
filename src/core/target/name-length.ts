/** NAMEDATALEN - 1: the server silently truncates longer names. */
export const MAX_NAME_BYTES = 63;

/** The longest prefix of a text that has at most `most` bytes and splits no character. */
export function cutToBytes(text: string, most: number): string {
  let start = text;
  while (Buffer.byteLength(start) > most) start = start.replace(/.$/su, '');
  return start;
}
