import { fstatSync } from 'node:fs';

/** After how long without input a person is told what is being waited for. */
const PATIENCE_MS = 2_000;

/**
 * Everything on standard input, if something is connected to it: a file, a pipe or a socket. Undefined at a terminal
 * and for `/dev/null`.
 *
 * @param onSilence is called when nothing has come for a while.
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
