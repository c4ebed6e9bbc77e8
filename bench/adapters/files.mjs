import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** `00012_orders_seed`. */
export const nameOf = ({ number, label }) => `${String(number).padStart(5, '0')}_${label}`;

/** Writes files into a directory, each with the name and text that the functions give it. */
export function writeFiles(directory, files, { name = (file) => `${nameOf(file)}.sql`, text = ({ sql }) => sql } = {}) {
  mkdirSync(directory, { recursive: true });
  for (const file of files) writeFileSync(path.join(directory, name(file)), text(file));
}
