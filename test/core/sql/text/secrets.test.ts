import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { locate } from '../../../../src/core/sql/text/position.js';
import { maskSecrets, maskUrl } from '../../../../src/core/sql/text/secrets.js';

const B = '\\';

describe('passwords are masked', () => {
  test.each<[string, string, string]>([
    ['a literal', "ALTER ROLE app PASSWORD 'hunter2' VALID UNTIL 'x'", "ALTER ROLE app PASSWORD '***' VALID UNTIL 'x'"],
    ['in any case and with any whitespace', "alter role app password\n\t'hunter2';", "alter role app password\n\t'***';"],
    ['an ENCRYPTED one', "CREATE USER a WITH ENCRYPTED PASSWORD 'md5abc'", "CREATE USER a WITH ENCRYPTED PASSWORD '***'"],
    ['a literal with a doubled quote', "PASSWORD 'a''b'; SELECT 'c'", "PASSWORD '***'; SELECT 'c'"],
    ['a literal that ends in a backslash', `PASSWORD 'a${B}'; SELECT 'c'`, "PASSWORD '***'; SELECT 'c'"],
    ['an E literal with an escaped quote', `PASSWORD E'a${B}'b'; SELECT 'c'`, "PASSWORD E'***'; SELECT 'c'"],
    ['a U& literal', "PASSWORD U&'abc'", "PASSWORD U&'***'"],
    ['a literal in dollars', "PASSWORD $$a'b$$; PASSWORD $x$a$$b$x$", 'PASSWORD $$***$$; PASSWORD $x$***$x$'],
    ['an option of a foreign server', "OPTIONS (user 'me', password 'hunter2')", "OPTIONS (user 'me', password '***')"],
    ['a column', "UPDATE users SET password = 'hunter2'", "UPDATE users SET password = '***'"],
    ['a literal that never ends', "PASSWORD 'hunter2", "PASSWORD '***"],
    ['in a connection string', "CONNECTION 'host=db password=hunter2 user=me'", "CONNECTION 'host=db password=*** user=me'"],
    ['a literal in nested strings', "'EXECUTE ''SELECT ''''PASSWORD ''''''''a'''''''''''''", "'EXECUTE ''SELECT ''''PASSWORD ''''''''***'''''''''''''"],
    ['in a URL', "CONNECTION 'postgres://me:hunter2@db/app'", "CONNECTION 'postgres://me:***@db/app'"],
    ['in a URL without a user', 'redis://:hunter2@cache', 'redis://:***@cache'],
    ['with characters that a URL must encode', "'https://me:a@b:/c''d@db:80/@x'", "'https://me:***@x'"],
    ['in both parts of a URL', "dblink('postgres://me:one@db?password=a@b')", "dblink('postgres://me:***')"],
    ['each of several', "PASSWORD 'a'; PASSWORD 'b'", "PASSWORD '***'; PASSWORD '***'"],
    ['in a URL whose user has a quote', "postgres://o'brien:secret@h/db", "postgres://o'brien:***@h/db"],
    ['in a URL whose user has a doubled quote', "'postgres://o''brien:secret@h'", "'postgres://o''brien:***@h'"],
    ['in a URL whose user has a double quote', 'postgres://o"brien:secret@h/db', 'postgres://o"brien:***@h/db'],
    ['in a URL whose user has a question mark', 'postgres://who?:secret@h/db', 'postgres://who?:***@h/db'],
    ['with a quote in a URL', `postgres://me:a'b"c@h/db`, 'postgres://me:***@h/db'],
    ['with a quote in a URL in quotes', "bad 'postgres://me:a'b@h/db'", "bad 'postgres://me:***@h/db'"],
    ['with an escaped quote in a URL', `E'postgres://me:a${B}',b@h'`, `E'postgres://me:***@h'`],
    ['of many digits and a slash in a URL', 'postgres://me:123456/7@h/db', 'postgres://me:***@h/db'],
    ['with a quote in a parameter', "postgres://h/db?password=a'b&x=1", 'postgres://h/db?password=***&x=1'],
    ['in a parameter in quotes', "dblink('postgres://h/db?password=a''b')", "dblink('postgres://h/db?password=***')"],
    ['in a parameter in double quotes', `{"url":"postgres://h?password=a'b"}`, '{"url":"postgres://h?password=***"}'],
    ['with & in a DSN', 'host=h password=a&b;c user=me', 'host=h password=*** user=me'],
    ['with an escaped space in a DSN', `host=h password=a${B} b user=me`, 'host=h password=*** user=me'],
    ['with a quote in a DSN', `host=h password=a"b'c user=me`, 'host=h password=*** user=me'],
    ['in quotes in a DSN', `host=h password='a${B}'b c' user=me`, "host=h password='***' user=me"],
    ['in nested quotes in a DSN', `('password=''a${B}''b'' user=x')`, "('password=''***'' user=x')"],
    ['in double quotes in a DSN', 'host=h password="a b" user=me', 'host=h password="***" user=me'],
    ['with spaces around the sign in a DSN', 'host = h password = hunter2 user = me', 'host = h password = *** user = me'],
    ['first in a DSN with spaces', 'password = hunter2 host = h', 'password = *** host = h'],
    ['of a key', 'host=h sslpassword=hunter2 user=me', 'host=h sslpassword=*** user=me'],
    ['in the environment', 'PGPASSWORD=hunter2 psql', 'PGPASSWORD=*** psql'],
    ['a literal with a stray quote', "ROLE app PASSWORD 'o'brien' LOGIN", "ROLE app PASSWORD '***' LOGIN"],
    ['a nested literal with a quote', "EXECUTE 'ROLE a PASSWORD ''b''''c'' LOGIN'", "EXECUTE 'ROLE a PASSWORD ''***'' LOGIN'"],
    ['dollars that never end', 'PASSWORD $a$hunter2$b$', 'PASSWORD $a$***'],
  ])('%s', (_, text, masked) => {
    expect(maskSecrets(text)).toBe(masked);
  }); // prettier-ignore

  test.each([
    "PASSWORD NULL, 'a'",
    "password_hash 'a'",
    "SELECT 'a'",
    "'the password' || 'a'",
    "PASSWORD ''",
    'the password is wrong',
    'https://db:8080/@me',
    'postgres://me@db:5432/app',
    "'https://me:', 'a@b'",
    'see https://db: ann@example.org',
    "'https://me:','a@b'",
    "'https://db'::text || 'a:b@c'",
    "('https://db:'),('a@b')",
    '{"https://db:":"a@b"}',
    'https://db:8080?mail=a@b',
    'https://db?from=12:30@home',
    'https://db/a::b@c',
    'at 12:30:45, me@db:5432',
    "SELECT 'a'::text, b::int",
    "PASSWORD ''; SELECT 'b'",
    'UPDATE users SET password = crypt(name)',
    'WHERE name = new.name AND password = old.password',
    'SET require_password=true',
    'password_hash=a',
  ])('nothing else is: %s', (text) => {
    expect(maskSecrets(text)).toBe(text);
  });
});

