/** An image on its way to a file: whole under its name, or not at all. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UsageError, WorldError } from '../../../src/base/errors.js';
import { openSnapshot } from '../../../src/engine/snapshot/open.js';
import { shapeOf } from '../../../src/engine/snapshot/shape.js';
import { createTarget } from '../../../src/engine/snapshot/target.js';
import { namesIn, temporaryDirectories } from './temp.js';
import { bytesOf, fill, image } from './targets.js';

const fresh = temporaryDirectories();

describe('a file', () => {
  test('appears whole, with mode and time, and nothing beside it', () => {
    const folder = fresh();
    const writer = createTarget(join(folder, 'disk'), { form: 'image', overwrite: false });
    const source = image('0123456789');
    fill(writer, source);
    expect(namesIn(folder)).toHaveLength(1);
    expect(namesIn(folder)[0]).toMatch(/^\.disk\.snapdelta-\d+-[0-9a-f]{8}$/);
    const back = Buffer.alloc(4);
    writer.read(3, back);
    expect(back.toString()).toBe('3456');
    writer.commit();
    writer.abort();
    expect(namesIn(folder)).toEqual(['disk']);
    const opened = openSnapshot(join(folder, 'disk'));
    expect(opened.entries).toEqual(source.entries);
    expect(bytesOf(opened)).toEqual(bytesOf(source));
  });

  test('keeps zeros as holes', () => {
    const path = join(fresh(), 'disk');
    const shape = shapeOf({
      form: 'image',
      entries: [{ path: '', kind: 'file', mode: 0o644, mtimeMicros: 0, sizeBytes: 8 * 2 ** 30 }],
    });
    const writer = createTarget(path, { form: 'image', overwrite: false });
    writer.begin(shape);
    writer.zero(0, 8 * 2 ** 30 - 3);
    writer.write(8 * 2 ** 30 - 3, Buffer.from('end'));
    const back = Buffer.alloc(6, 1);
    writer.read(8 * 2 ** 30 - 6, back);
    expect(back.toString()).toBe('\0\0\0end');
    writer.commit();
    expect(statSync(path).size).toBe(8 * 2 ** 30);
    expect(statSync(path).blocks).toBeLessThan(1000);
  });

  test('replaces another only when allowed, and only then', () => {
    const folder = fresh();
    const path = join(folder, 'disk');
    writeFileSync(path, 'old');
    const refused = createTarget(path, { form: 'image', overwrite: false });
    expect(() => refused.begin(image('new'))).toThrow(UsageError);
    refused.abort();
    const allowed = createTarget(path, { form: 'image', overwrite: true });
    fill(allowed, image('new'));
    expect(readFileSync(path, 'utf8')).toBe('old');
    allowed.commit();
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(namesIn(folder)).toEqual(['disk']);
  });

  test('that appears meanwhile is not replaced', () => {
    const folder = fresh();
    const path = join(folder, 'disk');
    const writer = createTarget(path, { form: 'image', overwrite: false });
    fill(writer, image('new'));
    writeFileSync(path, 'from elsewhere');
    expect(() => writer.commit()).toThrow(/exists already/);
    writer.abort();
    expect(namesIn(folder)).toEqual(['disk']);
    expect(readFileSync(path, 'utf8')).toBe('from elsewhere');
  });

  test('goes away on abort, at any time and twice', () => {
    const folder = fresh();
    const writer = createTarget(join(folder, 'disk'), { form: 'image', overwrite: false });
    writer.abort();
    fill(writer, image('x'));
    writer.abort();
    writer.abort();
    expect(namesIn(folder)).toEqual([]);
  });

  test('cannot take the place of a directory, device or fifo', () => {
    const folder = fresh();
    mkdirSync(join(folder, 'there'));
    execFileSync('mkfifo', [join(folder, 'fifo')]);
    for (const path of [join(folder, 'there'), join(folder, 'fifo'), '/dev/null']) {
      const writer = createTarget(path, { form: 'image', overwrite: true });
      expect(() => writer.begin(image('x'))).toThrow(UsageError);
      writer.abort();
    }
    expect(namesIn(folder)).toEqual(['fifo', 'there']);
  });

  test('in a folder that does not exist is the world’s failure', () => {
    const writer = createTarget(join(fresh(), 'missing', 'disk'), { form: 'image', overwrite: false });
    expect(() => writer.begin(image('x'))).toThrow(WorldError);
    expect(() => writer.begin(image('x'))).toThrow(/cannot write .*: its folder does not exist/);
    writer.abort();
  });
});
