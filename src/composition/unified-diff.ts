import type { DiffTexts } from '../core/ports/ports.js';

/** Loads the library when the first diff is asked for. */
export const unifiedDiff: DiffTexts = async (before, after) => {
  if (before.text === after.text) return '';
  const { createTwoFilesPatch } = await import('diff');
  const patch = createTwoFilesPatch(before.name, after.name, before.text, after.text, before.label, after.label);
  return patch.slice(patch.indexOf('--- '));
};
