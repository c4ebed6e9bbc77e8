import { describe, expect, test } from '@jest/globals';
import { codeOf, withImport } from '../../../src/schematics/edit/source-text.js';

describe('the code of a text', () => {
  test.each([
    ['a // b', 'a     '],
    ['a /* b\nc */ d', 'a     \n     d'],
    [`f('x\\'y', "z")`, `f('    ', " ")`],
    ['`a\n${b}` + c', '` \n    ` + c'],
    [`"http://x" + '`.concat("/*')"), `"        " + '  ')`],
    ['x = /[/"]\'/; y', 'x = /     /; y'],
    ['a / b / c', 'a / b / c'],
  ])('of %j is %j', (text, code) => {
    expect(codeOf(text)).toBe(code);
  });
});

describe('an import', () => {
  test.each([
    [
      "import a from 'a';\nimport { b } from './b';\n\nx();\n",
      "import a from 'a';\nimport { b } from './b';\nimport { X } from 'x';\n\nx();\n",
    ],
    ['import a from "a"\n\nx()\n', 'import a from "a"\nimport { X } from "x"\n\nx()\n'],
    ["import 'side';\nx();\n", "import 'side';\nimport { X } from 'x';\nx();\n"],
    ["import {\n  a,\n} from 'a';\nx();\n", "import {\n  a,\n} from 'a';\nimport { X } from 'x';\nx();\n"],
    ['x();\n', "import { X } from 'x';\n\nx();\n"],
  ])('in %j is added after the others', (text, expected) => {
    expect(withImport(text, 'X', 'x')).toBe(expected);
  });
});
