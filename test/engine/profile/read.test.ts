import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { UsageError, WorldError } from '../../../src/base/errors.js';
import { readShippedProfile } from '../../../src/engine/profile/files.js';
import { loadProfile, parseProfile, shippedProfileNames } from '../../../src/engine/profile/read.js';
import { violations } from '../../../src/engine/profile/requirements.js';

const good = readShippedProfile('edge-agent');

function failure(text: string): UsageError {
  try {
    parseProfile(text, 'p.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return error as UsageError;
  }
  throw new Error('the profile was accepted');
}

/** Replaces a piece of the good profile; says on which line. */
function altered(piece: string, replacement: string): { text: string; line: number } {
  const start = good.indexOf(piece);
  expect(start).toBeGreaterThan(0);
  const text = good.slice(0, start) + replacement + good.slice(start + piece.length);
  return { text, line: good.slice(0, start).split('\n').length };
}

describe('shipped profiles', () => {
  test('are the five of the documentation', () => {
    expect(shippedProfileNames()).toEqual([
      'cold-storage',
      'compliance',
      'edge-agent',
      'live-replication',
      'thin-link',
    ]);
  });

  test.each(shippedProfileNames())('%s is valid, named after its file, and weighs to 1', (name) => {
    const profile = loadProfile(name);
    expect(profile.name).toBe(name);
    expect(profile.objectives.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
    expect(violations(profile.strategy, profile)).toEqual([]);
  });

  test.each(shippedProfileNames())('%s gives a reason for every choice of its strategy', (name) => {
    const lines = readShippedProfile(name).split('\n');
    const block = lines.slice(lines.indexOf('strategy:') + 1, lines.indexOf('objectives:'));
    const unexplained = block.filter((line, index) => {
      const isSetting = /^ {2}[a-zA-Z]+:/.test(line);
      // Sizes that belong together share the comment above the first.
      const above = block
        .slice(0, index)
        .reverse()
        .find((other) => !/^ {2}(min|average|max)Bytes:/.test(other));
      return isSetting && !/^ {2}#/.test(above ?? '');
    });
    expect(unexplained).toEqual([]);
  });

  test('differ in strategy', () => {
    const strategies = shippedProfileNames().map((name) => JSON.stringify(loadProfile(name).strategy));
    expect(new Set(strategies).size).toBe(strategies.length);
  });

  test('compliance has what its name promises', () => {
    const { strategy, features } = loadProfile('compliance');
    expect(strategy.fingerprint).toBe('sha256');
    expect(strategy.compression.deflate).toBe('portable');
    expect(features).toMatchObject({ signatures: 'required', decisions: true, portableBytes: true });
  });

  test('edge-agent bounds its memory and CPU', () => {
    const { limits, features } = loadProfile('edge-agent');
    expect(limits).toMatchObject({ workersMax: 1, peakMemoryBytesMax: 256 * 2 ** 20, cpuMsPerMiBMax: 50 });
    expect(features.baseContentAtHand).toBe(false);
  });
});

describe('values', () => {
  test('take units, or the unit of their key', () => {
    const plain = good.replace('10 Mbit/s', '10000000').replace('60 ms', '60');
    expect(parseProfile(plain, 'p.yaml')).toEqual(parseProfile(good, 'p.yaml'));
  });

  test('unlimited leaves a limit out', () => {
    expect(parseProfile(good.replace('256 MiB', 'unlimited'), 'p.yaml').limits).not.toHaveProperty(
      'peakMemoryBytesMax',
    );
  });
});

describe('errors carry file, line, column and key', () => {
  // The column is that of the value, or of the key where the key itself is wrong.
  test.each([
    ['  roundTripMs: 60 ms', '  roundTripMs: 60 MiB', 16, "link.roundTripMs: '60 MiB' is not a time"],
    ['  bitsPerSecond: 10 Mbit/s', '  bitsPerSecond: -1', 18, 'link.bitsPerSecond: expected a number from 0'],
    ['  workersMax: 1', '  workersMax: some', 15, "limits.workersMax: 'some' is not a whole number"],
    ['  workersMax: 1', '  workersMax: 0', 15, 'limits.workersMax: expected a whole number from 1'],
    ['  workersMax: 1', '  workersMax: [1]', 15, 'limits.workersMax: expected a quantity'],
    ['  cpuMs: 0.4', '  cpuMs: much', 10, 'objectives.cpuMs: expected a number, not "much"'],
    ['  cpuMs: 0.4', '  cpuMs: 40', 10, 'objectives.cpuMs: expected a weight from 0 to 1'],
    ['  subBlock: false', '  subBlock: perhaps', 13, "strategy.subBlock: 'perhaps' is not on or off"],
    ['  subBlock: false', '  subBlock: {}', 13, 'strategy.subBlock: expected text, a number, true or false'],
    [
      "  signatures: 'off'",
      '  signatures: maybe',
      15,
      'features.signatures: expected off or required, not "maybe"',
    ],
    ['  name: fixed', '  name: fixd', 9, 'strategy.name: expected adaptive or compare or fixed'],
    ['  blockBytes: 16KiB', '  blockBytes: 3KiB', 15, 'strategy.blockBytes: 3 KiB is not from'],
    ['  blockBytes: 16KiB', '  blokBytes: 16KiB', 3, 'strategy.blokBytes: unknown key'],
    ['  workersMax: 1', '  wrokersMax: 1', 3, 'limits.wrokersMax: unknown key'],
    ['name: edge-agent', 'nmae: edge-agent', 1, 'nmae: unknown key'],
    ['name: edge-agent', 'name: Edge Agent', 7, 'name: expected lower-case letters'],
  ])('%j -> %j', (piece, replacement, column, message) => {
    const { text, line } = altered(piece, replacement);
    const error = failure(text);
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain(message);
    expect(error.message.startsWith(`p.yaml:${line}:${column}: `), error.message).toBe(true);
    expect(error.message).not.toContain('\n');
  });

  test('a missing key is told at the mapping that lacks it', () => {
    const { text } = altered('  roundTripMs: 60 ms\n', '');
    expect(failure(text).message).toMatch(/^p\.yaml:\d+:3: link\.roundTripMs: missing key$/);
  });

  test('a mistyped key is told with the nearest known one', () => {
    expect(failure(good.replace('  workersMax:', '  wrokersMax:')).hint).toBe("did you mean 'workersMax'?");
    expect(failure(good.replace('  name: fixed', '  name: fixd')).hint).toBe("did you mean 'fixed'?");
    expect(failure(good.replace('  blockBytes:', '  blokBytes:')).hint).toBe("did you mean 'blockBytes'?");
  });

  test('weights that do not sum to 1', () => {
    expect(failure(good.replace('cpuMs: 0.4', 'cpuMs: 0.5')).message).toContain(
      'objectives: the weights must sum to 1',
    );
  });

  test('a key twice', () => {
    const { text } = altered('name: edge-agent', 'name: edge-agent\nname: twice');
    const line = good.slice(0, good.indexOf('name: edge-agent')).split('\n').length + 1;
    expect(failure(text).message).toBe(`p.yaml:${line}:1: this key is there twice`);
  });

  test('several problems: the first in file order, and how many more', () => {
    const text = good.replace('workersMax: 1', 'workersMax: x').replace('cpuMs: 0.4', 'cpuMs: x');
    expect(failure(text).message).toMatch(/objectives\.cpuMs: .* \(and 1 more\)$/);
  });

  test('a demand of the features that the strategy breaks', () => {
    expect(failure(good.replace('subBlock: false', 'subBlock: true')).message).toMatch(
      /^p\.yaml:\d+:13: strategy\.subBlock: sub-block delta needs the base's content/,
    );
    expect(
      failure(good.replace('collisionResistantIds: false', 'collisionResistantIds: true')).message,
    ).toMatch(/strategy\.fingerprint: the profile asks for collision-resistant ids/);
  });

  test('signatures over ids that can be forged', () => {
    expect(failure(good.replace("signatures: 'off'", 'signatures: required')).message).toMatch(
      /strategy\.fingerprint: the profile requires signatures, which bind nothing where xxh3-128/,
    );
  });

  test('an id space too large for the fingerprint and the block size', () => {
    // n blocks of 16 KiB collide with a probability of n^2 / 2^129: 1e-12 is reached at 2.6e13 blocks, 4.3e17 bytes.
    const withSpace = (size: string) => good.replace('limits:\n', `limits:\n  idSpaceBytesMax: ${size}\n`);
    expect(parseProfile(withSpace('4.2e17'), 'p.yaml').limits.idSpaceBytesMax).toBe(4.2e17);
    expect(failure(withSpace('4.4e17')).message).toMatch(
      /strategy\.fingerprint: over 391 PiB .*two blocks share a xxh3-128 id with a probability of 1e-11, above 1e-12/,
    );
    const wide = withSpace('4.4e17').replace('fingerprint: xxh3-128', 'fingerprint: blake3');
    expect(parseProfile(wide, 'p.yaml').strategy.fingerprint).toBe('blake3');
  });
});

describe('hostile and broken documents', () => {
  test('an alias bomb is refused before it expands', () => {
    const bomb = [
      'a: &a [x, x]',
      ...'bcdefghijklmnopqrstuvwxyz'.split('').map((name, index) => {
        const last = String.fromCharCode('a'.charCodeAt(0) + index);
        return `${name}: &${name} [*${last}, *${last}, *${last}, *${last}, *${last}, *${last}, *${last}, *${last}]`;
      }),
    ].join('\n');
    expect(failure(bomb).message).toMatch(/^p\.yaml:2:8: aliases are not allowed/);
  });

  test.each([
    ['', /^p\.yaml:1:1: expected a mapping/],
    ['just text', /^p\.yaml:1:1: expected a mapping/],
    ['- a list', /^p\.yaml:1:1: expected a mapping/],
    ['name: [unclosed', /^p\.yaml:1:\d+: /],
    ['name: !!js/function x', /^p\.yaml:1:\d+: .*tag/],
    ['a: 1\n---\nb: 2', /^p\.yaml:2:\d+: /],
    [`name: ${'x'.repeat(70_000)}`, /^p\.yaml: larger than 64 KiB/],
  ])('%j', (text, message) => {
    expect(failure(text).message).toMatch(message);
  });
});

describe('by name and by path', () => {
  const directory = mkdtempSync(join(tmpdir(), 'snapdelta-profile-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  test('a file of one own', () => {
    const path = join(directory, 'own.yaml');
    writeFileSync(path, good.replace('name: edge-agent', 'name: own'));
    expect(loadProfile(path).name).toBe('own');
  });

  test('an unknown name is a usage error with a suggestion', () => {
    expect(() => loadProfile('thinlink')).toThrow(UsageError);
    try {
      loadProfile('thinlink');
    } catch (error) {
      expect((error as UsageError).hint).toContain("did you mean 'thin-link'?");
    }
  });

  test('a file that is not there is the world failing', () => {
    expect(() => loadProfile(join(directory, 'none.yaml'))).toThrow(WorldError);
  });
});
