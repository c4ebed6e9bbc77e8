import { isUtf8 } from 'node:buffer';

const BYTE_ORDER_MARK = '\ufeff';

/** Decodes UTF-8 and drops a byte order mark. */
export function decodeText(bytes: Buffer): string | { problem: string } {
  if (!isUtf8(bytes)) {
    const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    return { problem: `it is not valid UTF-8${utf16 ? ' (it looks like UTF-16)' : ''}. Save it as UTF-8` };
  }
  const text = bytes.toString();
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}
