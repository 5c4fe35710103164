// How long npm's mjml takes over one source: `node time.mjs FILE ROUNDS` prints the
// median in milliseconds, after as many rounds to warm up.
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import mjml2html from 'mjml';

const source = readFileSync(process.argv[2], 'utf8');
const rounds = Number(process.argv[3]);
const taken = [];
for (let round = 0; round < 2 * rounds; round += 1) {
  const began = performance.now();
  await mjml2html(source, { validationLevel: 'skip' });
  taken.push(performance.now() - began);
}
taken.splice(0, rounds);
taken.sort((a, b) => a - b);
process.stdout.write(String(taken[Math.floor(taken.length / 2)]));