/** A password without the characters that would end a text of this form. */
const written = fc.string({
  unit: fc.constantFrom(...`abz019'"?#&%:,;!.-_*éñ`.split('')),
  minLength: 1,
  maxLength: 12,
});

describe('whatever the user and the password are', () => {
  test.each<[string, (user: string, password: string) => [before: string, after: string]]>([
    ['a URL', (user) => [`at postgres://${user.replaceAll(':', '')}:`, '@h/db is down']],
    ['a URL in a literal', (user) => [`SELECT 'postgres://${user.replaceAll(/[:']/g, '')}:`, `@h/db'; SELECT 1`]],
    ['a DSN', () => ['host=h password=', ' dbname=d']],
    ['a literal', () => ["ALTER ROLE a PASSWORD '", "'; SELECT 'b'"]],
    ['a literal in a literal', () => ["EXECUTE 'ALTER ROLE a PASSWORD ''", "'' LOGIN'; SELECT 'b'"]],
  ])('no part of the password is left in %s, and nothing else is masked', (form, around) => {
    fc.assert(
      fc.property(written, written, (user, password) => {
        const [before, after] = around(user, password);
        const quotes = form === 'a literal in a literal' ? "''''" : form.includes('literal') ? "''" : "'";
        if (form.startsWith('a literal')) fc.pre(/[^']/.test(password));
        // At the end, or before a punctuation mark, a quote looks like the end of a literal.
        else fc.pre(!/['"](?:[:,;&]|$)|^['"]|;$/.test(password) && !/['"](?:[:,;]|$)/.test(user));
        expect(maskSecrets(before + password.replaceAll("'", quotes) + after)).toBe(`${before}***${after}`);
      }),
    );
  });
});

/** A text that counts how many of its characters are read. */
class CountingText extends String {
  reads = 0;

  override charCodeAt(at: number): number {
    this.reads++;
    return super.charCodeAt(at);
  }
}

/** How many characters are read to mask a text. */
function readsFor(text: string): number {
  const counting = new CountingText(text);
  maskSecrets(counting as unknown as string);
  return counting.reads;
}

const HOSTILE = [
  '://a:',
  "://a'b:c'",
  '://',
  '://a@',
  '://1:80/',
  '://a:b@ ',
  'password=',
  'password = ',
  "password='",
  "password ''",
  "password ''a",
  "password ''''''''",
  'password $a$',
  "password e'\\\\",
  "password=a'",
  'host = password = ',
  '\\',
  "'",
];

describe('a hostile text', () => {
  test.each(HOSTILE)('does not take quadratic time: %s', (piece) => {
    const steps = (length: number): number => readsFor(`://a:${piece.repeat(length / piece.length)}`);
    const [small, large] = [steps(20_000), steps(100_000)];
    expect(large).toBeLessThan(6 * small);
    expect(large).toBeLessThan(12 * 100_000);
    expect(large).toBeGreaterThan(1);
  });

  test('of 1 MB that contains all of them takes the same number of steps per character', () => {
    const text = HOSTILE.map((piece) => piece.repeat(1_000_000 / HOSTILE.length / piece.length)).join(' ');
    expect(readsFor(text)).toBeLessThan(12 * 1_000_000);
  });
});

describe('values of placeholders are masked', () => {
  test.each<[string, string, string[], string]>([
    ['everywhere', 'syntax error at "s3cret": s3cret', ['s3cret'], 'syntax error at "***": ***'],
    ['each of several', 'first second', ['second', 'first'], '*** ***'],
    ['where one holds another', 'secret-long secret', ['secret', 'secret-long'], '*** ***'],
    ['where they overlap', 'a abcdef b', ['abcd', 'cdef'], 'a *** b'],
    ['whatever they mean in expressions', 'a (.*) b', ['(.*)'], 'a *** b'],
    ['together with passwords', "PASSWORD 'my s3cret'", ['s3cret'], "PASSWORD '***'"],
    ['but for short ones', 'app in public', ['app', '', 'pub'], 'app in public'],
  ])('%s', (_, text, values, masked) => {
    expect(maskSecrets(text, values)).toBe(masked);
  });
});

describe('the excerpt of an error', () => {
  test.each<[string, string, string, [number, number], string]>([
    ['behind a password', "ALTER ROLE a PASSWORD 'hunter2hunter2' X", 'X', [1, 40], "ALTER ROLE a PASSWORD '***' X\n                            ^"],
    ['before a password', "ALTER X a PASSWORD 'hunter2'", 'X', [1, 7], "ALTER X a PASSWORD '***'\n      ^"],
    ['behind a shorter one', "PASSWORD '1' X", 'X', [1, 14], "PASSWORD '***' X\n               ^"],
    ['inside a password', "PASSWORD 'hunter2'", 'ter', [1, 14], "PASSWORD '***'\n          ^"],
    ['behind a password on the line of the word before', "PASSWORD\n'hunter2' X", 'X', [2, 11], "'***' X\n      ^"],
    ['in the second line of a password', "PASSWORD 'one\ntwo' X", 'X', [2, 6], "***' X\n     ^"],
  ])('shows no password, and the caret stays below its place: %s', (_, text, mark, [line, column], excerpt) => {
    expect(locate(text, text.indexOf(mark))).toEqual({ line, column, excerpt });
  }); // prettier-ignore
});

test.each([
  ['the password', 'postgres://app:hunter2@h:5432/db', 'postgres://app:***@h:5432/db'],
  ['nothing without a password', 'postgres://app@h/db?sslmode=require', 'postgres://app@h/db?sslmode=require'],
  [
    'parameters that may be secret',
    'postgres://h/db?sslpassword=a&api_token=b&port=1',
    'postgres://h/db?sslpassword=***&api_token=***&port=1',
  ],
  ['options, which may set anything', 'postgres://h/db?options=-c%20x.key%3Dhunter2', 'postgres://h/db?options=***'],
  ['everything, if it is not a URL', 'host=h password=hunter2', '***'],
])('a connection URL is shown without its secrets: %s', (_, url, shown) => {
  expect(maskUrl(url)).toBe(shown);
});
