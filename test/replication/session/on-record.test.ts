/** Each version that is visible is in the audit log, also where a crash or a failing store came between; and none that was removed is missed. */
import { describe, expect, test } from 'vitest';
import { WorldError } from '../../../src/base/errors.js';
import type { AuditEvent } from '../../../src/replication/audit/kinds.js';
import { RecordedVersions } from '../../../src/replication/audit/recorded.js';
import { EngineCoder } from '../../../src/replication/coding/coder.js';
import { openRepository } from '../../../src/replication/repository/open.js';
import { Volumes } from '../../../src/replication/session/volumes.js';
import { MemoryStore } from '../../../src/replication/store/memory-store.js';
import { HybridClock } from '../../../src/replication/versions/hybrid-clock.js';
import { dotText, type Version } from '../../../src/replication/versions/version.js';
import { image, kernels, usualConfig } from './support.js';

const volume = 'disk';
const time = { wallMs: 1_700_000_000_000, counter: 0 };

function version(counter: number): Version {
  const parents = counter === 1 ? [] : [{ writer: 'ann', counter: counter - 1 }];
  return { volume, dot: { writer: 'ann', counter }, vector: { ann: counter }, time, parents };
}

/** A server's volumes over an empty repository, and a log that can fail. */
async function world() {
  const repository = await openRepository(new MemoryStore(), { create: usualConfig, kernels });
  const coder = new EngineCoder({ work: () => Promise.resolve() }, kernels);
  const log: AuditEvent[] = [];
  const seen: string[] = [];
  const unsettled: string[] = [];
  const state = { isFailing: false };
  const append = (event: AuditEvent): Promise<void> => {
    if (state.isFailing) return Promise.reject(new WorldError('the disk is full'));
    log.push(event);
    return Promise.resolve();
  };
  const volumes = new Volumes(
    'server',
    repository,
    coder,
    new HybridClock({ wallMs: () => time.wallMs }),
    { append },
    () => ({ name: 'latest-wins' }),
    (stored) => seen.push(dotText(stored.version.dot)),
    (name) => unsettled.push(name),
  );
  const manifest = await coder.manifestOf(image(new Uint8Array(0)), usualConfig, volume);
  return { repository, volumes, manifest, log, seen, unsettled, state };
}

/** What a log with these events says. */
function recordedBy(events: readonly AuditEvent[]): RecordedVersions {
  const recorded = new RecordedVersions();
  for (const event of events) recorded.add({ event, time });
  return recorded;
}

describe('what a crash kept from the log', () => {
  test('is made up for at the next start, once', async () => {
    const { repository, volumes, manifest, log } = await world();
    await volumes.commit(version(1), manifest, undefined, 'ann');
    // The record object is there, and the process ends before the append.
    await repository.commit(version(2), manifest, undefined);
    expect(log.map(({ kind }) => kind)).toEqual(['committed']);

    await volumes.complete(recordedBy(log));
    const content = Buffer.from(manifest.id.content).toString('hex');
    const reason = 'visible when the server started, and not on record';
    const { dot } = version(2);
    expect(log.slice(1)).toEqual([{ kind: 'recovered', volume, dot, content, reason }]);

    await volumes.complete(recordedBy(log));
    expect(log.length).toBe(2);
  });
});

describe('a log whose store fails', () => {
  test('gets the record when the store works again, and only then does anybody hear of the version', async () => {
    const { volumes, manifest, log, seen, unsettled, state } = await world();
    state.isFailing = true;
    await expect(volumes.commit(version(1), manifest, undefined, 'ann')).rejects.toThrow('the disk is full');
    await expect(volumes.settle(volume)).rejects.toThrow('the disk is full');
    expect([log, seen, unsettled]).toEqual([[], [], [volume]]);

    state.isFailing = false;
    await volumes.settle(volume);
    await volumes.settle(volume);
    expect(log.map(({ kind }) => kind)).toEqual(['committed']);
    expect(seen).toEqual(['ann:1']);
  });

  test('keeps versions from being removed: what is gone is on record before', async () => {
    const { repository, volumes, manifest, log, state } = await world();
    for (const counter of [1, 2, 3]) await volumes.commit(version(counter), manifest, undefined, 'ann');
    state.isFailing = true;
    await expect(volumes.retain(volume, { last: 1 })).rejects.toThrow('the disk is full');
    expect(repository.versions(volume).length).toBe(3);

    state.isFailing = false;
    await volumes.retain(volume, { last: 1 });
    expect(repository.versions(volume).map((one) => dotText(one.version.dot))).toEqual(['ann:3']);
    expect(recordedBy(log).all.map(({ dot }) => dotText(dot))).toEqual(['ann:3']);
  });
});
