/** docs/fingerprints.md against the code: its figures, and which profile may use which fingerprint. */
import { expect, test } from 'vitest';
import { blocksWithin, collisionLog10, collisionLog10Max } from '../../src/engine/fingerprint/collision.js';
import { fingerprints } from '../../src/engine/fingerprint/fingerprint.js';
import { idSpaceBytesDefault } from '../../src/engine/profile/id-risk.js';
import { loadProfile, shippedProfileNames } from '../../src/engine/profile/read.js';
import { violations } from '../../src/engine/profile/requirements.js';
import { textOf } from './sources.js';

const text = textOf('docs/fingerprints.md');
const rows = [...text.matchAll(/^\| (.+) \|$/gm)].map(([, cells = '']) => cells.split(' | '));

test('the risks of the table are those of the formula', () => {
  const stated = rows.filter(
    ([name = '']) => /^`[\w-]+`$/.test(name) && name.replaceAll('`', '') in fingerprints,
  );
  const computed = Object.values(fingerprints).map(({ name, digestBytes, collisionResistant }) => [
    `\`${name}\``,
    `${digestBytes * 8}`,
    `1e${Math.round(collisionLog10(digestBytes * 8, idSpaceBytesDefault / 4096))}`,
    collisionResistant ? 'not feasible (2^128 steps)' : 'easy: a few instructions',
  ]);
  expect(stated.map((cells) => cells.slice(0, 4))).toEqual(computed);
});

test('the limit of 128 bits is that of the formula', () => {
  const blocks = blocksWithin(128, collisionLog10Max);
  expect(text).toContain(`128 bits keep that up to ${blocks.toExponential(1).replace('+', '')} blocks`);
  expect(text).toContain(`: ${Math.round((blocks * 4096) / 2 ** 50)} PiB in blocks of 4 KiB`);
});

test('every shipped profile stands in one row, and may use exactly what the row says', () => {
  const listed = rows.flatMap(([names = '', , allowed = '']) =>
    [...names.matchAll(/`([\w-]+)`/g)]
      .map(([, name = '']) => name)
      .filter((name) => shippedProfileNames().includes(name))
      .map((name) => [name, allowed] as const),
  );
  expect(listed.map(([name]) => name).sort()).toEqual(shippedProfileNames());
  for (const [name, allowed] of listed) {
    const profile = loadProfile(name);
    for (const fingerprint of Object.values(fingerprints)) {
      const isAllowed = allowed.startsWith('any') || allowed.includes(`\`${fingerprint.name}\``);
      const broken = violations({ ...profile.strategy, fingerprint: fingerprint.name }, profile);
      expect(broken.length === 0, `${name} with ${fingerprint.name}`).toBe(isAllowed);
    }
  }
});
