/** docs/formats/protocol-v2.md against the code: the example and every message in frozen bytes, the tables of types, states and limits. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { messageKinds, messageTypes, readBody, writeBody } from '../../../src/replication/protocol/codec.js';
import { Connection } from '../../../src/replication/protocol/connection.js';
import * as limits from '../../../src/replication/protocol/limits.js';
import { capabilityNames, refusalCodes } from '../../../src/replication/protocol/messages.js';
import { transitionRows } from '../../../src/replication/protocol/transitions.js';
import { expectGolden, readGolden } from '../../golden/golden.js';
import { example, exampleFrames } from './example.js';
import { everyMessage, everyMessage1 } from './samples.js';

const document = readFileSync(new URL('../../../docs/formats/protocol-v2.md', import.meta.url), 'utf8');

/** Cells of the table under a heading. */
function table(heading: string): readonly (readonly string[])[] {
  const from = document.slice(document.indexOf(`\n## ${heading}\n`) + 1);
  const section = from.slice(0, from.search(/\n##+ /));
  return [...section.matchAll(/^\| (.+) \|$/gm)]
    .map(([, cells = '']) => cells.split(' | ').map((cell) => cell.trim()))
    .slice(1);
}

describe('golden bytes', () => {
  test('the example of the document', () => {
    const frames = exampleFrames();
    expectGolden('protocol-v2-push.bin', Buffer.concat(frames));
    const shown = document.slice(document.indexOf('\n## Example')).match(/```text\n([\s\S]*?)```/)?.[1] ?? '';
    const digits = shown.replace(/ {2}; .*$/gm, '').replace(/\s/g, '');
    expect(digits).toBe(readGolden('protocol-v2-push.bin').toString('hex'));
  });

  test('the example is what both sides hear', () => {
    const sides = { connector: new Connection('connector'), acceptor: new Connection('acceptor') };
    const heard = exampleFrames().flatMap((frame, i) => {
      const speaker = example[i]?.[0] ?? 'connector';
      const hearer = speaker === 'connector' ? 'acceptor' : 'connector';
      // Both automata must have what their own side said.
      sides[speaker].send(example[i]?.[1] ?? { type: 'abort', reason: '' });
      return sides[hearer].receive(frame);
    });
    expect(heard).toEqual(example.map(([, message]) => message));
    expect([sides.connector.state, sides.acceptor.state]).toEqual(['idle', 'idle']);
  });

  test.each([
    [1, everyMessage1],
    [2, everyMessage],
  ] as const)('every message of version %i', (version, messages) => {
    const lines = messages.map(
      (message) => `${message.type} ${Buffer.from(writeBody(message, version)).toString('hex')}\n`,
    );
    expectGolden(`protocol-v${version}-bodies.txt`, Buffer.from(lines.join('')));
    const frozen = readGolden(`protocol-v${version}-bodies.txt`).toString().trimEnd().split('\n');
    const read = frozen.map((line, i) => {
      const [, hex = ''] = line.split(' ');
      return readBody(messages[i]?.type ?? 'abort', Uint8Array.from(Buffer.from(hex, 'hex')), version);
    });
    expect(read).toEqual(messages);
  });

  test('the samples are every message that a version has', () => {
    expect(everyMessage.map(({ type }) => type)).toEqual(messageTypes);
    expect(everyMessage1.map(({ type }) => type)).toEqual(
      messageTypes.filter((type) => messageKinds[type].since === 1),
    );
  });
});

describe('tables', () => {
  test('types', () => {
    const said = table('Messages').map(([number, name, since, bytes]) => [number, name, since, bytes]);
    const kinds = messageTypes.map((type) => {
      const { number, since, bodyBytesMax } = messageKinds[type];
      return [`${number}`, `\`${type}\``, `${since}`, `${bodyBytesMax}`];
    });
    expect(said.filter(([number]) => /^\d+$/.test(number ?? ''))).toEqual(kinds);
  });

  test('states', () => {
    const expected = transitionRows.map(({ from, party, move, to, way, isDropped, version }) => [
      from.map((state) => `\`${state}\``).join(' '),
      party,
      `\`${move}\``,
      to === 'same' ? to : `\`${to}\``,
      [way, isDropped && 'dropped', version && `version ${version}`].filter(Boolean).join(', '),
    ]);
    const said = [
      ...document.matchAll(
        /^\| (`[a-z` ]+`) \| (connector|acceptor|sender|receiver|either) \| (.+?) \| (.+?) \|(.*)\|$/gm,
      ),
    ];
    expect(said.map(([, from, party, move, to, only = '']) => [from, party, move, to, only.trim()])).toEqual(
      expected,
    );
  });

  test('limits', () => {
    const numbers = Object.entries(limits).filter(([, value]) => typeof value === 'number');
    expect(table('Limits').map(([name, value]) => [name, value])).toEqual(
      numbers.map(([name, value]) => [`\`${name}\``, String(value)]),
    );
    expect(limits.packageBytesMax(1000)).toBe(1000 + 63 + 65536);
  });

  test('capabilities and codes', () => {
    expect(table('Capabilities').map(([name]) => name)).toEqual(capabilityNames.map((name) => `\`${name}\``));
    const codes = [...document.matchAll(/^\| `(\w+)` \| [^|`]+ \|$/gm)].map(([, code]) => code);
    expect(codes.filter((code) => refusalCodes.some((known) => known === code))).toEqual([...refusalCodes]);
  });
});
