/** What `serve` is told about volumes and its repository, as texts: policies, retention, chunker, codec. Each throws UsageError. */
import { UsageError } from '../../base/errors.js';
import { leafBytes } from '../../base/limits.js';
import { suggestion } from '../../base/suggest.js';
import { parseBytes } from '../../base/units.js';
import { chunkerNames } from '../../engine/chunk/spec.js';
import { codecNames } from '../../engine/package/codecs.js';
import { parseChunker } from '../../replication/coding/cutting.js';
import type { RepositoryChoice } from '../../replication/io/services.js';
import type { RetentionPolicy } from '../../replication/repository/retention.js';
import { parsePolicy, type MergePolicy } from '../../replication/versions/policy.js';

/** Largest count of a rule: a version a second for three years. */
const keptMax = 100_000_000;
const rules = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;

/** `VOLUME=POLICY ...` as a function of the volume's name. */
export function policies(given: readonly string[]): (volume: string) => MergePolicy {
  const byVolume = parsedByVolume('policy', given, policyOf);
  return (volume) => byVolume(volume) ?? { name: 'latest-wins' };
}

export function retentions(given: readonly string[]): (volume: string) => RetentionPolicy | undefined {
  return parsedByVolume('retain', given, retentionOf);
}

/** What is said of a volume; what is said without one holds for all others. */
function parsedByVolume<T>(
  option: string,
  given: readonly string[],
  parse: (text: string) => T,
): (volume: string) => T | undefined {
  const known = new Map<string | undefined, T>();
  for (const text of given) {
    // No policy or rule has a '=', and a volume's name may.
    const at = text.lastIndexOf('=');
    const volume = at < 0 ? undefined : text.slice(0, at);
    if (known.has(volume)) throw new UsageError(`--${option}: '${text}' says it of the same volume again`);
    known.set(volume, parse(text.slice(at + 1)));
  }
  return (volume) => known.get(volume) ?? known.get(undefined);
}

function policyOf(text: string): MergePolicy {
  if (text === 'block-merge') return { name: 'block-merge', blockBytes: leafBytes };
  const [name = '', size] = text.split(':');
  return parsePolicy(size === undefined ? name : `${name}:${parseBytes(size, '--policy')}`);
}

function retentionOf(text: string): RetentionPolicy {
  const policy: Partial<Record<(typeof rules)[number], number>> = {};
  for (const rule of text.split(',')) {
    const [name = '', count = ''] = rule.split(':');
    const known = rules.find((candidate) => candidate === name);
    if (known === undefined || !/^\d{1,9}$/.test(count) || Number(count) > keptMax) {
      throw new UsageError(`--retain: '${rule}' is no rule`, {
        hint: known === undefined ? suggestion(name, rules) : 'write RULE:COUNT, such as last:3,daily:7',
      });
    }
    policy[known] = Number(count);
  }
  return policy;
}

/** `fixed:64KiB`, `fastcdc:16KiB:64KiB:256KiB`. */
export function chunkerChoice(text: string | undefined): Pick<RepositoryChoice, 'chunker'> {
  if (text === undefined) return {};
  const [name = '', ...sizes] = text.split(':');
  const hint = `write fixed:BYTES, or NAME:MIN:AVERAGE:MAX with one of: ${chunkerNames.slice(1).join(', ')}`;
  if (!chunkerNames.some((known) => known === name) || sizes.length !== (name === 'fixed' ? 1 : 3)) {
    throw new UsageError(`--chunker: '${text}' is no chunker`, { hint });
  }
  const plain = [name, ...sizes.map((size) => parseBytes(size, '--chunker'))].join(':');
  try {
    return { chunker: parseChunker(plain) };
  } catch (cause) {
    throw new UsageError(`--chunker: '${text}' cannot be cut`, { hint, cause });
  }
}

/** `zstd:3`, `lz4`. */
export function codecChoice(text: string | undefined): Pick<RepositoryChoice, 'codec' | 'level'> {
  if (text === undefined) return {};
  const [name = '', level] = text.split(':');
  const codec = codecNames.find((known) => known === name);
  const most = codec === 'zstd' ? 19 : codec === 'deflate' ? 9 : 1;
  const isLevel =
    level === undefined || (/^\d{1,2}$/.test(level) && Number(level) >= 1 && Number(level) <= most);
  if (codec === undefined || !isLevel) {
    throw new UsageError(`--codec: '${text}' is no codec`, {
      hint: codec === undefined ? suggestion(name, codecNames) : `its levels are 1 to ${most}`,
    });
  }
  return level === undefined ? { codec } : { codec, level: Number(level) };
}
