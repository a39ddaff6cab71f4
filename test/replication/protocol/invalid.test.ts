/** Every violation: the code and reason that the document promises, said once, after which nothing is read any more. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BugError } from '../../../src/base/errors.js';
import { nameProblem } from '../../../src/engine/package/fields.js';
import { violationOf } from '../../../src/replication/protocol/violation.js';
import { Connection } from '../../../src/replication/protocol/connection.js';
import { invalidBytes } from './invalid-bytes.js';
import { invalidMessages } from './invalid-messages.js';
import { hello, need, plainOffer, violationAmong } from './samples.js';
import { greeted, pushed, pushing } from './script.js';

const invalidCases = [...invalidBytes, ...invalidMessages];
const document = readFileSync(new URL('../../../docs/formats/protocol-v2.md', import.meta.url), 'utf8');

describe('the other side breaks the protocol', () => {
  test.each(invalidCases.map((invalid) => [invalid.name, invalid] as const))('%s', (_name, invalid) => {
    const events = invalid.events();
    const violation = violationAmong(events);
    expect([events.length, violation?.code]).toEqual([1, invalid.code]);
    expect(violation?.reason.slice(0, invalid.reason.length)).toBe(invalid.reason);
    expect(nameProblem(violation?.reason ?? '')).toBeUndefined();
  });

  test('the document has these cases and no others', () => {
    const table = document.slice(document.indexOf('## What a side does with invalid input'));
    const rows = [
      ...table.slice(0, table.indexOf('\n## ', 1)).matchAll(/^\| ([^|]+) \| `(\w+)` \| `(.+)` \|$/gm),
    ];
    expect(rows.map(([, name, code, reason]) => [name, code, reason])).toEqual(
      invalidCases.map(({ name, code, reason }) => [name, code, reason]),
    );
  });

  test('after a violation nothing is read, and only a refuse may be said', () => {
    const script = greeted('acceptor');
    expect(script.say({ type: 'commit', segmentCount: 0 })).toHaveLength(1);
    expect(script.connection.state).toBe('failed');
    expect(script.say({ type: 'list', volume: '' })).toEqual([]);
    expect(script.connection.end()).toBeUndefined();
    expect(() => script.connection.send({ type: 'listing', rows: [], isLast: true })).toThrow(BugError);
    script.connection.send({ type: 'refuse', code: 'order', reason: 'no' });
    expect(script.connection.state).toBe('closed');
  });

  test('what came before a violation in the same bytes is still told', () => {
    const script = greeted('acceptor');
    const both = [script.frame(3, Uint8Array.of(0)), script.frame(3, Uint8Array.of(0))];
    const events = script.connection.receive(Buffer.concat(both));
    expect(events.map(({ type }) => type)).toEqual(['list', 'violation']);
  });

  test('a failure that is no bad input goes on', () => {
    expect(() => violationOf(new TypeError('ours'))).toThrow(TypeError);
  });
});

describe('this side breaks the protocol: a bug', () => {
  test('a message out of place', () => {
    expect(() => new Connection('connector').send({ type: 'list', volume: '' })).toThrow(
      /list sent: list has no place while new/,
    );
    expect(() => new Connection('acceptor').send(hello)).toThrow(BugError);
  });

  test('a segment beyond the credit, a piece beyond its size, a token that was not agreed on', () => {
    const sender = pushing().run(['<', need]).connection;
    const large = {
      type: 'segment',
      index: 0,
      first: 0,
      count: 3,
      baseRuns: [],
      packageBytes: 200_001,
    } as const;
    expect(() => sender.send(large)).toThrow(BugError);
    const long = { type: 'manifest', bytes: new Uint8Array(6) } as const;
    expect(() => greeted('connector').run(['>', plainOffer]).connection.send(long)).toThrow(BugError);
    expect(() => pushed('deciding', 2, []).connection.send({ ...need, creditBytes: 0 })).toThrow(BugError);
  });
});
