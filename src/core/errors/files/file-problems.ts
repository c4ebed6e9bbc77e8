import { isFileProblem, problemRemedy, problemText, type FileProblem } from '../../problems/file-problem.js';
import type { FindingDetails } from '../finding-definition.js';
import type { Voice } from '../remedy.js';

/** The problem of a file as details of a finding. */
export function problemDetails({ reason, value, layouts }: FileProblem): Omit<FindingDetails, 'subject'> {
  return { reason, ...(value !== undefined && { detail: value }), ...(layouts?.length && { layouts }) };
}

/** The problem in the details of a finding, as part of a sentence. */
export function problemIn({ reason, detail }: FindingDetails): string {
  if (!isFileProblem(reason)) return reason ?? ''; // that of another release
  return problemText({ reason, ...(detail !== undefined && { value: detail }) });
}

/** What to do about it: set another layout, if one fits, or change the file. */
export function remedyIn({ reason, layouts = [] }: FindingDetails, say: Voice): string {
  const change = isFileProblem(reason) ? problemRemedy({ reason }) : '';
  if (layouts.length === 0) return change;
  const set = layouts.map((value) => say({ action: 'set', option: 'layout', value })).join(' or ');
  const otherwise = change && ` Otherwise ${change.charAt(0).toLowerCase()}${change.slice(1)}`;
  return `If the directory belongs to ${layouts.join(' or ')}, read it with ${set}.${otherwise}`;
}

/** The problem and what to do about it, without a final full stop. */
export function describeProblem(problem: FileProblem, say: Voice): string {
  const remedy = remedyIn({ subject: '', ...problemDetails(problem) }, say);
  return [problemText(problem), remedy.replace(/\.$/, '')].filter(Boolean).join('. ');
}
