import { describe, expect, test } from '@jest/globals';
import { locate } from '../../../../src/core/sql/text/position.js';
import { maskSecrets } from '../../../../src/core/sql/text/secrets.js';

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
  ])('nothing else is: %s', (text) => {
    expect(maskSecrets(text)).toBe(text);
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
