/** What a profile demands of a strategy, whether it is the profile's own or one given in its place. The reasons lie in docs/fingerprints.md. */
import { formatBytes } from '../../base/units.js';
import { collisionLog10Max } from '../fingerprint/collision.js';
import { fingerprints } from '../fingerprint/fingerprint.js';
import type { Strategy } from '../strategy/strategy.js';
import { idRiskLog10, idSpaceBytesDefault } from './id-risk.js';
import type { Profile, ProfileFeatures } from './profile.js';

/** A broken demand: the strategy key at fault and why. */
export interface Violation {
  readonly key: string;
  readonly problem: string;
}

/** All demands that `strategy` breaks; empty where it fits. */
export function violations(
  strategy: Strategy,
  { features, limits }: Pick<Profile, 'features' | 'limits'>,
): Violation[] {
  const found = idViolations(strategy, features, limits.idSpaceBytesMax ?? idSpaceBytesDefault);
  if (!features.baseContentAtHand && (strategy.name === 'compare' || strategy.name === 'adaptive')) {
    found.push({
      key: 'name',
      problem: `${strategy.name} needs the base's content, which the profile says is not at hand`,
    });
  }
  if (!features.baseContentAtHand && strategy.subBlock) {
    found.push({
      key: 'subBlock',
      problem: "sub-block delta needs the base's content, which the profile says is not at hand",
    });
  }
  const { codec, deflate } = strategy.compression;
  if (features.portableBytes && deflate === 'native' && (codec === 'deflate' || codec === 'auto')) {
    found.push({
      key: 'deflate',
      problem: 'the profile asks for portable bytes, which native deflate does not give',
    });
  }
  if (features.decisions !== strategy.decisions) {
    found.push({ key: 'decisions', problem: `the profile's features say decisions: ${features.decisions}` });
  }
  return found;
}

function idViolations(
  strategy: Strategy,
  { collisionResistantIds, signatures }: ProfileFeatures,
  idSpaceBytes: number,
): Violation[] {
  const key = 'fingerprint';
  const { name, collisionResistant } = fingerprints[strategy.fingerprint];
  const found: Violation[] = [];
  if (collisionResistantIds && !collisionResistant) {
    found.push({ key, problem: `the profile asks for collision-resistant ids, which ${name} does not give` });
  }
  if (signatures === 'required' && !collisionResistant) {
    found.push({
      key,
      problem: `the profile requires signatures, which bind nothing where ${name} lets other data have the same ids`,
    });
  }
  const risk = idRiskLog10(strategy, idSpaceBytes);
  if (risk > collisionLog10Max) {
    found.push({
      key,
      problem:
        `over ${formatBytes(idSpaceBytes)} (idSpaceBytesMax) two blocks share a ${name} id with a probability of ` +
        `1e${Math.ceil(risk)}, above 1e${collisionLog10Max}: take a wider fingerprint or larger blocks`,
    });
  }
  return found;
}
