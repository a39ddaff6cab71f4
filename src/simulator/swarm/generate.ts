/**
 * Swarm testing: each seed draws which features of the world, of the configuration and of the workload are there at all, and then a scenario of those alone, so that one kind of
 * trouble does not hide what another would show.
 *
 * Law: a scenario is a function of its seed. Each decision has a stream of its own, so that a new one shifts no other.
 * Source: Groce, Zhang, Eide, Chen, Regehr, Swarm Testing (ISSTA 2012). Distributions: docs/simulator.md.
 */
import { Random } from '../../base/prng.js';
import { scenarioSchemaName } from '../scenario/scenario.js';
import type { Scenario } from '../scenario/scenario.js';
import { drawFeatures, type Features } from './features.js';
import { workloadMs } from './moments.js';
import { drawTopology } from './topology.js';
import { drawFaults } from './weather.js';
import { drawOperations } from './workload.js';

/** Twice what the longest refused clock needs to be caught up with, and a pause of a fan-out that has failed for long. */
const convergeMs = 3_600_000;

/** What a seed's scenario may have, in the order of the list. */
export function featuresOf(seed: number): Features {
  return drawFeatures(streamOf(seed).fork('features'));
}

export function generateScenario(seed: number): Scenario {
  const random = streamOf(seed);
  const features = featuresOf(seed);
  const topology = drawTopology(random.fork('topology'), features);
  const { agents, servers, volumes, wires, network } = topology;
  const operations = drawOperations(random.fork('operations'), features, topology);
  const bufferBytesMax = features.has('small-buffers') ? 16_384 : 262_144;
  return {
    schema: scenarioSchemaName,
    name: `swarm ${seed}`,
    seed,
    nodes: [...servers, ...agents],
    wires,
    network,
    volumes,
    operations,
    faults: drawFaults(random.fork('faults'), features, topology, operations),
    faultsEndMs: workloadMs + random.fork('end').below(workloadMs),
    limits: { convergeMs, eventCountMax: 200_000, bufferBytesMax },
  };
}

function streamOf(seed: number): Random {
  return new Random(seed).fork('swarm');
}
