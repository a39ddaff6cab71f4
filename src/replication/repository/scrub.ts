/**
 * Scrubbing: reads every object that the repository relies on, checks it, and says which versions are affected by what it found. Nothing stops
 * it and nothing is changed, but that damaged blocks count as not held from then on, so that a peer is asked for them.
 */
import { DataError, WorldError, throwIfCancelled } from '../../base/errors.js';
import { auditPrefix, pinKey } from '../audit/log.js';
import type { ObjectInfo } from '../store/store.js';
import { readBlocks } from './block-reads.js';
import { decodeConfig } from './config.js';
import { repackBytes } from './limits.js';
import { checkBelongs } from './manifests.js';
import { configKey, packKey, packOfKey, prefixes, segmentName, stagingHeadName } from './objects.js';
import type { BlockId, Damage, ScrubReport, StoredVersion } from './repository.js';
import { decodeSegment, decodeStagingHead } from './staging-objects.js';
import type { RepositoryState } from './state.js';

/** The audit log lies in the same store, and has a proof of its own (audit/verify.ts). */
const auditFolder = 'audit/';

class Findings {
  readonly damage: Damage[] = [];
  objects = 0;
  blocks = 0;
  bytes = 0;

  /** Runs one check; what it throws about the data or the store is a finding. */
  async check(key: string, task: () => Promise<void>): Promise<boolean> {
    this.objects++;
    try {
      await task();
      return true;
    } catch (error) {
      if (!(error instanceof DataError || error instanceof WorldError)) throw error;
      this.damage.push({ key, reason: error.message });
      return false;
    }
  }
}

/** Throws CancelledError once the signal has fired. */
export async function scrub(state: RepositoryState, signal?: AbortSignal): Promise<ScrubReport> {
  const findings = new Findings();
  const entriesOf = state.packs.index.byPack();
  for (const object of await state.store.list('')) {
    throwIfCancelled(signal);
    if (object.key.startsWith(auditFolder)) continue;
    const pack = packOfKey(object.key);
    if (pack === undefined) await findings.check(object.key, () => checkObject(state, object, findings));
    else await checkPack(state, pack, object, entriesOf.get(pack) ?? [], findings);
  }
  const lost = new Set<BlockId>();
  const affected: StoredVersion[] = [];
  for (const stored of state.catalogue.all()) {
    throwIfCancelled(signal);
    if (!(await isWhole(state, stored, lost, findings))) affected.push(stored);
  }
  return {
    checkedObjects: findings.objects,
    checkedBlocks: findings.blocks,
    checkedBytes: findings.bytes,
    damage: findings.damage,
    lostBlocks: [...lost],
    affected,
  };
}

/** Manifests are read with the versions that have them; the audit log lies beside the repository, and has a check of its own (audit/verify.ts). */
async function checkObject(state: RepositoryState, { key }: ObjectInfo, findings: Findings): Promise<void> {
  if (key.startsWith(prefixes.manifests) || key.startsWith(auditPrefix) || key === pinKey) return;
  const bytes = await state.store.get(key);
  if (bytes === undefined) return;
  findings.bytes += bytes.length;
  const { hashing } = state;
  if (key === configKey) decodeConfig(bytes, state.kernels);
  else if (key.startsWith(prefixes.versions)) await state.readRecord(key);
  else if (key.startsWith(prefixes.stagings)) {
    if (key.endsWith(`/${stagingHeadName}`)) decodeStagingHead(bytes, key, hashing);
    else {
      const { index } = decodeSegment(bytes, key, hashing);
      if (!key.endsWith(`/${segmentName(index)}`)) throw new DataError(`${key} is segment ${index}`);
    }
  } else {
    throw new DataError(`${key} is not of a repository of this format`);
  }
}

async function checkPack(
  state: RepositoryState,
  pack: number,
  { bytes }: ObjectInfo,
  entries: readonly number[],
  findings: Findings,
): Promise<void> {
  const { packs, hashing } = state;
  const key = packKey(pack);
  const isThere = (): boolean => packs.sizeOf(pack) !== undefined || packs.isDamagedPack(pack);
  await findings.check(key, async () => {
    const head = await packs.readHead(pack, bytes);
    findings.bytes += bytes;
    if ('reason' in head && isThere()) throw new DataError(head.reason);
  });
  for (let from = 0; from < entries.length;) {
    const digests: Uint8Array[] = [];
    for (let size = 0; from < entries.length && size < repackBytes; from++) {
      const entry = entries[from] ?? 0;
      if (!packs.isIn(entry, pack)) continue;
      digests.push(packs.index.digestOf(entry).slice());
      size += packs.index.rawBytesOf(entry);
    }
    await findings.check(key, async () => {
      findings.objects--;
      const outcomes = await readBlocks(packs, Buffer.concat(digests));
      outcomes.forEach((outcome, i) => {
        findings.blocks++;
        if (outcome.state !== 'damaged') return;
        const id = hashing.idOf(digests[i] ?? new Uint8Array(0));
        findings.damage.push({ key, reason: `block ${id}: ${outcome.reason}` });
      });
    });
  }
}

/** Whether a version's manifest and all blocks are there. */
async function isWhole(
  state: RepositoryState,
  stored: StoredVersion,
  lost: Set<BlockId>,
  findings: Findings,
): Promise<boolean> {
  let isComplete = true;
  const isReadable = await findings.check(stored.manifest, async () => {
    const manifest = await state.manifests.read(stored.manifest);
    checkBelongs(stored, manifest);
    const { digests } = manifest.blocks;
    const { width } = state.hashing;
    for (let at = 0; at < digests.length; at += width) {
      if (state.packs.isHeld(digests, at)) continue;
      isComplete = false;
      lost.add(state.hashing.idOf(digests.subarray(at, at + width)));
    }
  });
  return isReadable && isComplete;
}
