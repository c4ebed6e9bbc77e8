import { PLACEHOLDER_NAME } from '../../../compile/placeholders.js';
import { blankOut } from '../../../sql/text/blank.js';
import { isComment, readSpans } from '../../../sql/text/spans.js';
import type { Rule } from '../../model/rule.js';

/** Our syntax, that of other tools with the same names, and that of templates. */
const PLACEHOLDER = new RegExp(
  String.raw`\{\{\s*${PLACEHOLDER_NAME}\s*\}\}|\$\{${PLACEHOLDER_NAME}\}|<%[=-]?\s*[A-Za-z_][\w.]*\s*%>`,
  'g',
);

export const leftoverPlaceholder: Rule = {
  name: 'leftover-placeholder',
  severity: 'warning',
  docs: {
    finds: '`{{name}}`, `${name}` or `<%= name %>` in the SQL that would run, outside comments.',
    locks: [],
    duration: 'None.',
    harm: 'Nothing replaces it. Outside a string, the migration fails; inside a string, the placeholder itself is stored as data.',
    example: "INSERT INTO customers (id, name) VALUES (1, '{{tenant}}');\n",
    rewrite: [
      {
        about: 'Write the value. Or set it in the option `placeholders`, which turns replacement on.',
        sql: "INSERT INTO customers (id, name) VALUES (1, 'acme');\n",
      },
    ],
    notes: 'Templates that are stored on purpose, such as the text of an email, need an `allow` comment.',
  },
  checkFile: ({ file }) => {
    if (!file.program) return [];
    const { sql } = file.program.source;
    const comments: { start: number; end: number }[] = [];
    readSpans(sql, (kind, start, end) => {
      if (isComment(kind)) comments.push({ start, end });
    });
    return [...blankOut(sql, comments).matchAll(PLACEHOLDER)].map(({ index, 0: placeholder }) => ({
      message: `contains the placeholder ${placeholder}, which nothing replaces`,
      remedy: 'Write the value, or give it with the option "placeholders".',
      offset: index,
    }));
  },
};
