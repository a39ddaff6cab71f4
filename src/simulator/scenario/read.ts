/**
 * Reading a scenario: JSON of the schema `snapdelta/scenario/v1` (schema.ts), checked field by field and name by name. Throws DataError that says where and what.
 */
import { DataError } from '../../base/errors.js';
import { isServer, scenarioSchemaName } from './scenario.js';
import type { Scenario } from './scenario.js';
import { scenarioSchema } from './schema.js';

/** A parsed JSON value as a scenario whose names all lead somewhere. Throws DataError. */
export function readScenario(value: unknown): Scenario {
  const read = scenarioSchema.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw wrong(issue?.path ?? [], issue?.message ?? 'cannot be read');
  }
  const misplaced = wrongName(read.data);
  if (misplaced !== undefined) throw wrong(misplaced.path, misplaced.problem);
  return read.data;
}

function wrong(path: readonly PropertyKey[], problem: string): DataError {
  const at = path.map(String).join('.');
  return new DataError(`no scenario: ${at === '' ? 'the file' : at}: ${problem}`, {
    hint: `docs/simulate.md says what a scenario of schema ${scenarioSchemaName} has`,
  });
}

export interface WrongName {
  readonly path: readonly (string | number)[];
  readonly problem: string;
}

/** The first name that leads nowhere, or stands twice; undefined when all is well. */
export function wrongName(scenario: Scenario): WrongName | undefined {
  for (const found of wrongNames(scenario)) return found;
  return undefined;
}

function* wrongNames(scenario: Scenario): Generator<WrongName> {
  const nodes = new Set(scenario.nodes.map((one) => one.name));
  const servers = new Set(scenario.nodes.filter(isServer).map((one) => one.name));
  const volumes = new Set(scenario.volumes.map((one) => one.name));
  yield* doubles('nodes', scenario.nodes);
  yield* doubles('volumes', scenario.volumes);
  function* need(
    known: ReadonlySet<string>,
    wanted: string,
    what: string,
    ...path: readonly (string | number)[]
  ): Generator<WrongName> {
    if (!known.has(wanted)) yield { path, problem: `there is no ${what} '${wanted}'` };
  }
  for (const [at, one] of scenario.nodes.entries()) {
    if (!isServer(one)) continue;
    for (const [peer, wanted] of one.config.peers.entries())
      yield* need(servers, wanted, 'server', 'nodes', at, 'config', 'peers', peer);
  }
  for (const [at, { from, to }] of scenario.wires.entries()) {
    yield* need(nodes, from, 'node', 'wires', at, 'from');
    yield* need(nodes, to, 'node', 'wires', at, 'to');
  }
  for (const [at, one] of scenario.operations.entries()) {
    const isOfServer = ['collect', 'scrub', 'retain', 'expire'].includes(one.kind);
    const known = isOfServer ? servers : nodes;
    yield* need(known, one.node, isOfServer ? 'server' : 'node', 'operations', at, 'node');
    if ('server' in one) {
      yield* need(servers, one.server, 'server', 'operations', at, 'server');
      if (servers.has(one.node))
        yield { path: ['operations', at, 'node'], problem: `'${one.node}' is no agent` };
    }
    if ('volume' in one) yield* need(volumes, one.volume, 'volume', 'operations', at, 'volume');
  }
  for (const [at, { fault }] of scenario.faults.entries()) {
    const ends = 'node' in fault ? { node: fault.node } : { from: fault.from, to: fault.to };
    for (const [key, wanted] of Object.entries(ends))
      yield* need(nodes, wanted, 'node', 'faults', at, 'fault', key);
  }
}

function* doubles(list: string, named: readonly { readonly name: string }[]): Generator<WrongName> {
  const seen = new Set<string>();
  for (const [at, { name }] of named.entries()) {
    if (seen.has(name))
      yield { path: [list, at, 'name'], problem: `'${name}' is there twice: two of them have one name` };
    seen.add(name);
  }
}
