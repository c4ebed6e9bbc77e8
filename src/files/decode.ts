const decoder = new TextDecoder('utf-8', { fatal: true });

/** Decodes UTF-8 and drops a byte order mark. */
export function decodeText(bytes: Uint8Array): string | { problem: string } {
  try {
    return decoder.decode(bytes);
  } catch {
    const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    return { problem: `it is not valid UTF-8${utf16 ? ' (it looks like UTF-16)' : ''}. Save it as UTF-8` };
  }
}
