import { fstatSync } from 'node:fs';

/** How long to wait for input before a hint says what is expected. */
const PATIENCE_MS = 2_000;

/**
 * Reads all of standard input, if a file, a pipe or a socket is connected to it. Undefined at a terminal
 * and for `/dev/null`.
 *
 * @param onSilence called when no input has arrived for a while.
 */
export async function readStandardInput(onSilence: () => void): Promise<Buffer | undefined> {
  const stats = fstatSync(0);
  if (!stats.isFile() && !stats.isFIFO() && !stats.isSocket()) return undefined;
  const timer = setTimeout(onSilence, PATIENCE_MS);
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) {
    clearTimeout(timer);
    chunks.push(chunk as Buffer);
  }
  clearTimeout(timer);
  return Buffer.concat(chunks);
}
