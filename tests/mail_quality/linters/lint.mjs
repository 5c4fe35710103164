// What npm's linters say of mails: `node lint.mjs FOLDER` prints one JSON document.
//
// FOLDER holds <name>.mjml (where there is one) and <name>.html of each mail. One
// process for all of them: loading the linters takes longer than linting a mail.
import { readdirSync, readFileSync } from 'node:fs';
import { join, parse } from 'node:path';
import { caniemail } from 'caniemail';
import { HtmlValidate, StaticConfigLoader } from 'html-validate';
import mjml2html from 'mjml';

// Named one by one: the data has gaps for some others, Thunderbird on Windows among
// them, and the library stops at the first.
const CLIENTS = [
  'gmail.android', 'gmail.desktop-webmail', 'gmail.ios',
  'outlook.windows', 'outlook.outlook-com', 'outlook.macos',
  'apple-mail.ios', 'apple-mail.macos',
  'yahoo.android', 'yahoo.desktop-webmail', 'yahoo.ios',
  'samsung-email.android',
  'thunderbird.macos',
];

const validator = new HtmlValidate(new StaticConfigLoader({
  root: true,
  extends: ['html-validate:standard'],
  // Word lays mail out by the attributes of tables, deprecated or not.
  rules: { 'no-deprecated-attr': 'off' },
}));

async function warnings(mjml) {
  const { errors } = await mjml2html(mjml, { validationLevel: 'soft' });
  return errors.map((error) => error.formattedMessage);
}

function unsupported(html) {
  const { issues } = caniemail({ clients: CLIENTS, html });
  return [...issues.errors].flatMap(([client, found]) =>
    [...new Set(found.map(({ title }) => title))].map((feature) => [feature, client]));
}

async function mistakes(html) {
  const blank = (text) => text.replace(/[^\n]/g, ' ');
  const outside = html
    .replace(/<!--\[if !mso[^\]]*\]><!-->|<!--<!\[endif\]-->/g, blank)
    .replace(/<!--\[if [^\]]*\]>[\s\S]*?<!\[endif\]-->/g, blank);
  const { results } = await validator.validateString(outside);
  return results.flatMap(({ messages }) => messages).map(
    ({ ruleId, message, line }) => `line ${line}: ${message} (${ruleId})`);
}

const said = {};
for (const file of readdirSync(process.argv[2]).sort()) {
  const { name, ext } = parse(file);
  const source = readFileSync(join(process.argv[2], file), 'utf8');
  said[name] ??= { warnings: [], unsupported: [], mistakes: [] };
  if (ext === '.mjml') said[name].warnings = await warnings(source);
  if (ext === '.html') {
    said[name].unsupported = unsupported(source);
    said[name].mistakes = await mistakes(source);
  }
}
process.stdout.write(JSON.stringify(said));
